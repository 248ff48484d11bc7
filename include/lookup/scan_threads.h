/*
 * Which threads read the hosts file for libc.
 *
 * A scan of a long file keeps a processor busy for a tenth of a second. So that nobody
 * waits for that, a scan gets into the background once libc is reading: there it gets only
 * such processor time as nobody else wants. It does not begin there, because libc first
 * takes locks that the other threads need, and a thread that starved with one of them would
 * hold up everybody.
 *
 * On a busy host the background gets next to nothing, and the answer would come too late.
 * So the usual threads take the scan if many others run. If it starves nevertheless, for
 * example since only our own processors are busy, it begins again in the usual threads,
 * and for a while those take all scans: Linux does not let a thread come back from the
 * background.
 */
#pragma once

#include "lookup/work.h"

enum {
    SCAN_BEGIN_MS = 1,    /* when the owner of a scan first checks whether libc reads */
    SCAN_CHECK_MS = 250,  /* how often it checks later that the scan does not starve */
    SCAN_BUSY_MS = 10000, /* how long the host counts as busy after one has starved */
};

struct scan_threads {
    struct work *work;
    int64_t busy_until; /* clock_ms() */
};

/* At most `cores` threads. 0, or -1 with errno. */
int scan_threads_init(struct scan_threads *, struct loop *, unsigned cores);

/* True if a scan is to run in these threads at this time (clock_ms()): the hosts file is
 * long, and the host is not busy. */
bool scan_threads_take(const struct scan_threads *, int64_t now);

/* True if a scan that has had this much processor time, in microseconds, has come to read
 * the file, and so may get into the background. */
bool scan_threads_is_reading(int64_t cpu_us);

/* True if a scan in the background starves that has had this much processor time, in
 * microseconds, since the last check. Then the host counts as busy. */
bool scan_threads_starve(struct scan_threads *, int64_t got_us, int64_t now);
