/* The way of an answer through the server and back, as a picture in printable ASCII. */
#pragma once

#include "client/inquiry.h"

#include <stdio.h>

/* Draws one picture for each question of the inquiry. For a server on another host, or
 * another program, it shows only that it was asked, and how long that took. */
void trace_show(const struct inquiry *, const char *server, FILE *out);
