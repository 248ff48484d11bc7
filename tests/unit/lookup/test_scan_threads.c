#include "../lab.h"

#include "lookup/scan_threads.h"

static struct scan_threads threads;

/* A comment of this many octets is the hosts file. */
static void put_hosts(size_t size)
{
    static char text[128 << 10];

    memset(text, '#', size - 1);
    text[size - 1] = '\n';
    lab_put("/etc/hosts", text, size);
}

static void set_up(void)
{
    need_lab();
    lab_keep("/etc/hosts");
    put_hosts(65537);
    threads = (struct scan_threads){0};
}

FIXTURE(idle, set_up, lab_restore);

/* A thread that starves may hold a lock of libc that the others need. */
TEST_WITH(idle, short_files_are_not_worth_the_background)
{
    put_hosts(65536);
    assert_false(scan_threads_take(&threads, 0));
    assert_int_equal(unlink("/etc/hosts"), 0);
    assert_false(scan_threads_take(&threads, 0));
}

TEST_WITH(idle, scans_of_long_files_run_in_the_background)
{
    assert_true(scan_threads_take(&threads, 0));
    assert_true(scan_threads_take(&threads, 1000000));
}

TEST_WITH(idle, a_quarter_of_a_processor_is_enough_for_a_scan)
{
    assert_false(scan_threads_starve(&threads, 250000, 5000));
    assert_false(scan_threads_starve(&threads, 62500, 5000));
    assert_true(scan_threads_take(&threads, 5000));
}

TEST_WITH(idle, scans_leave_the_background_for_ten_seconds_when_one_starves)
{
    assert_true(scan_threads_starve(&threads, 62499, 5000));
    assert_false(scan_threads_take(&threads, 5000));
    assert_false(scan_threads_take(&threads, 14999));
    assert_true(scan_threads_take(&threads, 15000));
    assert_true(scan_threads_starve(&threads, 0, 15250));
    assert_false(scan_threads_take(&threads, 25249));
}
