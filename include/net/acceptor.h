/*
 * Accepts connections from listening sockets. While descriptors or memory are short,
 * clients wait in the kernel's queue, because accept() would fail again and again.
 */
#pragma once

#include "net/listen.h"
#include "net/loop.h"

struct acceptor {
    struct loop *loop;
    /* A connection, now the callee's. */
    void (*accepted)(void *context, int fd, const struct addr *peer);
    /* A client waits and no descriptor is left: true if one has been closed. */
    bool (*close_one)(void *context);
    void *context;
    struct tcp_listener {
        struct acceptor *acceptor;
        int fd;
        struct watch *watch;
    } listeners[LISTENERS_MAX];
    size_t listener_count;
    struct timer pause;
};

/* Loop, callbacks and context are set; the rest is zero. */
void acceptor_init(struct acceptor *);
/* Accepts from one more listening, non-blocking socket. 0, or -1 when memory is short or
 * there are LISTENERS_MAX already. */
int acceptor_listen(struct acceptor *, int fd);
/* Accepts nothing any more; the sockets stay open. */
void acceptor_close(struct acceptor *);
