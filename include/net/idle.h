/*
 * How long connections may be idle, and since when they are. Idle time is seconds, and less
 * when connections run short (RFC 7766 section 6.2.3): the second half of them shortens it
 * for a client that has more than half of those there are. Clients with few connections
 * must not lose them because another has opened many.
 */
#pragma once

#include "net/clients.h"
#include "net/loop.h"

/* What is known of one connection; part of its owner's struct. */
struct idle_link {
    struct list list;          /* in `links`, while it may be closed for being idle */
    const struct place *place; /* among those of its client */
    int64_t since;             /* clock_ms() */
};

/* The state that all connections share. */
struct idle {
    struct loop *loop;
    size_t most;                       /* connections that there can be */
    int64_t ms;                        /* that one may be idle, if that is not shortened */
    int64_t least_ms;                  /* while all are in use */
    void (*close)(struct idle_link *); /* its time is over */
    size_t count;                      /* connections that there are, idle or not */
    struct list links;                 /* by `since` */
    int64_t checked; /* clock_ms() when the time of all was last checked */
    struct timer timer;
};

/* `loop`, `most`, `ms`, `least_ms` and `close` are set; the rest is zero. */
void idle_init(struct idle *);

/* How long the connection may be idle at this moment. */
int64_t idle_time_of(const struct idle *, const struct idle_link *);

/* The connection is in use: its idle time begins anew when it enters again. */
void idle_use(struct idle_link *);
/* It may be closed when it is idle for too long since it was last in use. */
void idle_enter(struct idle *, struct idle_link *);
/* It may not be closed for being idle. */
void idle_leave(struct idle_link *);

/* `count` or `ms` have changed, and with them the time of all. */
void idle_set_timer(struct idle *);
