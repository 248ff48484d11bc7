#include "../check.h"

#include "base/clock.h"

#include <time.h>

TEST(time_never_goes_back)
{
    int64_t before = clock_ms(), now;

    for (int i = 0; i < 10000; i++, before = now) {
        now = clock_ms();
        assert_true(now >= before);
    }
}

TEST(the_unit_is_the_millisecond_of_the_monotonic_clock)
{
    struct timespec before, after;
    int64_t now;

    clock_gettime(CLOCK_MONOTONIC, &before);
    now = clock_ms();
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(now >= before.tv_sec * 1000 + before.tv_nsec / 1000000);
    assert_true(now <= after.tv_sec * 1000 + after.tv_nsec / 1000000);
}
