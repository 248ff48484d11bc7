/*
 * Explains why a name resolves as it does: it asks each source of the hosts: line by
 * itself, all of them as programs do, and name servers over DNS, and compares what they
 * say. No server of ours is needed.
 */
#pragma once

#include "client/settings.h"

#include <stdio.h>

/*
 * Explains each name of the command line. Returns the highest exit code, which depends on
 * what getaddrinfo() says (enum inquiry_exit), or EX_USAGE for a name that cannot be
 * explained. Ctrl+C ends the program as the signal does.
 */
int explain_run(const struct cmdline *, FILE *out, FILE *err);
