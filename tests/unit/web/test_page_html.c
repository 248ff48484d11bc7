#include "../check.h"
#include "../written.h"

#include "base/counters.h"
#include "web/page_html.h"

static struct summary summary;
static struct figures figures;

static void reset(void)
{
    summary = (struct summary){
        .unix_ms = 86400000 + 3723000,
        .uptime_ms = 7300000,
    };
    for (size_t i = 0; i < SUMMARY_SOURCES; i++)
        summary.sources[i].name = "DNS";
    figures = (struct figures){.count = 0};
}

static void open_counters(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
}

GROUP(open_counters, NULL);
FIXTURE(empty, reset, NULL);

static const char *page(void)
{
    FILE *out = written_begin();

    page_html(out, &summary, &figures);
    return written_end(out);
}

/* What stands in the element with this id. */
static const char *text_of(const char *id)
{
    static char text[200];
    char mark[60];
    const char *begin;

    snprintf(mark, sizeof mark, " id=\"%s\"", id);
    begin = strstr(page(), mark);
    assert_non_null(begin);
    begin = strchr(begin, '>') + 1;
    snprintf(text, sizeof text, "%.*s", (int)strcspn(begin, "<"), begin);
    return text;
}

static void add_second(double rate, double cached_rate, double median_ms, double p99_ms)
{
    figures.points[figures.count++] =
        (struct figures_point){rate, cached_rate, median_ms, p99_ms};
    figures.next = figures.count;
}

TEST_WITH(empty, no_marker_is_left)
{
    assert_null(strstr(page(), "{{"));
    assert_non_null(strstr(page(), "</html>"));
}

TEST_WITH(empty, totals_are_told)
{
    summary.questions = 1234;
    summary.cached = 617;
    summary.failed = 5;
    summary.restarts = 2;
    summary.lost_lines = 3;
    summary.hung = 4;
    summary.waiting = 6;
    assert_string_equal(text_of("questions-total"), "1,234");
    assert_string_equal(text_of("cached"), "50 %");
    assert_string_equal(text_of("failed"), "5");
    assert_string_equal(text_of("restarts"), "2");
    assert_string_equal(text_of("lost_log_lines"), "3");
    assert_string_equal(text_of("hung"), "4");
    assert_string_equal(text_of("waiting"), "6");
    assert_string_equal(text_of("uptime"), "2 h");
    assert_string_equal(text_of("version"), HOSTDNS_VERSION);
}

TEST_WITH(empty, the_time_of_the_figures_is_told)
{
    assert_string_equal(text_of("connection"),
                        "As of 01:02:03 UTC. Reload the page for newer figures.");
}

TEST_WITH(empty, a_server_that_was_asked_nothing_has_no_times)
{
    assert_string_equal(text_of("rate"), "0");
    assert_string_equal(text_of("median"), "\xe2\x80\x93");
    assert_string_equal(text_of("cached"), "\xe2\x80\x93");
    assert_string_equal(text_of("times-text"), "Now nothing was looked up.");
}

TEST_WITH(empty, the_newest_second_is_told)
{
    add_second(1, 1, 1, 1);
    add_second(4321, 21, 0.5, 12);
    assert_string_equal(text_of("rate"), "4,321");
    assert_string_equal(text_of("median"), "0.50 ms");
    assert_string_equal(text_of("p99"), "12 ms");
    assert_string_equal(text_of("rate-text"),
                        "Now 4,321 a second, 21 of them from the cache.");
    assert_string_equal(text_of("times-text"),
                        "Now half within 0.50 ms, 99 % within 12 ms.");
    assert_string_equal(text_of("rate-top"), "10,000");
    assert_string_equal(text_of("rate-middle"), "5,000");
}

TEST_WITH(empty, the_axis_of_time_tells_how_far_it_goes_back)
{
    assert_non_null(strstr(page(), ">60 s ago<"));
    assert_non_null(strstr(page(), ">30 s ago<"));
    figures.count = 200;
    assert_non_null(strstr(page(), ">5 min ago<"));
    assert_non_null(strstr(page(), ">2.5 min ago<"));
}
