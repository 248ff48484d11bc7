#include "../check.h"

#include "base/counters.h"
#include "daemon/report.h"

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

static struct report report_of(const struct report_process *process)
{
    struct report report = {.pid = 77, .ms = 1234567, .generation = 3, .cache_bytes = 1000};

    if (process)
        report_add_process(&report, process);
    return report;
}

/* What the status has between its first line and this word. */
static const char *status_until(const struct report *report, const char *word)
{
    FILE *out = listen_in();
    char *from;

    report_status(out, report);
    fclose(out);
    from = strchr(said, '\n') + 1;
    *strstr(from, word) = '\0';
    return from;
}

TEST_WITH(report, the_server_comes_first)
{
    struct report report = report_of(NULL);
    FILE *out = listen_in();

    report_status(out, &report);
    fclose(out);
    *strchr(said, '\n') = '\0';
    assert_string_equal(said, "hostdnsd " HOSTDNS_VERSION
                              ", pid 77, for 1234.567 s, generation 3");
}

TEST_WITH(report, an_address_is_a_line)
{
    struct report report = report_of(NULL);
    struct report_address address = {.is_missing = false};

    strcpy(address.text, "127.0.0.1:5353");
    report_add_address(&report, &address);
    strcpy(address.text, "10.9.0.1:53");
    address.is_missing = true;
    report_add_address(&report, &address);
    strcpy(address.text, "[::1]:53");
    address.is_taken_back = true;
    address.is_missing = false;
    report_add_address(&report, &address);
    assert_string_equal(status_until(&report, "name server"),
                        "listens: 127.0.0.1:5353\n"
                        "listens: 10.9.0.1:53, which the host does not have now\n"
                        "listens: [::1]:53, taken back from another user's socket\n");
}

TEST_WITH(report, a_process_is_a_line)
{
    struct report report = report_of(
        &(struct report_process){.role = "serve", .number = 2, .pid = 77, .ms = 1234567});

    assert_string_equal(status_until(&report, "name server"),
                        "process: serve 2, pid 77, for 1234.567 s\n");
}

TEST_WITH(report, what_is_missing_is_a_line)
{
    struct report report = report_of(NULL);

    report_add_missing(&report, "inotify", "no inotify: edits are seen later");
    report_add_missing(&report, "log", "nobody takes it");
    assert_string_equal(status_until(&report, "name server"),
                        "missing: inotify, no inotify: edits are seen later\n"
                        "missing: log, nobody takes it\n");
}

TEST_WITH(report, a_process_may_be_missing_or_retiring)
{
    struct report_process process = {.role = "lookup"};
    struct report report = report_of(&process);

    process.pid = 5;
    process.is_retiring = true;
    report_add_process(&report, &process);
    assert_string_equal(status_until(&report, "name server"),
                        "process: lookup 0, is being replaced\n"
                        "process: lookup 0, pid 5, for 0.000 s, retiring\n");
}

TEST_WITH(report, what_there_is_no_room_for_is_left_out)
{
    struct report report = report_of(NULL);
    const struct report_process process = {.role = "serve"};
    const struct report_address address = {.is_missing = false};

    for (int i = 0; i < 1000; i++) {
        report_add_process(&report, &process);
        report_add_address(&report, &address);
        report_add_missing(&report, "", "");
    }
    assert_int_equal(report.process_count, REPORT_PROCESSES);
    assert_int_equal(report.address_count, ADDRESSES_MAX);
    assert_int_equal(report.missing_count, REPORT_MISSING);
}

TEST_WITH(report, the_state_is_told_in_words)
{
    struct report report = report_of(NULL);
    FILE *out = listen_in();

    count_set(COUNT_LOOKUPS_IN_FLIGHT, 3);
    count_set(COUNT_WAITING, 4);
    count_set(COUNT_THREADS, 5);
    count_set(COUNT_THREADS_BUSY, 2);
    count_set(COUNT_THREADS_HUNG, 1);
    count_set(COUNT_CACHE_ENTRIES, 6);
    count_set(COUNT_TCP_OPEN, 7);
    report.now = 1000;
    report.servers[0] = (struct name_server_row){.address = "192.0.2.1:53",
                                                 .states = 1 << NAME_SERVER_ANSWERS |
                                                           1 << NAME_SERVER_WITHOUT_EDNS,
                                                 .rtt_us = 1234,
                                                 .asked = 8,
                                                 .answered = 9,
                                                 .failed = 10,
                                                 .recheck_at = 900000 + 1000};
    report.servers[1] = (struct name_server_row){.address = "[::1]:53"};
    report.server_count = 2;
    report_status(out, &report);
    fclose(out);
    assert_string_equal(strchr(said, '\n') + 1,
                        "name server: 192.0.2.1:53, answers, without EDNS, in 1.234 ms, "
                        "asked 8, answered 9, failed 10, rechecked after 900 s\n"
                        "name server: [::1]:53, asked 0, answered 0, failed 0\n"
                        "lookups: 3 in flight, for 4 questions\n"
                        "threads: 5, of these 2 busy and 1 hung\n"
                        "cache: 6 answers, of at most 1000 octets for each worker; "
                        "0 hits, 0 misses\n"
                        "tcp: 7 connections\n");
}

TEST_WITH(report, counters_are_a_line_each)
{
    FILE *out = listen_in();

    count_question(COUNT_QUESTIONS_UDP, COUNT_TYPE_A, COUNT_ANSWER_RECORDS);
    report_counters(out);
    fclose(out);
    assert_int_equal(strncmp(said, "questions-udp      1\nquestions-tcp      0\n", 42), 0);
}

GROUP(set_up, NULL);
