#include "lookup/scan_threads.h"

#include <sys/stat.h>

enum {
    FAIR_SHARE = 4,       /* a scan that gets a quarter of a processor goes on */
    LONG_FILE = 64 << 10, /* octets, which libc reads in a third of a millisecond */
};

int scan_threads_init(struct scan_threads *threads, struct loop *loop, unsigned cores)
{
    *threads = (struct scan_threads){.background = work_new_background(loop, cores)};
    return threads->background ? 0 : -1;
}

static bool is_long(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 && file.st_size > LONG_FILE;
}

bool scan_threads_take(const struct scan_threads *threads, int64_t now)
{
    return now >= threads->busy_until && is_long("/etc/hosts");
}

bool scan_threads_starve(struct scan_threads *threads, int64_t got_us, int64_t now)
{
    if (got_us >= SCAN_CHECK_MS * 1000 / FAIR_SHARE)
        return false;
    threads->busy_until = now + SCAN_BUSY_MS;
    return true;
}
