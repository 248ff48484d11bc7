/*
 * What the service manager is told: ready, reloading, stopping (sd_notify(3)), and signs of
 * life where it wants them. Without a manager nothing happens.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdbool.h>

#include "net/loop.h"

/* The first question can be answered, or a reload is over. */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

/* In a child: neither it nor an NSS module is to talk to the manager. */
void notify_forget(void);

/*
 * Says at once, and then twice in the time that the manager allows, that the service lives:
 * when the loop turns and `all_live` says so of everything else.
 */
struct watchdog {
    struct loop *loop;
    bool (*all_live)(void *context);
    void *context;
    struct timer timer;
    int64_t period; /* milliseconds; 0: the manager wants no signs of life */
};

void watchdog_start(struct watchdog *, struct loop *, bool (*all_live)(void *context),
                    void *context);
/* Accepts a zeroed one. */
void watchdog_stop(struct watchdog *);

#endif
