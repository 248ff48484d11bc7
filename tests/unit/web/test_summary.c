#include "../check.h"

#include "base/clock.h"
#include "base/counters.h"
#include "web/summary.h"

static struct summary summary;
static struct web_config config;

static void begin(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(3);
    config = (struct web_config){.started = clock_ms() - 5000, .lookup_slot = 3};
}

FIXTURE(summary, begin, NULL);

/* A lookup is counted once, by its result and its time. */
static void look_up(enum counter result, unsigned times)
{
    while (times-- > 0)
        count_lookup(result, COUNT_LOOKUP_US_125, 100);
}

TEST_WITH(summary, sources_have_their_lookups)
{
    look_up(COUNT_DNS_RECORDS, 5);
    look_up(COUNT_DNS_NODATA, 1);
    look_up(COUNT_DNS_NXDOMAIN, 2);
    look_up(COUNT_DNS_FAILED, 3);
    look_up(COUNT_HOST_RECORDS, 7);
    look_up(COUNT_HOST_NODATA, 10);
    look_up(COUNT_HOST_NXDOMAIN, 20);
    summary_read(&summary, &config);
    assert_string_equal(summary.sources[0].name, "DNS");
    assert_int_equal(summary.sources[0].count, 11);
    assert_int_equal(summary.sources[0].failed, 3);
    assert_string_equal(summary.sources[1].name, "other sources");
    assert_int_equal(summary.sources[1].count, 37);
    assert_int_equal(summary.sources[1].failed, 0);
}

TEST_WITH(summary, response_codes_have_their_answers)
{
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_RECORDS);
    count_question(COUNT_QUESTIONS_TCP, COUNT_TYPE_MX, COUNT_ANSWER_RECORDS);
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_SERVFAIL);
    summary_read(&summary, &config);
    assert_string_equal(summary.rcodes[0].name, "NOERROR");
    assert_int_equal(summary.rcodes[0].count, 2);
    assert_string_equal(summary.rcodes[3].name, "SERVFAIL");
    assert_int_equal(summary.rcodes[3].count, 1);
    assert_string_equal(summary.rcodes[6].name, "other");
    assert_int_equal(summary.rcodes[6].count, 0);
}

TEST_WITH(summary, totals_count_failures_but_no_denials)
{
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_RECORDS);
    count_question(COUNT_QUESTIONS_TCP, COUNT_TYPE_A, COUNT_ANSWER_NODATA);
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_NXDOMAIN);
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_SERVFAIL);
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_REFUSED);
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_FORMERR);
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_OTHER);
    count_more(COUNT_CACHE_HITS, 2);
    summary_read(&summary, &config);
    assert_int_equal(summary.questions, 7);
    assert_int_equal(summary.cached, 2);
    assert_int_equal(summary.failed, 4);
}

TEST_WITH(summary, what_waits_hangs_died_and_was_lost)
{
    count_set(COUNT_WAITING, 4);
    count_set(COUNT_THREADS_HUNG, 2);
    count_more(COUNT_RESTARTS_SERVE, 1);
    count_more(COUNT_RESTARTS_LOOKUP, 10);
    count_more(COUNT_RESTARTS_WEB, 100);
    count_more(COUNT_LOG_LOST, 9);
    summary_read(&summary, &config);
    assert_int_equal(summary.waiting, 4);
    assert_int_equal(summary.hung, 2);
    assert_int_equal(summary.restarts, 111);
    assert_int_equal(summary.lost_lines, 9);
    assert_in_range(summary.uptime_ms, 5000, 5000 + 1000 * TEST_LIMIT_S);
}

TEST_WITH(summary, name_servers_are_those_of_the_lookup_process)
{
    struct name_server_row row = {.address = "192.0.2.53:53", .asked = 8};

    name_servers_write(counters_name_servers(), &row, 1);
    summary_read(&summary, &config);
    assert_int_equal(summary.server_count, 1);
    assert_string_equal(summary.servers[0].address, "192.0.2.53:53");
    config.lookup_slot = 2;
    summary_read(&summary, &config);
    assert_int_equal(summary.server_count, 0);
}

TEST_WITH(summary, names_worth_showing_are_not_old)
{
    int64_t now = clock_ms();

    worst_write(counters_worst(), WORST_SLOW, 0, now - 1000, 50, "slow.test. A", "");
    worst_write(counters_worst(), WORST_FAILED, 0, now - 1000, 9, "bad.test. A", "why");
    worst_write(counters_worst(), WORST_SLOW, 1, now - 700000, 70, "old.test. A", "");
    summary_read(&summary, &config);
    assert_int_equal(summary.slowest_count, 1);
    assert_string_equal(summary.slowest[0].name, "slow.test. A");
    assert_int_equal(summary.failing_count, 1);
    assert_string_equal(summary.failing[0].reason, "why");
}
