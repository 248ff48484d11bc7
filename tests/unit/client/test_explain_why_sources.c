#include "why.h"

#include "client/explain_why_sources.h"

#define ASSERT_SOURCES(...) ASSERT_WHY(explain_why_sources, __VA_ARGS__)

TEST_WITH(why, nothing_is_to_be_said_where_one_source_has_it_and_dns_as_well)
{
    found_begin("a.test", "files dns");
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_by_all("192.0.2.1", NULL);
    found_at_server("192.0.2.53", "192.0.2.1");
    ASSERT_SOURCES(NULL);
}

TEST_WITH(why, the_first_source_that_has_it_has_the_word)
{
    found_begin("a.test", "files dns");
    found_by(found_source("files"), "10.0.0.1", NULL);
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_by_all("10.0.0.1", NULL);
    found_at_server("192.0.2.53", "192.0.2.1");
    ASSERT_SOURCES("files knows the name, and the search ends there: dns, which says "
                   "192.0.2.1, is not asked.");
    found.searched = strdup("a.test.corp.test");
    ASSERT_SOURCES("files knows the name, and the search ends there: dns, which says "
                   "192.0.2.1 of a.test.corp.test, is not asked.");
}

TEST_WITH(why, dns_may_say_otherwise_though_no_source_asks_it)
{
    found_begin("a.test", "files");
    found_by(found_source("files"), "10.0.0.1", NULL);
    found_by_all("10.0.0.1", NULL);
    found_server("192.0.2.52", VERDICT_NO_NAME);
    found_at_server("192.0.2.53", "192.0.2.1");
    ASSERT_SOURCES(
        "files knows the name, and the search ends there: 192.0.2.53, which says "
        "192.0.2.1, is not asked.");
}

TEST_WITH(why, what_dns_does_not_know_only_hostdnsd_tells)
{
    found_begin("a.test", "files dns");
    found_by(found_source("files"), "10.0.0.1", NULL);
    found_by_all("10.0.0.1", NULL);
    found_server("192.0.2.53", VERDICT_FAILED);
    ASSERT_SOURCES(NULL);
    found_server("192.0.2.54", VERDICT_NO_NAME);
    ASSERT_SOURCES("files knows the name, and DNS does not: programs that ask name servers "
                   "by themselves find it at hostdnsd only.");
    found.subject.is_address = true;
    ASSERT_SOURCES("files has a name for it, and DNS does not: programs that ask name "
                   "servers by themselves find it at hostdnsd only.");
    found_at_server("192.0.2.55", "10.0.0.1");
    ASSERT_SOURCES(NULL);
}

static void end_at_mdns(const char *line, enum finding_outcome outcome)
{
    found_begin("a.local", line);
    found_source("mdns4_minimal")->outcome = outcome;
    found_by(found_source("dns"), "192.0.2.1", NULL);
}

TEST_WITH(why, a_source_far_behind_may_say_otherwise)
{
    found_begin("a.test", "files resolve dns");
    found_by(found_source("files"), "10.0.0.1", NULL);
    found_by(found_source("resolve"), "10.0.0.1", NULL);
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_by_all("10.0.0.1", NULL);
    ASSERT_SOURCES("files knows the name, and the search ends there: dns, which says "
                   "192.0.2.1, is not asked.");
}

TEST_WITH(why, the_first_name_of_an_address_counts)
{
    found_begin("10.0.0.1", "files dns");
    found.subject.is_address = true;
    found_by(found_source("files"), "one.test two.test", NULL);
    found_by(found_source("dns"), "one.test", NULL);
    found_at_server("192.0.2.53", "one.test");
    ASSERT_SOURCES(NULL);
    strcpy(found_source("dns")->found.all[0], "ano.net");
    ASSERT_SOURCES("files has a name for it, and the search ends there: dns, which says "
                   "ano.net, is not asked.");
}

