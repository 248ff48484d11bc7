/*
 * The order in which libc reads the hosts file for jobs: a scan, from one end to the other,
 * for each call.
 *
 * More scans at a time than there are cores only make each of them slower, and with a long
 * file all of them too slow. So they run in the order of arrival, as many as there are
 * cores. A second scan for the same name waits for the first one, whose result mostly is
 * kept for both (lookup/hosts_answers). For the loop's thread alone.
 */
#pragma once

#include "base/list.h"
#include "base/table.h"
#include "dns/question.h"

enum scan_state {
    SCAN_NONE,
    SCAN_WAITS,   /* for its turn */
    SCAN_FOLLOWS, /* waits for another one with the same name */
    SCAN_RUNS,
};

/* Part of a larger object, and zeroed before its first use. */
struct scan {
    /* Set by the owner. `go` is called when the scan need not wait any more, and has left
     * the queue: the owner looks whether it still needs the scan, and may begin it again.
     */
    const struct question *question;
    void (*go)(struct scan *);

    enum scan_state state;
    struct list link; /* in `waiting`, or in the followers of another one */

    /* If it waits or runs: */
    struct list followers;
    struct table_link by_name;
};

struct scan_queue {
    struct table by_name;
    struct list waiting;
    size_t waiting_count;
    unsigned running, most;
    bool are_held;
    const struct scan *turn; /* whose `go` is being called */
};

/* At most `most` run at a time. 0, or -1 when memory is short. */
int scan_queue_init(struct scan_queue *, unsigned most);

/* True if it may run; otherwise `go` is called later. */
bool scan_queue_begin(struct scan_queue *, struct scan *);
/* Call this when it has run, or is no longer wanted; otherwise harmless. */
void scan_queue_end(struct scan_queue *, struct scan *);

/* From hold to release no scan begins. Then `go` is called for all that wait, which may not
 * need their scans any more. */
void scan_queue_hold(struct scan_queue *);
void scan_queue_release(struct scan_queue *);
