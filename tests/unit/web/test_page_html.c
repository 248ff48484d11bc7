#include "../written.h"

#include "web/page_html.h"

static struct summary summary;
static struct figures figures;

static void begin(void)
{
    summary = (struct summary){.sources = {{"DNS", 5, 1}, {"other sources", 7, 0}},
                               .uptime_ms = 61000};
    for (size_t i = 0; i < SUMMARY_RCODES; i++)
        summary.rcodes[i] = (struct summary_rcode){"NXDOMAIN", 4711};
    figures = (struct figures){.count = 0};
}

FIXTURE(page, begin, NULL);

static const char *page(void)
{
    FILE *out = written_begin();

    page_html(out, &summary, &figures);
    return written_end(out);
}

TEST_WITH(page, it_is_a_document_with_the_figures)
{
    assert_int_equal(strncmp(page(), "<!DOCTYPE html>\n", 16), 0);
    assert_non_null(strstr(written, "<th>NXDOMAIN</th><td>4711</td>"));
    assert_non_null(strstr(written, "<th>DNS</th><td>5</td><td>1</td>"));
    assert_non_null(strstr(written, "running for 61 s"));
    assert_non_null(strstr(written, "</html>\n"));
}

TEST_WITH(page, before_the_first_second_there_is_no_rate)
{
    assert_null(strstr(page(), "Questions in a second"));
    figures.count = figures.next = 1;
    figures.points[0] = (struct figures_point){12, 3, -1, -1};
    assert_non_null(strstr(page(), "<th>Questions in a second</th><td>12</td>"));
    assert_null(strstr(written, "median"));
}

TEST_WITH(page, a_hostile_name_is_shown_as_it_is)
{
    summary.failing_count = summary.slowest_count = summary.server_count = 1;
    strcpy(summary.failing[0].name, "<script>alert(1)</script>.test. A");
    strcpy(summary.failing[0].reason, "<img src=x onerror=alert(2)>");
    strcpy(summary.slowest[0].name, "&quot;<b>.test. A");
    strcpy(summary.servers[0].address, "<i>");
    assert_non_null(strstr(page(), "&lt;script&gt;alert(1)&lt;/script&gt;.test. A"));
    assert_non_null(strstr(written, "&lt;img src=x onerror=alert(2)&gt;"));
    assert_non_null(strstr(written, "&amp;quot;&lt;b&gt;.test. A"));
    assert_non_null(strstr(written, "&lt;i&gt;"));
    assert_null(strstr(written, "<script"));
    assert_null(strstr(written, "<img"));
    assert_null(strstr(written, "<b>"));
    assert_null(strstr(written, "<i>"));
}
