#include "../check.h"
#include "../written.h"

#include "web/page_rows.h"

static struct question_row row;

static void reset(void)
{
    row = (struct question_row){
        .number = 4711,
        .at = 3723999,
        .client = "192.0.2.1",
        .transport = "udp",
        .name = "a.example.",
        .type = "AAAA",
        .source = "hosts file",
        .rcode = "NOERROR",
        .us = 450,
    };
}

FIXTURE(plain, reset, NULL);

static const char *put(void)
{
    FILE *out = written_begin();

    page_rows_put(out, &row);
    return written_end(out);
}

TEST_WITH(plain, a_row_has_a_cell_for_each_column)
{
    assert_string_equal(put(),
                        "<tr><td class=\"time\">01:02:03</td>"
                        "<td class=\"client\">192.0.2.1</td>"
                        "<td class=\"name\"><a href=\"/question/4711\">a.example.</a></td>"
                        "<td class=\"type\">AAAA</td>"
                        "<td class=\"source\">hosts file</td>"
                        "<td class=\"outcome\"><span>NOERROR</span></td>"
                        "<td class=\"took number\">0.45 ms</td></tr>\n");
}

TEST_WITH(plain, tcp_and_the_cache_are_noted)
{
    row.transport = "tcp";
    row.is_cached = true;
    assert_non_null(strstr(put(), ">192.0.2.1<small>TCP</small></td>"));
    assert_non_null(strstr(written, ">hosts file<small>cached</small></td>"));
}

TEST_WITH(plain, a_failure_is_marked_and_has_its_reason)
{
    strcpy(row.rcode, "SERVFAIL");
    strcpy(row.error, "Network Error");
    *row.source = '\0';
    assert_int_equal(strncmp(put(), "<tr class=\"failed\">", 19), 0);
    assert_non_null(
        strstr(written, "<span>SERVFAIL</span><small>Network Error</small></td>"));
    assert_non_null(strstr(written, "<td class=\"source\">\xe2\x80\x93</td>"));
}

TEST_WITH(plain, a_denial_is_no_failure)
{
    strcpy(row.rcode, "NXDOMAIN");
    assert_int_equal(strncmp(put(), "<tr><td", 7), 0);
}

TEST_WITH(plain, texts_are_no_markup)
{
    strcpy(row.name, "<img\\032src=x>.");
    strcpy(row.error, "</small><b>");
    strcpy(row.client, "<i>");
    strcpy(row.source, "\"'&");
    assert_non_null(strstr(put(), ">&lt;img\\032src=x&gt;.</a>"));
    assert_non_null(strstr(written, "<small>&lt;/small&gt;&lt;b&gt;</small>"));
    assert_non_null(strstr(written, "<td class=\"client\">&lt;i&gt;</td>"));
    assert_non_null(strstr(written, "<td class=\"source\">&quot;&#39;&amp;</td>"));
}

TEST_WITH(plain, a_name_that_could_not_be_read_still_leads_to_its_question)
{
    *row.name = '\0';
    assert_non_null(strstr(put(), "<a href=\"/question/4711\">\xe2\x80\x93</a>"));
}
