/*
 * Threads for what may block: calls of libc, which run NSS modules.
 *
 * The loop's thread puts items in, a thread runs each, and `after` is called in the loop's
 * thread again. A few threads are enough as long as modules return quickly. If items wait
 * because modules do not, threads are added, up to the limit. A thread inside a module
 * cannot be ended, so one that hangs is counted and left alone. A module may end its
 * thread; then `after` is called although `run` has not come to its end.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "net/loop.h"

struct work;

/* Part of a larger object that its owner keeps until `after` is called. */
struct work_item {
    struct list link;
    void (*run)(struct work_item *);
    void (*after)(struct work_item *);
    bool is_slow;  /* will block for long, so it only gets a share of the threads */
    int64_t since; /* clock_ms() when it was put in, and later, when it began to run */

    /* In the background: */
    bool has_begun;
    clockid_t cpu_clock;  /* of its thread */
    int64_t cpu_begun_us; /* what that said when the item began to run */
};

struct work_state {
    unsigned threads, busy;
    unsigned hung; /* those that have been busy for longer than WORK_HUNG_MS */
    unsigned queued;
};

enum {
    WORK_HUNG_MS = 5000,
    WORK_SLOW_SHARE = 4, /* slow items get one thread in four */
};

/* NULL with errno. The first thread starts with the first item. */
struct work *work_new(struct loop *, unsigned max_threads);
/* As work_new, but its threads get only such processor time as nobody else wants
 * (SCHED_IDLE): on waking, anybody else takes the processor from them at once. */
struct work *work_new_background(struct loop *, unsigned max_threads);

/*
 * False if every thread hangs, or if too many slow items wait already: no client would wait
 * long enough for the item, so it is not taken.
 */
bool work_put(struct work *, struct work_item *);

/* True if more items wait, apart from slow ones, than the usual threads take up at once. */
bool work_is_crowded(struct work *);

struct work_state work_state(struct work *);

/* Microseconds of processor time that an item put into the background has had; 0 before it
 * began to run. */
int64_t work_cpu_us(struct work *, const struct work_item *);
