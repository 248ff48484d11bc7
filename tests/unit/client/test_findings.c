#include "found.h"

static void assert_ends_at(const char *line, const char *source,
                           enum finding_outcome outcome, size_t expected)
{
    found_begin("a.test", line);
    found_source(source)->outcome = outcome;
    assert_int_equal(findings_last_asked(&found), expected);
}

TEST(the_search_ends_where_a_source_has_the_name)
{
    assert_ends_at("files dns myhostname", "files", FINDING_FOUND, 0);
    assert_ends_at("files dns myhostname", "dns", FINDING_FOUND, 1);
    assert_ends_at("files [SUCCESS=continue] dns", "files", FINDING_FOUND, 2);
}

TEST(it_goes_on_behind_other_words_unless_an_action_says_so)
{
    static const struct {
        enum finding_outcome outcome;
        const char *action;
    } rows[] = {
        {FINDING_NO_NAME, "NOTFOUND"}, {FINDING_NO_DATA, "NOTFOUND"},
        {FINDING_ALIAS, "NOTFOUND"},   {FINDING_UNAVAILABLE, "UNAVAIL"},
        {FINDING_ABSENT, "UNAVAIL"},   {FINDING_BROKEN, "UNAVAIL"},
        {FINDING_FAILED, "TRYAGAIN"},
    };
    char line[64];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_ends_at("mdns dns", "mdns", rows[i].outcome, 2);
        snprintf(line, sizeof line, "mdns [%s=return] dns", rows[i].action);
        assert_ends_at(line, "mdns", rows[i].outcome, 0);
        snprintf(line, sizeof line, "mdns [!%s=return] dns", rows[i].action);
        assert_ends_at(line, "mdns", rows[i].outcome, 2);
    }
}

TEST(a_source_that_does_not_come_back_is_the_last_one)
{
    assert_ends_at("mdns dns", "mdns", FINDING_SILENT, 0);
    assert_ends_at("mdns dns", "mdns", FINDING_CRASHED, 0);
    assert_ends_at("mdns dns", "mdns", FINDING_ENDED, 0);
    assert_ends_at("mdns dns", "mdns", FINDING_UNASKED, 2);
}

TEST(one_finding_of_a_source_that_stands_there_twice_counts)
{
    found_begin("a.test", "dns files dns");
    found_by(&found.sources[0].said, "192.0.2.1", NULL);
    assert_ptr_equal(findings_said(&found, 2), &found.sources[0].said);
}

TEST(what_servers_have_found)
{
    struct texts texts;

    found_begin("a.test", "files dns");
    assert_null(findings_ours(&found));
    assert_false(findings_server_found(found_server("192.0.2.53", VERDICT_NO_NAME)));
    found_at_ours("192.0.2.1 192.0.2.2", "hosts file");
    assert_ptr_equal(findings_ours(&found), &found.servers[1]);
    found_texts(&found.servers[1].answers[1].found, "2001:db8::1");
    assert_true(findings_server_found(&found.servers[1]));
    texts = findings_server_texts(&found.servers[1]);
    assert_int_equal(texts.count, 3);
    assert_string_equal(texts.all[0], "192.0.2.1");
    assert_string_equal(texts.all[2], "2001:db8::1");
    free(texts.all);
}

GROUP(NULL, found_end);
