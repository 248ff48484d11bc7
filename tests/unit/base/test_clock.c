#include "../check.h"

#include "base/clock.h"

#include <time.h>

static void time_never_goes_back(void **state)
{
    int64_t before = clock_ms(), now;

    (void)state;
    for (int i = 0; i < 10000; i++, before = now) {
        now = clock_ms();
        assert_true(now >= before);
    }
}

static void the_unit_is_the_millisecond_of_the_monotonic_clock(void **state)
{
    struct timespec before, after;
    int64_t now;

    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &before);
    now = clock_ms();
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(now >= before.tv_sec * 1000 + before.tv_nsec / 1000000);
    assert_true(now <= after.tv_sec * 1000 + after.tv_nsec / 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(the_unit_is_the_millisecond_of_the_monotonic_clock),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
