/* What came of an inquiry, as text: records to one stream, failures to another. */
#ifndef CLIENT_SHOW_H
#define CLIENT_SHOW_H

#include "client/inquiry.h"

#include <stdio.h>

/* Room for an address, " port ", the port and the NUL. */
enum { SHOW_SERVER = INET6_ADDRSTRLEN + 12 };

/* "127.0.0.1 port 5353"; returns `text`. */
const char *show_server(const struct addr *, char text[static SHOW_SERVER]);

/*
 * Shows records on `out`, with `is_short` only their data, and for each failure one line on
 * `err` that names `server`. Trouble with a stream is left in its ferror().
 */
void show_inquiry(const struct inquiry *, const char *server, bool is_short, FILE *out,
                  FILE *err);

/* A line on `err` about a name of any octets that nobody could be asked about. */
void show_bad_name(const char *name, const char *reason, FILE *err);

#endif
