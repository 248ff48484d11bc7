#include "../check.h"

#include "lookup/scan_threads.h"

static struct scan_threads threads;

static void set_up(void)
{
    threads = (struct scan_threads){0};
}

FIXTURE(idle, set_up, NULL);

TEST_WITH(idle, scans_run_in_the_background)
{
    assert_true(scan_threads_are_idle(&threads, 0));
    assert_true(scan_threads_are_idle(&threads, 1000000));
}

TEST_WITH(idle, a_quarter_of_a_processor_is_enough_for_a_scan)
{
    assert_false(scan_threads_starve(&threads, 250000, 5000));
    assert_false(scan_threads_starve(&threads, 62500, 5000));
    assert_true(scan_threads_are_idle(&threads, 5000));
}

TEST_WITH(idle, scans_leave_the_background_for_ten_seconds_when_one_starves)
{
    assert_true(scan_threads_starve(&threads, 62499, 5000));
    assert_false(scan_threads_are_idle(&threads, 5000));
    assert_false(scan_threads_are_idle(&threads, 14999));
    assert_true(scan_threads_are_idle(&threads, 15000));
    assert_true(scan_threads_starve(&threads, 0, 15250));
    assert_false(scan_threads_are_idle(&threads, 25249));
}
