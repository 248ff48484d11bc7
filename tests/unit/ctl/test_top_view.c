#include "../written.h"

#include "ctl/top_view.h"

static struct top_view *view;

static void set_up(void)
{
    view = top_view_new();
    assert_non_null(view);
}

static void tear_down(void)
{
    top_view_free(view);
}

FIXTURE(view, set_up, tear_down);

static const char *show(unsigned rows)
{
    FILE *out = written_begin();

    top_view_print(view, out, rows);
    return written_end(out);
}

/* What a server says at this time, with these counters and lists. */
static bool take(int pid, double clock, const char *counters, const char *lists)
{
    char json[4096];

    snprintf(json, sizeof json,
             "{\"clock\": %f, \"status\": {\"pid\": %d, \"seconds\": 61, \"generation\": 2,"
             " \"processes\": [{\"role\": \"serve\"}, {\"role\": \"lookup\"}]},"
             " \"counters\": {%s}, \"hung-lookups\": 0, \"silent-workers\": 0%s}",
             clock, pid, counters, lists);
    return top_view_take(view, json);
}

TEST_WITH(view, the_figures_are_thirteen_lines)
{
    assert_true(take(5, 1, "", ""));
    assert_true(take(5, 3,
                     "\"questions-udp\": 1000, \"questions-tcp\": 24, \"cache-hits\": 768,"
                     " \"cache-stale\": 1, \"answer-servfail\": 2, \"dns-records\": 5,"
                     " \"dns-nodata\": 6, \"host-nxdomain\": 7, \"dns-failed\": 8,"
                     " \"lookup-ms-1\": 2000, \"lookup-ms-2\": 400, \"lookup-ms-16\": 1,"
                     " \"lookup-ms-512\": 1200, \"lookups-in-flight\": 1,"
                     " \"at-name-servers\": 2, \"waiting\": 3, \"threads\": 4,"
                     " \"threads-busy\": 5, \"threads-hung\": 6, \"tcp-open\": 7,"
                     " \"cache-entries\": 12345",
                     ", \"hung\": [], \"failures\": [], \"slowest\": []"));
    assert_string_equal(
        show(0),
        "hostdnsd, pid 5, up 1 min 1 s, generation 2, 1 worker\n"
        "                      A SECOND       IN ALL   SHARE    LOOKUPS      IN ALL\n"
        "Questions                512.0        1,024\n"
        "  over TCP                12.0           24   2.3 %   < 0.5 ms           0\n"
        "  from the cache         384.0          768  75.0 %     < 2 ms       2,400 "
        "############\n"
        "  from stale answers       0.5            1   0.1 %     < 8 ms           0\n"
        "  SERVFAIL                 1.0            2   0.2 %    < 32 ms           1 #\n"
        "Lookups in DNS             5.5           11           < 128 ms           0\n"
        "  in other sources         3.5            7          < 1024 ms       1,200 "
        "######\n"
        "  failed                   4.0            8             longer           0\n"
        "\n"
        "Now: 1 lookups in flight, 2 at name servers, 0 hung; 3 questions wait\n"
        "     4 threads, 5 busy, 6 hung; 7 TCP connections; 12,345 answers kept\n"
        "Hung lookups:\n"
        "  none\n"
        "Failures of the last minutes:\n"
        "  none\n"
        "Slowest lookups of the last minutes:\n"
        "  none\n");
}

TEST_WITH(view, without_an_interval_there_are_no_rates)
{
    assert_string_equal(show(0), "");
    assert_true(take(5, 1, "\"questions-udp\": 7", ""));
    assert_non_null(strstr(show(0), "Questions                    -            7\n"));
    assert_true(take(6, 2, "\"questions-udp\": 1", "")); /* another server */
    assert_non_null(strstr(show(0), "Questions                    -            1\n"));
    assert_true(take(6, 3, "\"questions-udp\": 3", ""));
    assert_non_null(strstr(show(0), "Questions                  2.0            3\n"));
}

#define ROW(name, more) "{\"name\": \"" name "\", \"seconds\": 0.25, \"ago\": 90" more "}"

TEST_WITH(view, names_are_listed_with_times)
{
    assert_true(
        take(5, 1, "",
             ", \"hung\": [" ROW("h.test. A", "") "], \"failures\": [" ROW(
                 "f.test. A", ", \"reason\": \"why\"") "], \"slowest\": [" ROW("s.test. A",
                                                                               "") "]"));
    assert_string_equal(strstr(show(0), "Hung"), "Hung lookups:\n"
                                                 "       250 ms  h.test. A\n"
                                                 "Failures of the last minutes:\n"
                                                 "   1 min 30 s ago  f.test. A: why\n"
                                                 "Slowest lookups of the last minutes:\n"
                                                 "       250 ms  s.test. A\n");
}

static unsigned lines_of(const char *text)
{
    unsigned count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

#define ROWS5                                                                              \
    ROW("a", "") "," ROW("b", "") "," ROW("c", "") "," ROW("d", "") "," ROW("e", "")

TEST_WITH(view, lists_share_the_room_there_is)
{
    assert_true(take(5, 1, "",
                     ", \"hung\": [" ROWS5 "], \"failures\": [" ROWS5
                     "], \"slowest\": [" ROWS5 "]"));
    assert_int_equal(lines_of(show(0)), 13 + 3 * 6);
    assert_int_equal(lines_of(show(24)), 13 + 3 * 3);
    assert_int_equal(lines_of(show(25)), 13 + 3 * 4);
    assert_int_equal(lines_of(show(200)), 13 + 3 * 6);
    assert_int_equal(lines_of(show(5)), 13 + 3 * 2);
}

TEST_WITH(view, a_worker_that_did_not_answer_is_counted)
{
    assert_true(top_view_take(view, "{\"counters\": {}, \"silent-workers\": 1}"));
    assert_non_null(strstr(show(0), "0 workers, of which 1 did not answer\n"));
}

TEST_WITH(view, texts_are_printed_safely)
{
    assert_true(take(5, 1, "", ", \"hung\": [" ROW("\\u001b[2J\\u00e4\\n", "") "]"));
    assert_non_null(strstr(show(0), "  ?[2J???\n"));
}

TEST_WITH(view, what_is_something_else_is_refused)
{
    assert_false(top_view_take(view, "{}"));
    assert_false(top_view_take(view, "[]"));
    assert_false(top_view_take(view, "hostdnsd"));
    assert_string_equal(show(0), "");
}
