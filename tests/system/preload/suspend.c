/*
 * Preloaded into the server: the machine has slept. CLOCK_BOOTTIME has gone on by the
 * seconds that stand in the file named by SUSPENDED, which a test shares with all the
 * server's processes; CLOCK_MONOTONIC has stood still (clock_gettime(2)).
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *slept;

__attribute__((constructor)) static void map_page(void)
{
    const char *path = getenv("SUSPENDED");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped = MAP_FAILED;

    if (fd != -1) {
        mapped = mmap(NULL, sizeof *slept, PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (mapped != MAP_FAILED)
        slept = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    int result;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    result = real(clock, now);
    if (result == 0 && clock == CLOCK_BOOTTIME && slept)
        now->tv_sec += (time_t)*slept;
    return result;
}
