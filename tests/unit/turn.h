/* For tests that turn a loop until something has happened. */
#pragma once

#include "check.h"

#include "base/clock.h"
#include "net/loop.h"

#include <poll.h>

static inline void stop_loop(void *loop)
{
    loop_stop(loop);
}

/* Turns the loop for this time, and at least once for all that is there now. */
static inline void turn_for(struct loop *loop, int64_t ms)
{
    struct timer timer;

    timer_init(&timer, stop_loop, loop);
    timer_set(loop, &timer, clock_ms() + ms);
    assert_int_equal(loop_run(loop), 0);
    timer_cancel(&timer);
}

static inline void turn(struct loop *loop)
{
    turn_for(loop, 0);
}

/* Turns the loop until the number has reached `wanted`; fails after a minute. */
static inline void turn_until(struct loop *loop, const int *number, int wanted)
{
    int64_t end = clock_ms() + 60000;
    struct timer timer;

    timer_init(&timer, stop_loop, loop);
    while (*number < wanted) {
        assert_true(clock_ms() < end);
        timer_set(loop, &timer, clock_ms() + 1);
        assert_int_equal(loop_run(loop), 0);
    }
    timer_cancel(&timer);
}

/* Turns the loop until the descriptor is readable. */
static inline void turn_until_readable(struct loop *loop, int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    int64_t end = clock_ms() + 60000;

    while (poll(&polled, 1, 1) == 0) {
        assert_true(clock_ms() < end);
        turn(loop);
    }
}
