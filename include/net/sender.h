/* Asks the kernel which user's UDP socket has sent a datagram. Any user may ask that. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/addr.h"

struct sender {
    uid_t uid;       /* who made the socket; 65534 if not known in our namespace */
    uint64_t cgroup; /* in which it was made, such as that of a service; 0: not known */
};

/* Opens a socket to ask the kernel through, which the caller closes; -1 with errno. */
int sender_open(void);

/*
 * Finds the socket that sends from `from`, an address of this host, to `to`, or that would
 * get what is sent back. The kernel does one exact lookup, so nothing waits. False if there
 * is no such socket, or if the kernel does not tell.
 */
bool sender_find(int fd, const struct addr *from, const struct addr *to, struct sender *);

/* What the kernel tells about sockets that this process makes. False if it tells
 * nothing. */
bool sender_self(int fd, struct sender *);
