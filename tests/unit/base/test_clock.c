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

TEST(the_unit_is_the_millisecond_of_the_clock_that_does_not_sleep)
{
    struct timespec before, after;
    int64_t now;

    clock_gettime(CLOCK_BOOTTIME, &before);
    now = clock_ms();
    clock_gettime(CLOCK_BOOTTIME, &after);
    assert_true(now >= before.tv_sec * 1000 + before.tv_nsec / 1000000);
    assert_true(now <= after.tv_sec * 1000 + after.tv_nsec / 1000000);
}

TEST(microseconds_are_those_of_the_same_clock)
{
    int64_t before = clock_ms(), now = clock_us(), after = clock_ms();

    assert_true(before <= now / 1000);
    assert_true(now / 1000 <= after);
}

TEST(the_time_of_day_is_that_of_the_host)
{
    int64_t before = (int64_t)time(NULL) * 1000, now = clock_unix_ms();

    assert_in_range(now, before, before + 10000);
}

TEST(nanoseconds_are_those_of_the_time_of_day)
{
    int64_t before = clock_unix_ms(), now = clock_unix_ns(), after = clock_unix_ms();

    assert_true(before <= now / 1000000);
    assert_true(now / 1000000 <= after);
}
