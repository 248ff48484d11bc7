#include "lookup/scan_threads.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READING_US = 300, /* of processor time, behind which libc reads and does nothing else */
    FAIR_SHARE = 4,   /* a scan that gets a quarter of a processor goes on */
    LONG_FILE = 64 << 10, /* octets, which libc reads in a third of a millisecond */
    CROWD = 2,            /* running threads for each processor that leave none idle */
};

int scan_threads_init(struct scan_threads *threads, struct loop *loop, unsigned cores)
{
    *threads = (struct scan_threads){.work = work_new(loop, cores)};
    return threads->work ? 0 : -1;
}

static bool is_long(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 && file.st_size > LONG_FILE;
}

/* How many threads of the host run or could run, our own in the background among them
 * (proc_loadavg(5)); 0 if it cannot be told. */
static unsigned count_running(void)
{
    FILE *file = fopen("/proc/loadavg", "re");
    unsigned running = 0;

    if (!file)
        return 0;
    if (fscanf(file, "%*s %*s %*s %u", &running) != 1)
        running = 0;
    fclose(file);
    return running;
}

static bool is_crowded(const struct scan_threads *threads)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const unsigned most = processors > 0 ? CROWD * (unsigned)processors : CROWD;

    return count_running() > most + work_state(threads->work).busy;
}

bool scan_threads_take(const struct scan_threads *threads, int64_t now)
{
    return now >= threads->busy_until && is_long("/etc/hosts") && !is_crowded(threads);
}

bool scan_threads_is_reading(int64_t cpu_us)
{
    return cpu_us >= READING_US;
}

bool scan_threads_starve(struct scan_threads *threads, int64_t got_us, int64_t now)
{
    if (got_us >= SCAN_CHECK_MS * 1000 / FAIR_SHARE)
        return false;
    threads->busy_until = now + SCAN_BUSY_MS;
    return true;
}
