/*
 * The clock of the code under test stands still, so that no result depends on the speed of
 * the machine. This takes the place of base/clock.c.
 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <time.h>

/* The code under test may run in another thread. */
static _Atomic bool clock_stands;       /* else it goes on */
static _Atomic int64_t clock_stands_at; /* clock_us() */

static inline int64_t real_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_us(void)
{
    return clock_stands ? clock_stands_at : real_us(CLOCK_BOOTTIME);
}

int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

int64_t clock_unix_ms(void)
{
    return real_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_unix_ns(void)
{
    return clock_unix_ms() * 1000000;
}

static inline void clock_stop(void)
{
    clock_stands_at = clock_us();
    clock_stands = true;
}

static inline void clock_go_on(void)
{
    clock_stands = false;
}
