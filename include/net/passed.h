/*
 * Listening sockets that were open when the program started. They come from a service
 * manager (LISTEN_FDS, sd_listen_fds(3)), or from this program before it executed itself
 * anew.
 */
#pragma once

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

/* False if the descriptor is neither a bound UDP socket nor a listening TCP socket, or if
 * there is no room for it. */
bool passed_add(struct passed *, int fd);

/*
 * Adds the descriptors of LISTEN_FDS, if LISTEN_PID is this process, and removes both from
 * the environment. Returns how many there are, or -1 if passed_add refuses one, whose
 * number is then in `bad`.
 */
int passed_from_environment(struct passed *, int *bad);

/*
 * Takes a socket of this type that is bound to this address; port 0 stands for any. -1 if
 * there is none. The socket is the caller's then, and `addr` has its port.
 */
int passed_take(struct passed *, int type, struct addr *addr);

/* The address of a socket that has not been taken. False if there is none. */
bool passed_any(const struct passed *, struct addr *addr);

/* Closes the sockets that have not been taken. */
void passed_close_rest(struct passed *);
