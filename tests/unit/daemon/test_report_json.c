#include "../written.h"

#include "daemon/report_json.h"

#include <jansson.h>

static json_t *said;

static void set_up(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
}

static void tear_down(void)
{
    json_decref(said);
    said = NULL;
}

FIXTURE(json, NULL, tear_down);

static void take(FILE *out)
{
    said = json_loads(written_end(out), 0, NULL);
    assert_non_null(said);
}

static void tell(const struct report *report)
{
    FILE *out = written_begin();

    assert_true(report_json_status(out, report));
    take(out);
}

/* A part of it, by a path such as "processes/0/pid", in JSON. */
static const char *part(const char *path)
{
    static char text[256];
    char words[64], *word, *rest = words;
    json_t *at = said;
    size_t len;

    strcpy(words, path);
    while ((word = strsep(&rest, "/")))
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(word))
                               : json_object_get(at, word);
    assert_non_null(at);
    len = json_dumpb(at, text, sizeof text - 1, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    text[len] = '\0';
    return text;
}

TEST_WITH(json, the_status_is_an_object)
{
    struct report report = {.pid = 77, .ms = 1500, .generation = 3, .cache_bytes = 1000};
    struct report_address address = {.is_taken_back = true};

    strcpy(address.text, "127.0.0.1:5353");
    report_add_address(&report, &address);
    strcpy(address.text, "10.9.0.1:53");
    address.is_taken_back = false;
    address.is_missing = true;
    report_add_address(&report, &address);
    report_add_process(&report,
                       &(struct report_process){.role = "serve", .pid = 5, .ms = 250});
    report_add_process(&report, &(struct report_process){
                                    .role = "lookup", .number = 2, .is_retiring = true});
    count_set(COUNT_THREADS_HUNG, 4);
    count_set(COUNT_TCP_OPEN, 7);
    report_add_missing(&report, "control", "no socket at /run/\377: File exists");
    tell(&report);
    assert_string_equal(part("pid"), "77");
    assert_string_equal(part("missing"),
                        "[{\"facility\": \"control\", "
                        "\"text\": \"no socket at /run/?: File exists\"}]");
    assert_string_equal(part("seconds"), "1.5");
    assert_string_equal(part("generation"), "3");
    assert_string_equal(part("listens"),
                        "[{\"address\": \"127.0.0.1:5353\", \"missing\": false, "
                        "\"taken-back\": true}, "
                        "{\"address\": \"10.9.0.1:53\", \"missing\": true, "
                        "\"taken-back\": false}]");
    assert_string_equal(part("processes/0"),
                        "{\"role\": \"serve\", \"number\": 0, \"pid\": 5, "
                        "\"seconds\": 0.25, \"retiring\": false}");
    assert_string_equal(part("processes/1"),
                        "{\"role\": \"lookup\", \"number\": 2, \"pid\": null, "
                        "\"seconds\": null, \"retiring\": true}");
    assert_string_equal(part("threads/hung"), "4");
    assert_string_equal(part("cache/octets-for-each-worker"), "1000");
    assert_string_equal(part("tcp/connections"), "7");
}

TEST_WITH(json, name_servers_are_told_with_what_is_known_of_them)
{
    struct report report = {.now = 1000, .server_count = 2};

    report.servers[0] = (struct name_server_row){.address = "192.0.2.1:53",
                                                 .states = 1 << NAME_SERVER_SILENT,
                                                 .rtt_us = 250000,
                                                 .asked = 8,
                                                 .answered = 9,
                                                 .failed = 10,
                                                 .recheck_at = 1500};
    report.servers[1] = (struct name_server_row){.address = "[::1]:53", .recheck_at = 1000};
    tell(&report);
    assert_string_equal(part("name-servers/0"),
                        "{\"address\": \"192.0.2.1:53\", \"states\": [\"silent\"], "
                        "\"round-trip-seconds\": 0.25, \"asked\": 8, \"answered\": 9, "
                        "\"failed\": 10, \"recheck-seconds\": 0.5}");
    assert_string_equal(part("name-servers/1"),
                        "{\"address\": \"[::1]:53\", \"states\": [], "
                        "\"round-trip-seconds\": null, \"asked\": 0, \"answered\": 0, "
                        "\"failed\": 0, \"recheck-seconds\": null}");
    tear_down();
    report.server_count = 0;
    tell(&report);
    assert_string_equal(part("name-servers"), "[]");
}

TEST_WITH(json, counters_are_an_object)
{
    FILE *out = written_begin();

    count_set(COUNT_TCP_REFUSED, 99);
    assert_true(report_json_counters(out));
    take(out);
    assert_int_equal(json_object_size(said), COUNTERS_NUMBER);
    assert_string_equal(part("tcp-refused"), "99");
}

TEST_WITH(json, the_moment_has_everything_and_the_names_worth_showing)
{
    struct report report = {.pid = 77};
    FILE *out = written_begin();

    count_set(COUNT_TCP_REFUSED, 99);
    worst_write(counters_worst(), WORST_HUNG, 0, 999000, 5000, "h.test. A", "");
    worst_write(counters_worst(), WORST_HUNG, 1, 900000, 5000, "gone.test. A", "");
    worst_write(counters_worst(), WORST_FAILED, 0, 998500, 10, "f.test. A", "why");
    worst_write(counters_worst(), WORST_SLOW, 0, 100, 10, "longago.test. A", "");
    assert_true(report_json_top(out, &report, 1000000, 12, 1));
    take(out);
    assert_string_equal(part("clock"), "1000.0");
    assert_string_equal(part("status/pid"), "77");
    assert_string_equal(part("counters/tcp-refused"), "99");
    assert_string_equal(part("hung-lookups"), "12");
    assert_string_equal(part("silent-workers"), "1");
    assert_string_equal(part("hung"),
                        "[{\"name\": \"h.test. A\", \"seconds\": 5.0, \"ago\": 1.0}]");
    assert_string_equal(part("failures"), "[{\"name\": \"f.test. A\", \"reason\": \"why\", "
                                          "\"seconds\": 0.01, \"ago\": 1.5}]");
    assert_string_equal(part("slowest"), "[]");
}

GROUP(set_up, NULL);