TEST_WITH(why, an_action_ends_the_search)
{
    static const struct {
        const char *action;
        enum finding_outcome outcome;
        const char *words;
    } rows[] = {
        {"[NOTFOUND=return]", FINDING_NO_NAME, "says \"not found\""},
        {"[NOTFOUND=return]", FINDING_NO_DATA, "says that there are no addresses"},
        {"[!UNAVAIL=return]", FINDING_FAILED, "fails"},
        {"[UNAVAIL=return]", FINDING_UNAVAILABLE, "is not available"},
        {"[UNAVAIL=return]", FINDING_ABSENT, "is not installed"},
    };
    char line[100], sentence[200];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(line, sizeof line, "files mdns4_minimal %s dns", rows[i].action);
        snprintf(sentence, sizeof sentence,
                 "mdns4_minimal %s, and %s behind it ends the search: dns, which knows the "
                 "name, is not asked.",
                 rows[i].words, rows[i].action);
        end_at_mdns(line, rows[i].outcome);
        why_find(explain_why_sources);
        assert_string_equal(why_texts.all[0], sentence);
    }
    end_at_mdns("files mdns4_minimal [NOTFOUND=return] dns", FINDING_UNAVAILABLE);
    found_by_all("192.0.2.1", NULL);
    ASSERT_SOURCES(NULL);
}

TEST_WITH(why, an_action_has_the_search_go_on)
{
    found_begin("a.test", "files [SUCCESS=continue] dns");
    found_by(found_source("files"), "10.0.0.1", NULL);
    ASSERT_SOURCES(
        "files knows the name, but [SUCCESS=continue] behind it has the search go on.");
}

TEST_WITH(why, a_source_that_hangs_holds_up_every_program)
{
    found_begin("a.test", "files ldap dns");
    found_source("ldap")->outcome = found.all.outcome = FINDING_SILENT;
    ASSERT_SOURCES("ldap has not come back within 5 s: every program that looks this up "
                   "waits for it.");
    found_by(found_source("files"), "10.0.0.1", NULL);
    ASSERT_SOURCES("ldap does not come back in time, but the search ends before it: "
                   "programs do not notice.");
}

TEST_WITH(why, what_stands_behind_a_source_that_hangs_does_not_matter)
{
    found_begin("a.test", "files resolve dns");
    found_source("resolve")->outcome = found_source("dns")->outcome = FINDING_SILENT;
    found.all.outcome = FINDING_SILENT;
    ASSERT_SOURCES("resolve has not come back within 5 s: every program that looks this up "
                   "waits for it.");
}

TEST_WITH(why, libc_itself_may_be_at_fault)
{
    found_begin("a.test", "files dns");
    found_source("files")->outcome = found_source("dns")->outcome = FINDING_CRASHED;
    found.all.outcome = FINDING_CRASHED;
    ASSERT_SOURCES("libc ends the program before it comes to any source: resolv.conf may "
                   "hold what it cannot read.");
    found_source("files")->outcome = found_source("dns")->outcome = FINDING_SILENT;
    found.all.outcome = FINDING_SILENT;
    ASSERT_SOURCES("libc hangs before it comes to any source: resolv.conf may hold what it "
                   "cannot read.");
}

TEST_WITH(why, a_source_that_crashes_ends_every_program)
{
    found_begin("a.test", "ldap files");
    found_source("ldap")->outcome = found.all.outcome = FINDING_CRASHED;
    ASSERT_SOURCES("ldap ends every program that looks this up, since modules of "
                   "nsswitch.conf run inside of it.");
    found_begin("a.test", "files ldap");
    found_source("ldap")->outcome = FINDING_ENDED;
    found_by(found_source("files"), "10.0.0.1", NULL);
    found_by_all("10.0.0.1", NULL);
    ASSERT_SOURCES("ldap ends the process that asks it, but the search ends before it: "
                   "programs do not notice.");
}

TEST_WITH(why, a_source_that_is_not_installed_is_told_where_the_name_is_not_found)
{
    found_begin("a.test", "files ldap dns");
    found_source("ldap")->outcome = FINDING_ABSENT;
    ASSERT_SOURCES(
        "ldap stands in the hosts: line but is not installed: libc passes it over.");
    found_by_all("192.0.2.1", NULL);
    ASSERT_SOURCES(NULL);
}

TEST_WITH(why, a_line_without_dns)
{
    found_begin("a.test", "files myhostname");
    found_server("192.0.2.53", VERDICT_NO_NAME);
    ASSERT_SOURCES(NULL);
    found_at_server("192.0.2.54", "192.0.2.1");
    ASSERT_SOURCES("The hosts: line has neither dns nor resolve, so that no name server is "
                   "asked, though 192.0.2.54 knows the name.");
}

TEST_WITH(why, a_line_that_libc_cannot_use_has_no_sources_to_tell_of)
{
    found_begin("a.test", "files [BROKEN]");
    ASSERT_SOURCES(NULL);
}
