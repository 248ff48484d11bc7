#include "daemon/notify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "base/clock.h"

/* A manager that cannot be reached is no reason to do anything else. */

void notify_ready(void)
{
    sd_notify(0, "READY=1");
}

/* The manager tells by the time to which reload the next READY=1 belongs. */
void notify_reloading(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
               (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void notify_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}

void notify_forget(void)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static void look(void *context)
{
    struct watchdog *watchdog = context;

    if (watchdog->all_live(watchdog->context))
        sd_notify(0, "WATCHDOG=1");
    timer_set(watchdog->loop, &watchdog->timer, clock_ms() + watchdog->period);
}

void watchdog_start(struct watchdog *watchdog, struct loop *loop,
                    bool (*all_live)(void *context), void *context)
{
    uint64_t allowed;

    *watchdog = (struct watchdog){.loop = loop, .all_live = all_live, .context = context};
    timer_init(&watchdog->timer, look, watchdog);
    if (sd_watchdog_enabled(0, &allowed) <= 0)
        return;
    watchdog->period = (int64_t)(allowed / 2000);
    if (watchdog->period == 0)
        watchdog->period = 1;
    look(watchdog);
}

void watchdog_stop(struct watchdog *watchdog)
{
    if (watchdog->loop)
        timer_cancel(&watchdog->timer);
}
