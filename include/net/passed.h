/*
 * Listening sockets that were open when the program started: from a service manager
 * (LISTEN_FDS, sd_listen_fds(3)), or from the same program before it executed itself again.
 */
#ifndef NET_PASSED_H
#define NET_PASSED_H

#include <stddef.h>

#include "net/listen.h"

enum { PASSED_MAX = 2 * LISTENERS_MAX };

struct passed_socket {
    int fd;   /* -1: taken */
    int type; /* SOCK_DGRAM or SOCK_STREAM */
    struct addr addr;
};

struct passed {
    struct passed_socket sockets[PASSED_MAX];
    size_t count;
};

/* False if the descriptor is no bound UDP and no listening TCP socket, or one too many. */
bool passed_add(struct passed *, int fd);

/*
 * Adds what LISTEN_FDS names, if LISTEN_PID is this process, and removes both from the
 * environment. -1 if a descriptor will not do: its number is in `bad`. Else how many.
 */
int passed_from_environment(struct passed *, int *bad);

/*
 * A socket of this type bound to this address, whose port may be 0: any. -1 if there is
 * none. It belongs to the caller; `addr` gets its port.
 */
int passed_take(struct passed *, int type, struct addr *addr);

/* The address of one that has not been taken. False if there is none. */
bool passed_any(const struct passed *, struct addr *addr);

/* Closes those that nobody has taken. */
void passed_close_rest(struct passed *);

#endif
