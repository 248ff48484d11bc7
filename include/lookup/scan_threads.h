/*
 * Which threads read the hosts file for libc.
 *
 * A scan of a long file keeps a processor busy for a tenth of a second. So that nobody
 * waits for that, scans run in the background, where they get only such processor time as
 * nobody else wants. On a busy host that is next to nothing, and the answer would come too
 * late. So a scan that starves begins again in the usual threads, and for a while those
 * take all scans: Linux lets a thread leave its usual policy, but not come back to it.
 */
#pragma once

#include "lookup/work.h"

enum {
    SCAN_CHECK_MS = 250,  /* how often the owner of a scan checks that it does not starve */
    SCAN_BUSY_MS = 10000, /* how long the host counts as busy after one has starved */
};

struct scan_threads {
    struct work *background;
    int64_t busy_until; /* clock_ms() */
};

/* At most `cores` threads. 0, or -1 with errno. */
int scan_threads_init(struct scan_threads *, struct loop *, unsigned cores);

/* True if a scan is to run in the background at this time (clock_ms()): the hosts file is
 * long, and the host is not busy. A thread that starves may hold a lock of libc that the
 * others need, so a scan runs there only if its time is worth that. */
bool scan_threads_take(const struct scan_threads *, int64_t now);

/* True if a scan starves that has had this much processor time, in microseconds, since the
 * last check. Then the host counts as busy. */
bool scan_threads_starve(struct scan_threads *, int64_t got_us, int64_t now);
