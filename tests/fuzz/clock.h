/* The clock of the code under test is set by the target, so that no run depends on time.
 * This takes the place of base/clock.c. */
#pragma once

#include "base/clock.h"

static int64_t fuzz_us = INT64_C(1000000000); /* clock_us() */

int64_t clock_us(void)
{
    return fuzz_us;
}

int64_t clock_ms(void)
{
    return fuzz_us / 1000;
}

int64_t clock_unix_ms(void)
{
    return fuzz_us / 1000;
}

int64_t clock_unix_ns(void)
{
    return fuzz_us * 1000;
}
