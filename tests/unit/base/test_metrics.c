#include "../check.h"

#include "base/counters.h"
#include "base/metrics.h"

static char text[METRICS_TEXT];

static void set_up(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
}

static void reset(void)
{
    memset(counters_own, 0, (COUNTERS_NUMBER + COUNTERS_CELLS) * sizeof *counters_own);
}

FIXTURE(numbers, reset, NULL);

static void assert_says(const char *lines)
{
    metrics_write(text);
    if (!strstr(text, lines))
        fail_msg("no %s in %s", lines, text);
}

TEST_WITH(numbers, each_metric_has_help_and_type)
{
    assert_says("# HELP hostdns_build_info Always 1; the label is the version.\n"
                "# TYPE hostdns_build_info gauge\n"
                "hostdns_build_info{version=\"" HOSTDNS_VERSION "\"} 1\n");
    assert_says("# TYPE hostdns_cache_hits_total counter\nhostdns_cache_hits_total 0\n");
}

TEST_WITH(numbers, a_question_has_its_labels)
{
    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_OTHER, COUNT_ANSWER_RECORDS);
    count_question(COUNT_QUESTIONS_TCP, COUNT_TYPE_AAAA, COUNT_ANSWER_NODATA);
    assert_says("\nhostdns_questions_total"
                "{transport=\"udp\",type=\"other\",rcode=\"NOERROR\"} 1\n");
    assert_says("\nhostdns_questions_total"
                "{transport=\"tcp\",type=\"AAAA\",rcode=\"NODATA\"} 1\n");
    assert_says("\nhostdns_questions_total"
                "{transport=\"udp\",type=\"AAAA\",rcode=\"NODATA\"} 0\n");
}

/* The words of the labels are those of the names of the rows. */
TEST_WITH(numbers, types_and_outcomes_are_those_of_the_counters)
{
    static const char *const rcodes[] = {"NOERROR", "NODATA",  "NXDOMAIN", "SERVFAIL",
                                         "REFUSED", "FORMERR", "other"};
    char line[160];

    for (enum counter type = COUNT_TYPE_OTHER; type < COUNT_ANSWER_RECORDS; type++)
        for (int i = 0; i < COUNTERS_OUTCOMES; i++) {
            const char *word = counter_rows[type].name + strlen("type-");

            reset();
            count_question(COUNT_QUESTIONS_UDP, type, COUNT_ANSWER_RECORDS + (unsigned)i);
            snprintf(line, sizeof line, "{transport=\"udp\",type=\"%s\",rcode=\"%s\"} 1\n",
                     word, rcodes[i]);
            for (char *at = strstr(line, "type=") + 6;
                 type != COUNT_TYPE_OTHER && *at != '"'; at++)
                *at -= 'a' - 'A';
            assert_says(line);
        }
}

#define FOUND "source=\"host\",outcome=\"records\""

TEST_WITH(numbers, buckets_add_up)
{
    count_lookup(COUNT_HOST_RECORDS, COUNT_LOOKUP_US_125, 100);
    count_lookup(COUNT_HOST_RECORDS, COUNT_LOOKUP_US_250, 200);
    count_lookup(COUNT_HOST_RECORDS, COUNT_LOOKUP_MS_MORE, 5021000);
    count_lookup(COUNT_DNS_FAILED, COUNT_LOOKUP_US_125, 7);
    assert_says("_seconds_bucket{" FOUND ",le=\"0.000125\"} 1\n"
                "hostdns_lookup_duration_seconds_bucket{" FOUND ",le=\"0.00025\"} 2\n"
                "hostdns_lookup_duration_seconds_bucket{" FOUND ",le=\"0.0005\"} 2\n"
                "hostdns_lookup_duration_seconds_bucket{" FOUND ",le=\"0.001\"} 2\n");
    assert_says("_seconds_bucket{" FOUND ",le=\"4.096\"} 2\n"
                "hostdns_lookup_duration_seconds_bucket{" FOUND ",le=\"+Inf\"} 3\n"
                "hostdns_lookup_duration_seconds_sum{" FOUND "} 5.021300\n"
                "hostdns_lookup_duration_seconds_count{" FOUND "} 3\n");
    assert_says("\nhostdns_lookups_total{" FOUND "} 3\n");
    assert_says("_seconds_sum{source=\"dns\",outcome=\"failed\"} 0.000007\n");
}

/* The labels are the two words of the name of the row. */
TEST_WITH(numbers, results_are_those_of_the_counters)
{
    for (enum counter i = COUNT_DNS_RECORDS; i < COUNT_LOOKUP_US_125; i++) {
        const char *name = counter_rows[i].name, *outcome = strchr(name, '-') + 1;
        char line[160];

        reset();
        count_lookup(i, COUNT_LOOKUP_MS_1, 700);
        snprintf(line, sizeof line, "_total{source=\"%.*s\",outcome=\"%s\"} 1\n",
                 (int)(outcome - 1 - name), name, outcome);
        assert_says(line);
        snprintf(line, sizeof line,
                 "_bucket{source=\"%.*s\",outcome=\"%s\",le=\"0.001\"} 1\n",
                 (int)(outcome - 1 - name), name, outcome);
        assert_says(line);
    }
}

static bool is_sum_of_cells(enum counter counter)
{
    return counter >= COUNT_DNS_RECORDS && counter <= COUNT_LOOKUP_TIME;
}

TEST_WITH(numbers, each_counter_is_shown)
{
    static char none[METRICS_TEXT];

    metrics_write(none);
    for (enum counter i = COUNT_DROPPED_MALFORMED; i < COUNTERS_NUMBER; i++) {
        if (is_sum_of_cells(i))
            continue;
        reset();
        count(i);
        metrics_write(text);
        if (strcmp(text, none) == 0)
            fail_msg("%s is not shown", counter_rows[i].name);
    }
}

/* What promtool says of the text; false if it finds a fault. */
static bool promtool_accepts(void)
{
    FILE *promtool = popen("promtool check metrics 2>&1", "w");

    assert_non_null(promtool);
    metrics_write(text);
    fputs(text, promtool);
    return pclose(promtool) == 0;
}

TEST_WITH(numbers, promtool_accepts_what_was_counted)
{
    for (unsigned i = 0; i < COUNTERS_NUMBER + COUNTERS_CELLS; i++)
        counters_own[i] = i + 1;
    assert_true(promtool_accepts());
}

/* What does not fit would be left out, a line at a time. */
TEST_WITH(numbers, the_longest_text_has_room)
{
#define METRIC_HEAD(id, name, type, help) "# HELP " name " " help "\n",
    static const char *const names[] = {METRIC_ROWS(METRIC_HEAD)};
#undef METRIC_HEAD
    size_t len;

    memset(counters_own, 0xff, (COUNTERS_NUMBER + COUNTERS_CELLS) * sizeof *counters_own);
    len = metrics_write(text);
    assert_int_equal(len, strlen(text));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_says(names[i]);
    assert_string_equal(text + len - strlen(" 18446744073709551615\n"),
                        " 18446744073709551615\n");
    assert_in_range(len, METRICS_TEXT / 2, METRICS_TEXT - 512);
}

GROUP(set_up, NULL);
