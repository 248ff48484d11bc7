/*
 * Messages to the service manager (sd_notify(3)): ready, reloading, stopping, and signs
 * of life if it wants them. Nothing happens without a manager. One that cannot be told,
 * or does not read for a second, is a missing facility.
 */
#pragma once

#include <stdbool.h>

#include "net/loop.h"

/* The first question can be answered, or a reload is over. */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

/* Called in a child, since neither it nor an NSS module must talk to the manager. */
void notify_forget(void);

/*
 * Says that the service lives, at once and then twice in the time that the manager
 * allows. The loop must turn for that, and `all_live` must say the same of everything
 * else.
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
