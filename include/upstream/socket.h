/*
 * Sockets towards the name servers. They leave descriptors to libc and NSS modules, which
 * take a file that they cannot open for an empty one, and a name for unknown.
 */
#pragma once

#include "net/addr.h"

enum { SOCKET_SPARE = 1024 }; /* descriptors left to others, or half of a lower limit */

/* A non-blocking socket that is connected to the server, or about to be; `type` is
 * SOCK_DGRAM or SOCK_STREAM. -1 with errno: EMFILE if only the descriptors for others are
 * left. */
int socket_connect(const struct addr *server, int type);

/* Receives a datagram and tells whether it came in fragments, as far as the kernel can
 * tell. Does not wait. Returns the length, or -1 with errno. */
ssize_t socket_receive(int fd, void *data, size_t size, bool *in_fragments);
