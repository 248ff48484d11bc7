#include "../loadavg.h"

#include "lookup/scan_threads.h"

#include <semaphore.h>

static struct scan_threads threads;
static unsigned most; /* threads that may run on a host that is not busy */

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
    lab_say_running(1);
    most = 2 * (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (!threads.work)
        assert_int_equal(scan_threads_init(&threads, loop_new(), 1), 0);
    threads.busy_until = 0;
}

FIXTURE(idle, set_up, lab_restore);

TEST_WITH(idle, short_files_are_not_worth_them)
{
    put_hosts(65536);
    assert_false(scan_threads_take(&threads, 0));
    assert_int_equal(unlink("/etc/hosts"), 0);
    assert_false(scan_threads_take(&threads, 0));
}

TEST_WITH(idle, scans_of_long_files_have_threads_of_their_own)
{
    assert_true(scan_threads_take(&threads, 0));
    assert_true(scan_threads_take(&threads, 1000000));
}

TEST_WITH(idle, on_a_host_where_many_threads_run_none_gets_into_the_background)
{
    lab_say_running(most);
    assert_true(scan_threads_take(&threads, 0));
    lab_say_running(most + 1);
    assert_false(scan_threads_take(&threads, 0));
}

static sem_t gate;

static void run_item(struct work_item *item)
{
    (void)item;
    sem_wait(&gate);
}

static void after_item(struct work_item *item)
{
    (void)item;
}

TEST_WITH(idle, scans_that_run_already_are_not_what_makes_a_host_busy)
{
    static struct work_item item = {.run = run_item, .after = after_item};

    sem_init(&gate, 0, 0);
    assert_true(work_put(threads.work, &item));
    while (work_state(threads.work).busy == 0)
        poll(NULL, 0, 1);
    lab_say_running(most + 1);
    assert_true(scan_threads_take(&threads, 0));
    lab_say_running(most + 2);
    assert_false(scan_threads_take(&threads, 0));
    sem_post(&gate);
}

TEST_WITH(idle, a_scan_reads_behind_the_first_three_tenths_of_a_millisecond)
{
    assert_false(scan_threads_is_reading(299));
    assert_true(scan_threads_is_reading(300));
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
