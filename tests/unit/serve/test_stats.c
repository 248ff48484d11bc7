#include "../check.h"

#include "base/counters.h"
#include "serve/stats.h"

/* The counters as they were. */
static uint64_t before[COUNTERS_NUMBER];

static void remember(void)
{
    for (int i = 0; i < COUNTERS_NUMBER; i++)
        before[i] = counters_sum((enum counter)i);
}

static void assert_grown(enum counter a, enum counter b, enum counter c)
{
    for (int i = 0; i < COUNTERS_NUMBER; i++)
        if (i != COUNT_LOOKUP_TIME)
            assert_int_equal(counters_sum((enum counter)i) - before[i],
                             i == (int)a || i == (int)b || i == (int)c);
}

TEST(a_reply_is_counted_by_transport_type_and_outcome)
{
    remember();
    stats_reply(false, TYPE_A, RCODE_NOERROR, 2);
    assert_grown(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_RECORDS);
    remember();
    stats_reply(true, TYPE_AAAA, RCODE_NOERROR, 0);
    assert_grown(COUNT_QUESTIONS_TCP, COUNT_TYPE_AAAA, COUNT_ANSWER_NODATA);
    remember();
    stats_reply(true, 65, RCODE_NXDOMAIN, 0);
    assert_grown(COUNT_QUESTIONS_TCP, COUNT_TYPE_HTTPS, COUNT_ANSWER_NXDOMAIN);
    remember();
    stats_reply(false, TYPE_ANY, RCODE_SERVFAIL, 0);
    assert_grown(COUNT_QUESTIONS_UDP, COUNT_TYPE_ANY, COUNT_ANSWER_SERVFAIL);
}

TEST(rare_types_and_codes_are_counted_together)
{
    static const uint16_t types[] = {0, 3, 64, 256, 257, 65535};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        remember();
        stats_reply(false, types[i], 16, 0);
        assert_grown(COUNT_QUESTIONS_UDP, COUNT_TYPE_OTHER, COUNT_ANSWER_OTHER);
    }
}

TEST(time_is_counted_by_bounds_that_double)
{
    static const struct {
        int64_t us;
        enum counter counter;
    } times[] = {{0, COUNT_LOOKUP_US_125},        {124, COUNT_LOOKUP_US_125},
                 {125, COUNT_LOOKUP_US_250},      {499, COUNT_LOOKUP_US_500},
                 {500, COUNT_LOOKUP_MS_1},        {999, COUNT_LOOKUP_MS_1},
                 {1000, COUNT_LOOKUP_MS_2},       {1023999, COUNT_LOOKUP_MS_1024},
                 {1024000, COUNT_LOOKUP_MS_2048}, {4095999, COUNT_LOOKUP_MS_4096},
                 {4096000, COUNT_LOOKUP_MS_MORE}, {1000000000, COUNT_LOOKUP_MS_MORE}};
    struct answer answer = {.rcode = RCODE_NXDOMAIN};

    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        remember();
        stats_lookup(&answer, times[i].us);
        assert_grown(times[i].counter, COUNT_DNS_NXDOMAIN, COUNT_DNS_NXDOMAIN);
        assert_int_equal(counters_sum(COUNT_LOOKUP_TIME) - before[COUNT_LOOKUP_TIME],
                         times[i].us);
    }
}

TEST(times_belong_to_a_result)
{
    struct answer failure = {.rcode = RCODE_SERVFAIL};
    uint64_t slow = counters_lookups(COUNT_DNS_FAILED, COUNT_LOOKUP_MS_4096);
    uint64_t us = counters_lookups(COUNT_DNS_FAILED, COUNT_LOOKUP_TIME);
    uint64_t others = counters_lookups(COUNT_DNS_NXDOMAIN, COUNT_LOOKUP_MS_4096);

    remember();
    stats_lookup(&failure, 2500000);
    assert_grown(COUNT_LOOKUP_MS_4096, COUNT_DNS_FAILED, COUNT_DNS_FAILED);
    assert_int_equal(counters_lookups(COUNT_DNS_FAILED, COUNT_LOOKUP_MS_4096), slow + 1);
    assert_int_equal(counters_lookups(COUNT_DNS_FAILED, COUNT_LOOKUP_TIME), us + 2500000);
    assert_int_equal(counters_lookups(COUNT_DNS_NXDOMAIN, COUNT_LOOKUP_MS_4096), others);
}

TEST(a_lookup_is_counted_by_source_and_result)
{
    static const struct {
        uint8_t source;
        uint16_t rcode, records;
        enum counter counter;
    } lookups[] = {{ANSWER_FROM_DNS, RCODE_NOERROR, 1, COUNT_DNS_RECORDS},
                   {ANSWER_FROM_DNS, RCODE_NOERROR, 0, COUNT_DNS_NODATA},
                   {ANSWER_FROM_DNS, RCODE_SERVFAIL, 0, COUNT_DNS_FAILED},
                   {ANSWER_FROM_HOST, RCODE_NOERROR, 1, COUNT_HOST_RECORDS},
                   {ANSWER_FROM_HOST, RCODE_NOERROR, 0, COUNT_HOST_NODATA},
                   {ANSWER_FROM_HOST, RCODE_NXDOMAIN, 0, COUNT_HOST_NXDOMAIN}};

    for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++) {
        struct answer answer = {.source = lookups[i].source, .rcode = lookups[i].rcode};

        answer.count[SECTION_ANSWER] = lookups[i].records;
        remember();
        stats_lookup(&answer, 0);
        assert_grown(lookups[i].counter, COUNT_LOOKUP_US_125, COUNT_LOOKUP_US_125);
    }
}

static void set_up(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
}

GROUP(set_up, NULL);
