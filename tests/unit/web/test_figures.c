#include "../check.h"

#include "base/recent.h"
#include "web/figures.h"

static struct figures figures;

static void begin(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(1);
    assert_int_not_equal(recent_open(-1, false), -1);
    figures_init(&figures, 5000);
}

FIXTURE(figures, begin, NULL);

static void ask(unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_RECORDS);
}

static void show(unsigned times)
{
    static const struct recent_record record;

    for (unsigned i = 0; i < times; i++)
        recent_write(&record);
}

static const struct figures_point *last(void)
{
    return figures_at(&figures, figures.count - 1);
}

static bool is(double found, double wanted)
{
    return found > wanted - 0.001 && found < wanted + 0.001;
}

TEST_WITH(figures, a_second_has_what_was_counted_in_it)
{
    ask(7);
    count_question(COUNT_QUESTIONS_TCP, COUNT_TYPE_TXT, COUNT_ANSWER_SERVFAIL);
    count_more(COUNT_CACHE_HITS, 5);
    assert_int_equal(figures_sample(&figures, 6000), 7000);
    assert_int_equal(figures.count, 1);
    assert_true(is(last()->rate, 8));
    assert_true(is(last()->cached_rate, 5));
    assert_int_equal(figures_sample(&figures, 7000), 8000);
    assert_true(is(last()->rate, 0));
    assert_true(is(last()->cached_rate, 0));
}

/* A process that was broken into may write anything into its counters. */
TEST_WITH(figures, a_counter_that_falls_counts_for_nothing)
{
    ask(7);
    figures_sample(&figures, 6000);
    assert_int_equal(figures.not_shown, 7);
    memset(counters_own, 0, (COUNTERS_NUMBER + COUNTERS_CELLS) * sizeof *counters_own);
    figures_sample(&figures, 7000);
    assert_true(is(last()->rate, 0));
    assert_int_equal(figures.not_shown, 0);
}

TEST_WITH(figures, a_counter_that_no_server_can_reach_counts_for_nothing)
{
    counters_own[COUNT_CACHE_HITS] = UINT64_MAX;
    figures_sample(&figures, 6000);
    assert_true(is(last()->cached_rate, 0));
}

TEST_WITH(figures, what_was_counted_before_does_not_count)
{
    ask(1000);
    figures_init(&figures, 5000);
    figures_sample(&figures, 6000);
    assert_true(is(last()->rate, 0));
}

TEST_WITH(figures, a_second_that_is_not_over_has_no_point_yet)
{
    ask(1);
    assert_int_equal(figures_sample(&figures, 5999), 6000);
    assert_int_equal(figures.count, 0);
    assert_int_equal(figures_sample(&figures, 6001), 7000);
    assert_int_equal(figures.count, 1);
}

TEST_WITH(figures, seconds_that_passed_unseen_share_what_has_happened)
{
    ask(30);
    assert_int_equal(figures_sample(&figures, 8400), 9000);
    assert_int_equal(figures.count, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_true(is(figures_at(&figures, i)->rate, 10));
}

TEST_WITH(figures, ten_minutes_are_kept_the_oldest_first)
{
    for (unsigned i = 1; i <= 605; i++) {
        ask(i);
        figures_sample(&figures, 5000 + 1000 * (int64_t)i);
    }
    assert_int_equal(figures.count, 600);
    assert_true(is(figures_at(&figures, 0)->rate, 6));
    assert_true(is(figures_at(&figures, 599)->rate, 605));
}

TEST_WITH(figures, a_long_sleep_fills_the_memory_once)
{
    figures_sample(&figures, 5000 + INT64_C(1000000) * 1000);
    assert_int_equal(figures.count, 600);
    assert_int_equal(figures.at, 5000 + INT64_C(1000000) * 1000);
}

static void look_up(enum counter time, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        count_lookup(COUNT_DNS_RECORDS, time, 0);
}

TEST_WITH(figures, without_lookups_there_is_no_latency)
{
    ask(3);
    figures_sample(&figures, 6000);
    assert_true(last()->median_ms < 0);
    assert_true(last()->p99_ms < 0);
}

/* 100 lookups of 0.5 to 1 ms, spread evenly: half of them below 0.75 ms. */
TEST_WITH(figures, latency_is_found_within_a_bucket)
{
    look_up(COUNT_LOOKUP_MS_1, 100);
    figures_sample(&figures, 6000);
    assert_true(is(last()->median_ms, 0.75));
    assert_true(is(last()->p99_ms, 0.995));
}

TEST_WITH(figures, latency_is_found_in_the_first_bucket)
{
    look_up(COUNT_LOOKUP_US_125, 100);
    figures_sample(&figures, 6000);
    assert_true(is(last()->median_ms, 0.0625));
    assert_true(is(last()->p99_ms, 0.12375));
}

/* The 50th is the 20th of 80 between 4 and 8 ms; the 99th the 9th of 10 between 512 and
 * 1024 ms. */
TEST_WITH(figures, latency_is_found_across_buckets)
{
    look_up(COUNT_LOOKUP_MS_2, 10);
    look_up(COUNT_LOOKUP_MS_8, 80);
    look_up(COUNT_LOOKUP_MS_1024, 10);
    figures_sample(&figures, 6000);
    assert_true(is(last()->median_ms, 6));
    assert_true(is(last()->p99_ms, 512 + 0.9 * 512));
}

TEST_WITH(figures, the_last_bucket_has_the_longest)
{
    look_up(COUNT_LOOKUP_MS_MORE, 1);
    figures_sample(&figures, 6000);
    assert_true(last()->median_ms >= 4096);
    assert_true(last()->p99_ms <= 8192);
}

TEST_WITH(figures, questions_are_shown_or_not)
{
    ask(10);
    show(3);
    figures_sample(&figures, 6000);
    assert_int_equal(figures.shown, 3);
    assert_int_equal(figures.not_shown, 7);
    ask(1);
    show(2); /* one of them is not counted yet */
    figures_sample(&figures, 7000);
    assert_int_equal(figures.shown, 2);
    assert_int_equal(figures.not_shown, 0);
}
