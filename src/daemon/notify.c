#include "daemon/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/facilities.h"

enum { PATIENCE_MS = 1000 }; /* that a manager may take to read */

/* Reads the address of the manager's socket: a path, or an abstract name after "@". False
 * for others. */
static bool find_manager(const char *path, struct sockaddr_un *manager, socklen_t *len)
{
    size_t path_len = strlen(path);

    *manager = (struct sockaddr_un){.sun_family = AF_UNIX};
    errno = EINVAL;
    if ((*path != '/' && *path != '@') || path_len >= sizeof manager->sun_path)
        return false;
    memcpy(manager->sun_path, path, path_len);
    if (*path == '@')
        manager->sun_path[0] = '\0';
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_len);
    return true;
}

static bool send_to(const char *path, const char *text)
{
    const struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    struct sockaddr_un manager;
    socklen_t len;
    ssize_t sent = -1;
    int fd, saved;

    if (!find_manager(path, &manager, &len))
        return false;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return false;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0)
        sent = sendto(fd, text, strlen(text), MSG_NOSIGNAL,
                      (const struct sockaddr *)&manager, len);
    saved = errno;
    close(fd);
    errno = saved;
    return sent != -1;
}

/* sd_notify(3) would wait for ever for a manager that does not read, and would keep
 * the supervisor from its signals and commands. */
static void tell(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");

    if (!path)
        return;
    if (send_to(path, text))
        facility_found(FACILITY_NOTIFY);
    else
        facility_lost(FACILITY_NOTIFY, "the service manager cannot be reached: %m");
}

void notify_ready(void)
{
    tell("READY=1");
}

/* The time tells the manager which reload the next READY=1 belongs to. */
void notify_reloading(void)
{
    struct timespec now;
    char text[64];

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    if (getenv("NOTIFY_SOCKET"))
        send_to(getenv("NOTIFY_SOCKET"), text); /* a failure shows in the next message */
}

void notify_stopping(void)
{
    tell("STOPPING=1");
}

void notify_forget(void)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static void report_life(void *context)
{
    struct watchdog *watchdog = context;

    if (watchdog->all_live(watchdog->context))
        tell("WATCHDOG=1");
    timer_set(watchdog->loop, &watchdog->timer, clock_ms() + watchdog->period);
}

void watchdog_start(struct watchdog *watchdog, struct loop *loop,
                    bool (*all_live)(void *context), void *context)
{
    uint64_t allowed;

    *watchdog = (struct watchdog){.loop = loop, .all_live = all_live, .context = context};
    timer_init(&watchdog->timer, report_life, watchdog);
    if (sd_watchdog_enabled(0, &allowed) <= 0)
        return;
    watchdog->period = (int64_t)(allowed / 2000);
    if (watchdog->period == 0)
        watchdog->period = 1;
    report_life(watchdog);
}

void watchdog_stop(struct watchdog *watchdog)
{
    if (watchdog->loop)
        timer_cancel(&watchdog->timer);
}
