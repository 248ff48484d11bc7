/*
 * The event loop: descriptors, timers, and the callbacks for those that are ready. It knows
 * nothing of DNS. poll() tells which descriptors are ready; a callback does as much as it
 * can without blocking, and returns. One loop belongs to one thread.
 */
#pragma once

#include <stdint.h>

#include "base/heap.h"
#include "base/list.h"

enum {
    LOOP_SELDOM_MS = 5,
    /* A callback deals with no more than this of what is there: messages, connections,
     * timers. Then the others have their turn. With fewer, poll() would be called so often
     * that it costs a cached answer more than one percent. */
    LOOP_BUDGET = 256,
};

struct loop;
struct watch;

/* `revents` as poll() gives them. A callback may unwatch anything, itself included. */
typedef void watch_ready(void *context, short revents);

/* NULL when memory is short. */
struct loop *loop_new(void);
/* Ends all watches; the descriptors stay open. Accepts NULL. */
void loop_free(struct loop *);

/*
 * Calls `ready` whenever one of `events` has happened. If several descriptors are ready,
 * the one that was watched first is called first; but a watch that ends may put a later one
 * in its place. NULL when memory is short.
 */
struct watch *loop_watch(struct loop *, int fd, short events, watch_ready *ready,
                         void *context);
void watch_events(struct watch *, short events);
/*
 * From now on it is polled every LOOP_SELDOM_MS only, and if there are many such watches,
 * only some of them each time. This is for descriptors that will hardly ever be ready,
 * since each costs time in every poll().
 */
void watch_seldom(struct watch *);
/* The watch is gone; the descriptor stays open. Accepts NULL. */
void loop_unwatch(struct loop *, struct watch *);

/* A timer is part of its owner's struct. After timer_init it is not set. */
struct timer {
    struct heap_link in_heap;
    struct list in_due; /* while it is to expire in this round */
    int64_t at;         /* clock_ms() */
    uint64_t number;    /* timers of one time expire in the order in which they were set */
    void (*expired)(void *context);
    void *context;
};

void timer_init(struct timer *, void (*expired)(void *context), void *context);
/*
 * The timer expires once at the time `at`, which replaces an earlier setting. If thousands
 * are due at the same time, descriptors have their turn in between. A timer that is set for
 * a time past while timers expire is among the first of the next round.
 */
void timer_set(struct loop *, struct timer *, int64_t at);
void timer_cancel(struct timer *);
bool timer_is_set(const struct timer *);

/* Runs until loop_stop. 0, or -1 with errno if poll() fails. */
int loop_run(struct loop *);
void loop_stop(struct loop *);
