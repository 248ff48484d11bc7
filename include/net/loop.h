/*
 * The event loop: descriptors, timers, and what to call when one is ready. It knows
 * nothing of DNS. poll() tells which descriptors are ready; whoever is called does as much
 * as it can without blocking and returns. One loop belongs to one thread.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdint.h>

#include "base/heap.h"
#include "base/list.h"

enum { LOOP_SELDOM_MS = 5 };

struct loop;
struct watch;

/* `revents` as poll() gives them. A callback may unwatch anything, itself included. */
typedef void watch_ready(void *context, short revents);

/* NULL when memory is short. */
struct loop *loop_new(void);
/* Ends all watches; the descriptors stay open. Accepts NULL. */
void loop_free(struct loop *);

/*
 * Calls `ready` whenever one of `events` is there. Of those ready at the same time the one
 * watched first is called first; a watch that ends may put a later one in its place. NULL
 * when memory is short.
 */
struct watch *loop_watch(struct loop *, int fd, short events, watch_ready *ready,
                         void *context);
void watch_events(struct watch *, short events);
/*
 * From now on it is looked at every LOOP_SELDOM_MS only, and if there are many such ones,
 * some of them each time: for those that will hardly ever be ready, since each costs time
 * in every poll().
 */
void watch_seldom(struct watch *);
/* The watch is gone; the descriptor stays open. Accepts NULL. */
void loop_unwatch(struct loop *, struct watch *);

/* A timer belongs to its owner's struct; a zeroed one is at rest after timer_init. */
struct timer {
    struct heap_link waits;
    struct list is_due; /* it rings in this round */
    int64_t at;         /* clock_ms() */
    uint64_t number;    /* of its setting: those of one time ring in this order */
    void (*ring)(void *context);
    void *context;
};

void timer_init(struct timer *, void (*ring)(void *context), void *context);
/*
 * Rings once at the time `at`; replaces an earlier setting. If thousands are due at the
 * same time, descriptors have their turn in between. One that is set for a time past, while
 * timers ring, rings first in the next round.
 */
void timer_set(struct loop *, struct timer *, int64_t at);
void timer_cancel(struct timer *);
bool timer_is_set(const struct timer *);

/* Runs until loop_stop. 0, or -1 with errno if poll() fails. */
int loop_run(struct loop *);
void loop_stop(struct loop *);

#endif
