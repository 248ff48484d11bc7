/* A missing facility is logged once, and then shown by the status. */
#include "../check.h"

#include "base/counters.h"
#include "base/log.h"
#include "daemon/facilities.h"

#include <fcntl.h>

static struct report report;
static int saved, ends[2];

/* The log goes into a pipe, which the test reads. */
static void catch_log(void)
{
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    log_open("test", LOG_LEVEL_INFO);
    report = (struct report){0};
}

static void let_log(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[0]);
    close(ends[1]);
    facility_found(FACILITY_NETLINK);
    facility_found(FACILITY_CONTROL);
}

FIXTURE(facilities, catch_log, let_log);

static const char *logged(void)
{
    static char text[70000];
    ssize_t got = read(ends[0], text, sizeof text - 1);

    text[got > 0 ? got : 0] = '\0';
    return text;
}

TEST_WITH(facilities, none_is_missing_at_first)
{
    facilities_report(&report);
    assert_int_equal(report.missing_count, 0);
}

TEST_WITH(facilities, what_is_missing_is_logged_and_reported)
{
    errno = EMFILE;
    facility_lost(FACILITY_NETLINK, "no %s: %m", "netlink");
    assert_int_equal(errno, EMFILE);
    facility_lost(FACILITY_CONTROL, "no socket");
    assert_string_equal(logged(),
                        "test: no netlink: Too many open files\ntest: no socket\n");
    facilities_report(&report);
    assert_int_equal(report.missing_count, 2);
    assert_string_equal(report.missing[0].name, "netlink");
    assert_string_equal(report.missing[0].text, "no netlink: Too many open files");
    assert_string_equal(report.missing[1].name, "control");
}

TEST_WITH(facilities, it_is_logged_once_for_each_time_that_it_goes)
{
    facility_lost(FACILITY_NETLINK, "first");
    facility_lost(FACILITY_NETLINK, "second");
    assert_string_equal(logged(), "test: first\n");
    facilities_report(&report);
    assert_string_equal(report.missing[0].text, "second");
    facility_found(FACILITY_NETLINK);
    facility_found(FACILITY_NETLINK);
    report = (struct report){0};
    facilities_report(&report);
    assert_int_equal(report.missing_count, 0);
    facility_lost(FACILITY_NETLINK, "third");
    assert_string_equal(logged(), "test: third\n");
}

TEST_WITH(facilities, a_filter_that_children_lack_is_missing)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(1);
    count_set(COUNT_UNFILTERED, 1);
    facilities_report(&report);
    assert_int_equal(report.missing_count, 1);
    assert_string_equal(report.missing[0].name, "filter");
    assert_string_equal(report.missing[0].text,
                        "children run without a filter of system calls; see the log");
    counters_reset_gauges(1);
}

/* The pipe is full until it is read, and then the next line tells of the loss. */
TEST_WITH(facilities, a_log_that_nobody_takes_is_missing)
{
    while (write(ends[1], "123456789", 9) > 0)
        ;
    while (write(ends[1], "", 1) > 0)
        ;
    log_info("lost");
    log_info("lost");
    facilities_report(&report);
    assert_int_equal(report.missing_count, 1);
    assert_string_equal(report.missing[0].name, "log");
    assert_string_equal(report.missing[0].text, "nobody reads it; lines lost so far: 2");
    while (*logged())
        ;
    log_info("taken");
    report = (struct report){0};
    facilities_report(&report);
    assert_int_equal(report.missing_count, 0);
}
