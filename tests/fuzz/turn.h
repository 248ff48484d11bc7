/*
 * A loop that the target turns itself, and clients that connect without a socket that
 * listens: accept4() gives the other end of a pair.
 */
#pragma once

#include "fuzz.h"

#include "net/loop.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static struct loop *loop;
static int turn_waiting = -1; /* the connection that accept4() gives next */

int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
    int accepted = turn_waiting;

    (void)fd;
    (void)flags;
    if (addr) {
        addr->sa_family = AF_UNIX;
        *len = sizeof addr->sa_family;
    }
    turn_waiting = -1;
    errno = EAGAIN;
    return accepted;
}

/* Makes the loop. Returns a descriptor to listen at, which is always ready. */
static inline int turn_begin(void)
{
    loop = loop_new();
    must(loop);
    return eventfd(1, 0);
}

/* Returns the client's end. */
static inline int turn_connect(void)
{
    int ends[2];

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    turn_waiting = ends[0];
    return ends[1];
}

static inline void turn_stop(void *stopped)
{
    loop_stop(stopped);
}

/* All that is ready gets its turn, once. */
static inline void turn(void)
{
    struct timer timer;

    timer_init(&timer, turn_stop, loop);
    timer_set(loop, &timer, 0);
    must(loop_run(loop) == 0);
}
