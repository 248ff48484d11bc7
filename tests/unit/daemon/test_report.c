#include "../check.h"

#include "base/counters.h"
#include "daemon/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char *said;
static size_t said_len;

static FILE *listen_in(void)
{
    FILE *out = open_memstream(&said, &said_len);

    assert_non_null(out);
    return out;
}

static void set_up(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
}

static void tear_down(void)
{
    free(said);
    said = NULL;
}

FIXTURE(report, NULL, tear_down);

TEST_WITH(report, a_process_is_a_line)
{
    const struct report_process process = {
        .role = "serve", .number = 2, .pid = 77, .ms = 1234567};
    FILE *out = listen_in();

    report_process(out, &process);
    fclose(out);
    assert_string_equal(said, "process: serve 2, pid 77, for 1234.567 s\n");
}

TEST_WITH(report, a_process_may_be_missing_or_retiring)
{
    struct report_process process = {.role = "lookup"};
    FILE *out = listen_in();

    report_process(out, &process);
    process.pid = 5;
    process.is_retiring = true;
    report_process(out, &process);
    fclose(out);
    assert_string_equal(said, "process: lookup 0, is being replaced\n"
                              "process: lookup 0, pid 5, for 0.000 s, retiring\n");
}

TEST_WITH(report, the_state_is_told_in_words)
{
    FILE *out = listen_in();

    count_set(COUNT_LOOKUPS_IN_FLIGHT, 3);
    count_set(COUNT_WAITING, 4);
    count_set(COUNT_THREADS, 5);
    count_set(COUNT_THREADS_BUSY, 2);
    count_set(COUNT_THREADS_HUNG, 1);
    count_set(COUNT_CACHE_ENTRIES, 6);
    count_set(COUNT_TCP_OPEN, 7);
    report_state(out, 1000);
    fclose(out);
    assert_string_equal(said, "lookups: 3 in flight, for 4 questions\n"
                              "threads: 5, of these 2 busy and 1 hung\n"
                              "cache: 6 answers, of at most 1000 octets for each worker; "
                              "0 hits, 0 misses\n"
                              "tcp: 7 connections\n");
}

TEST_WITH(report, counters_are_a_line_each)
{
    FILE *out = listen_in();

    count(COUNT_QUESTIONS_UDP);
    assert_true(report_counters(out, false));
    fclose(out);
    assert_int_equal(strncmp(said, "questions-udp      1\nquestions-tcp      0\n", 42), 0);
}

TEST_WITH(report, counters_are_a_json_object)
{
    FILE *out = listen_in();
    json_t *object;

    count_set(COUNT_TCP_REFUSED, 99);
    assert_true(report_counters(out, true));
    fclose(out);
    object = json_loads(said, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_object_size(object), COUNTERS_NUMBER);
    assert_int_equal(json_integer_value(json_object_get(object, "tcp-refused")), 99);
    json_decref(object);
}

GROUP(set_up, NULL);
