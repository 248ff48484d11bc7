#include "../check.h"
#include "../written.h"

#include "web/page_lists.h"

static struct summary summary;

static void reset(void)
{
    summary = (struct summary){
        .sources = {{"DNS", 1234, 5}, {"other sources", 0, 0}},
        .rcodes = {{"NOERROR", 12}, {"NODATA", 0}, {"NXDOMAIN", 3}, {"SERVFAIL", 0}},
    };
}

FIXTURE(empty, reset, NULL);

static const char *listed(void (*list)(FILE *, const struct summary *))
{
    FILE *out = written_begin();

    list(out, &summary);
    return written_end(out);
}

TEST_WITH(empty, sources_are_told_with_their_failures)
{
    assert_string_equal(
        listed(page_lists_sources),
        "<li><span class=\"what\">DNS</span><span class=\"number\">1,234</span>"
        "<small>5 failed</small></li>\n"
        "<li><span class=\"what\">other sources</span>"
        "<span class=\"number\">0</span></li>\n");
}

TEST_WITH(empty, response_codes_that_were_given_are_told)
{
    summary.questions = 15;
    assert_string_equal(listed(page_lists_rcodes),
                        "<li><span class=\"what\">NOERROR</span>"
                        "<span class=\"number\">12</span></li>\n"
                        "<li><span class=\"what\">NXDOMAIN</span>"
                        "<span class=\"number\">3</span></li>\n");
}

TEST_WITH(empty, an_empty_list_says_so)
{
    static const char none[] = "<li class=\"nothing\">None.</li>\n";

    summary.rcodes[0].count = summary.rcodes[2].count = 0;
    assert_string_equal(listed(page_lists_rcodes), none);
    assert_string_equal(listed(page_lists_slowest), none);
    assert_string_equal(listed(page_lists_failing), none);
    assert_string_equal(listed(page_lists_name_servers), none);
}

TEST_WITH(empty, names_are_text_whatever_they_are)
{
    summary.slowest_count = summary.failing_count = 1;
    summary.slowest[0] = (struct worst_row){.ms = 4400, .name = "<b>&\"'. A"};
    summary.failing[0] = (struct worst_row){.ms = 12, .name = "a. A", .reason = "<i>"};
    assert_string_equal(listed(page_lists_slowest),
                        "<li><span class=\"what\">&lt;b&gt;&amp;&quot;&#39;. A</span>"
                        "<span class=\"number\">4.4 s</span></li>\n");
    assert_string_equal(
        listed(page_lists_failing),
        "<li><span class=\"what\">a. A</span><span class=\"number\">12 ms</span>"
        "<small>&lt;i&gt;</small></li>\n");
}

TEST_WITH(empty, a_name_server_is_told_with_what_is_known_of_it)
{
    summary.server_count = 1;
    summary.servers[0] = (struct name_server_row){
        .address = "192.0.2.1 port 53",
        .states = 1u << NAME_SERVER_SILENT | 1u << NAME_SERVER_SLOW,
        .rtt_us = 2140,
        .asked = 7,
        .answered = 4,
        .failed = 3,
    };
    assert_string_equal(
        listed(page_lists_name_servers),
        "<li><span class=\"what\">192.0.2.1 port 53</span>"
        "<span class=\"number\">silent, slow</span>"
        "<small>asked 7, answered 4, failed 3, round trip 2.1 ms</small></li>\n");
}
