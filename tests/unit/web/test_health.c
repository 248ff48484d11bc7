#include "../check.h"

#include "base/counters.h"
#include "web/health.h"

static void begin(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
}

FIXTURE(health, begin, NULL);

TEST_WITH(health, all_is_well)
{
    assert_null(health_fault());
}

TEST_WITH(health, without_lookup_it_is_not)
{
    count_set(COUNT_STARTING_LOOKUP, 1);
    assert_string_equal(health_fault(), "The lookup process is being started.\n");
}

TEST_WITH(health, without_one_of_the_serve_processes_it_is_not)
{
    count_set(COUNT_STARTING_SERVE, 1);
    assert_string_equal(health_fault(), "A serve process is being started.\n");
}
