/*
 * Preloaded into the server: clocks that a test moves. The file named by CLOCKS, which the
 * test shares with all the server's processes, has the seconds for which the machine has
 * slept, and those by which somebody has stepped the time of day. A sleep moves
 * CLOCK_BOOTTIME, while CLOCK_MONOTONIC stands still; a step moves CLOCK_REALTIME alone
 * (clock_gettime(2)). The third number is for how many seconds it sleeps as soon as a
 * process has sent a datagram to a client.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const volatile struct {
    int64_t slept, stepped, sleeps_after_send;
} * page;

static int64_t slept_after_send;

__attribute__((constructor)) static void map_page(void)
{
    const char *path = getenv("CLOCKS");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped = MAP_FAILED;

    if (fd != -1) {
        mapped = mmap(NULL, sizeof *page, PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (mapped != MAP_FAILED)
        page = mapped;
}

static int64_t moved(clockid_t clock)
{
    switch (clock) {
    case CLOCK_BOOTTIME:
        return page->slept + slept_after_send;
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        return page->stepped;
    default:
        return 0;
    }
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    int result;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    result = real(clock, now);
    if (result == 0 && page)
        now->tv_sec += (time_t)moved(clock);
    return result;
}

time_t time(time_t *told)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (told)
        *told = now.tv_sec;
    return now.tv_sec;
}

/* The queries of lookup have no address, because its sockets are connected. */
ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    static ssize_t (*real)(int, const struct msghdr *, int);
    ssize_t sent;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "sendmsg");
    sent = real(fd, message, flags);
    if (page && message->msg_name)
        slept_after_send = page->sleeps_after_send;
    return sent;
}
