#include "../written.h"

#include "ctl/layout.h"

static bool show(bool (*print)(FILE *, const char *), const char *json)
{
    FILE *out = written_begin();
    bool done = print(out, json);

    written_end(out);
    return done;
}

TEST(numbers_are_grouped)
{
    char text[LAYOUT_TEXT];

    assert_string_equal(layout_number(0, text), "0");
    assert_string_equal(layout_number(999, text), "999");
    assert_string_equal(layout_number(1000, text), "1,000");
    assert_string_equal(layout_number(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

TEST(times_have_two_units)
{
    char text[LAYOUT_TEXT];

    assert_string_equal(layout_seconds(0, text), "0.0 s");
    assert_string_equal(layout_seconds(59.94, text), "59.9 s");
    assert_string_equal(layout_seconds(60, text), "1 min 0 s");
    assert_string_equal(layout_seconds(3599, text), "59 min 59 s");
    assert_string_equal(layout_seconds(3 * 3600 + 65, text), "3 h 1 min");
    assert_string_equal(layout_seconds(49 * 3600, text), "2 d 1 h");
    assert_string_equal(layout_seconds(-1, text), "0.0 s");
    assert_string_equal(layout_seconds(1e300, text), "0.0 s");
}

#define HEAD "{\"version\": \"7\", \"pid\": 5, \"seconds\": 61, \"generation\": 2, "
#define WORK                                                                               \
    "\"lookups\": {\"in-flight\": 1, \"questions\": 2},"                                   \
    "\"threads\": {\"all\": 3, \"busy\": 2, \"hung\": 1}, \"tcp\": {\"connections\": 9}, "

TEST(the_status_is_a_table)
{
    assert_true(
        show(layout_print_status, HEAD WORK
             "\"listens\": [{\"address\": \"127.0.0.1:53\", \"taken-back\": false},"
             " {\"address\": \"10.9.0.1:53\", \"missing\": true},"
             " {\"address\": \"[::1]:53\", \"taken-back\": true}],"
             " \"web\": \"127.0.0.1:8053\", \"missing\": "
             "[{\"facility\": \"netlink\", \"text\": \"no netlink\"},"
             " {\"facility\": \"log\", \"text\": \"\\u001b\"}], \"name-servers\": "
             "[{\"address\": \"a\", \"states\": [\"answers\", \"slow\"],"
             " \"round-trip-seconds\": 0.75, \"asked\": 1234, \"answered\": 1200,"
             " \"failed\": 34, \"recheck-seconds\": 61},"
             " {\"address\": \"b\", \"states\": [], \"round-trip-seconds\": null}],"
             "\"cache\": {\"answers\": 1000, \"octets-for-each-worker\": 2000, \"hits\": 3,"
             " \"misses\": 1}, \"processes\": ["
             "{\"role\": \"serve\", \"number\": 0, \"pid\": 77, \"seconds\": 1.5,"
             " \"retiring\": false},"
             "{\"role\": \"serve\", \"number\": 1, \"pid\": 78, \"seconds\": 90,"
             " \"retiring\": true},"
             "{\"role\": \"lookup\", \"number\": 0, \"pid\": null, \"seconds\": null,"
             " \"retiring\": false}]}"));
    assert_string_equal(
        written, "hostdnsd 7, pid 5, up 1 min 1 s, generation 2\n"
                 "\n"
                 "Listens        127.0.0.1:53\n"
                 "               10.9.0.1:53, which the host does not have now\n"
                 "               [::1]:53, taken back from another user's socket\n"
                 "Web page       http://127.0.0.1:8053/\n"
                 "Missing        netlink, no netlink\n"
                 "               log, ?\n"
                 "Name servers   a, answers, slow, 750.0 ms\n"
                 "               asked 1,234, answered 1,200, failed 34, "
                 "rechecked after 1 min 1 s\n"
                 "               b\n"
                 "               asked 0, answered 0, failed 0\n"
                 "Lookups        1 in flight, for 2 questions\n"
                 "Threads        3, of these 2 busy and 1 hung\n"
                 "Cache          1,000 answers, of at most 2,000 octets for each worker\n"
                 "               3 hits, 1 misses: 75.0 %\n"
                 "TCP            9 connections\n"
                 "\n"
                 "     PID            AGE  PROCESS\n"
                 "      77          1.5 s  serve 0\n"
                 "      78     1 min 30 s  serve 1, retiring\n"
                 "       -              -  lookup 0, being replaced\n");
}

TEST(counters_are_rows_with_their_meaning)
{
    assert_true(
        show(layout_print_stats,
             "{\"questions-udp\": 1234567, \"waiting\": 2, \"of-a-newer-version\": 3}"));
    assert_string_equal(
        written, "COUNTER                     NUMBER  MEANING (*: at the moment)\n"
                 "questions-udp            1,234,567  Questions answered over UDP.\n"
                 "waiting                          2* Questions that wait for a lookup.\n"
                 "of-a-newer-version               3  \n");
}

TEST(texts_are_printed_safely_and_what_is_missing_is_nothing)
{
    assert_true(show(
        layout_print_status,
        "{\"version\": \"\\u001b[2J\", \"processes\": [], \"name-servers\": "
        "[{\"address\": \"\\u00e4\", \"states\": [\"\\u001b\"]}], \"seconds\": \"x\"}"));
    assert_int_equal(strncmp(written, "hostdnsd ?[2J, pid 0, up 0.0 s, generation 0\n", 45),
                     0);
    assert_non_null(strstr(written, "Name servers   ??, ?\n"));
    for (const char *c = written; *c; c++)
        assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
}

TEST(what_is_none_is_refused)
{
    assert_false(show(layout_print_status, "hostdnsd 7, pid 5"));
    assert_false(show(layout_print_status, "[]"));
    assert_false(show(layout_print_stats, "[1]"));
    assert_string_equal(written, "");
}
