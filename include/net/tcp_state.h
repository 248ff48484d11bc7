/* The struct of a TCP connection, for net/tcp and net/tcp_conn alone. */
#pragma once

#include "net/acceptor.h"
#include "net/clients.h"
#include "net/frames.h"
#include "net/idle.h"

struct tcp_conn {
    struct tcp *tcp;
    struct place place; /* among those of its client */
    struct addr peer;
    int fd;
    struct watch *watch;
    struct list link; /* in `conns` */
    struct inbox in;
    struct outbox out;
    struct list claims;
    unsigned owed; /* the number of `claims` */

    bool ended;   /* the client sends no more */
    bool reading; /* its messages are being handled, so it must not be freed now */
    bool doomed;  /* it ends when they have been handled */

    /* It may be closed for being idle unless an answer is owed and nothing waits to be
     * sent. It is in use when a message has become whole, the next one has begun, or an
     * answer, or a part of what waits, has been sent. Octets that trickle in do not count.
     */
    struct idle_link idle;
    struct list in_unread; /* while messages are left to be handled in the next round */
};

struct tcp {
    struct loop *loop;
    size_t shortest, per_client; /* see struct tcp_limits */
    void (*arrived)(void *context, struct tcp_conn *, const uint8_t *message, size_t len);
    void *context;
    struct acceptor acceptor;
    struct clients clients;
    struct list conns;
    struct idle idle;   /* its `count` is that of all connections */
    struct list unread; /* connections */
    size_t waiting;     /* octets in all outboxes */
    struct timer unread_timer;
};
