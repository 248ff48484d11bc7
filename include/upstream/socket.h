/*
 * Sockets towards the name servers. They leave descriptors to libc and NSS modules, which
 * take it for an empty file, and a name for unknown, if they cannot open one.
 */
#ifndef UPSTREAM_SOCKET_H
#define UPSTREAM_SOCKET_H

#include "net/addr.h"

enum { UPSTREAM_SPARE = 1024 }; /* descriptors left to others, or half of a lower limit */

/* A non-blocking socket of the server's family; `type` is SOCK_DGRAM or SOCK_STREAM. -1
 * with errno, EMFILE when only those for others are left. */
int upstream_socket(const struct addr *server, int type);

#endif
