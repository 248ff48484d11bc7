#include "lookup/scan_threads.h"

enum { FAIR_SHARE = 4 }; /* a scan that gets a quarter of a processor goes on */

int scan_threads_init(struct scan_threads *threads, struct loop *loop, unsigned cores)
{
    *threads = (struct scan_threads){.background = work_new_background(loop, cores)};
    return threads->background ? 0 : -1;
}

bool scan_threads_are_idle(const struct scan_threads *threads, int64_t now)
{
    return now >= threads->busy_until;
}

bool scan_threads_starve(struct scan_threads *threads, int64_t got_us, int64_t now)
{
    if (got_us >= SCAN_CHECK_MS * 1000 / FAIR_SHARE)
        return false;
    threads->busy_until = now + SCAN_BUSY_MS;
    return true;
}
