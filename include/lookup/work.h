/*
 * Threads for what may block: calls of libc, which run NSS modules.
 *
 * The loop's thread puts items in; a thread runs each; `after` is called in the loop's
 * thread again. A few threads are enough as long as modules return quickly; when items have
 * to wait because they do not, threads are added up to the limit. A thread inside a module
 * cannot be ended, so one that hangs is counted and left alone. A module may end the
 * thread, though: then `after` is called as if `run` had returned in the middle.
 */
#ifndef LOOKUP_WORK_H
#define LOOKUP_WORK_H

#include <stdbool.h>

#include "net/loop.h"

struct work;

/* Part of a larger object that its owner keeps until `after` is called. */
struct work_item {
    struct list link;
    void (*run)(struct work_item *);
    void (*after)(struct work_item *);
    bool is_slow;  /* expected to block even when all is well: has a share of the threads */
    int64_t since; /* clock_ms() when it was put in, then when it was begun */
};

struct work_state {
    unsigned threads, busy;
    unsigned hung; /* of the busy ones, those for longer than WORK_HUNG_MS */
    unsigned queued;
};

enum {
    WORK_HUNG_MS = 5000,
    WORK_SLOW_SHARE = 4, /* slow items get one in so many threads */
};

/* NULL with errno. The first thread starts with the first item. */
struct work *work_new(struct loop *, unsigned max_threads);

/*
 * False if every thread hangs, or if too many slow items wait already: the item would wait
 * longer than anybody waits for it, and is not taken.
 */
bool work_put(struct work *, struct work_item *);

/* True if items that are not slow wait, more than threads take up at once. */
bool work_is_crowded(struct work *);

struct work_state work_state(struct work *);

#endif
