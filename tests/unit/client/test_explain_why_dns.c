#include "why.h"

#include "client/explain_why_dns.h"

#define ASSERT_DNS(...) ASSERT_WHY(explain_why_dns, __VA_ARGS__)

TEST_WITH(why, nothing_is_to_be_said_where_all_agree)
{
    found_begin("a.test", "files dns");
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_by_all("192.0.2.1", NULL);
    found_at_server("192.0.2.53", "192.0.2.1");
    ASSERT_DNS(NULL);
}

static void find_by_search(const char *name)
{
    found_begin(name, "files dns");
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_by_all("192.0.2.1", NULL);
    found_server("192.0.2.53", VERDICT_NO_NAME);
    found.searched = strdup("www.corp.test");
}

TEST_WITH(why, the_search_list)
{
    find_by_search("www");
    ASSERT_DNS(
        "www is found as www.corp.test: getaddrinfo() tries the domains of the search "
        "list, and these first, as the name has fewer dots than ndots says. Over DNS a "
        "name is asked for as it is, so the whole name has to be given.");
    find_by_search("www.corp");
    ASSERT_DNS("www.corp is found as www.corp.test: getaddrinfo() tries the domains of the "
               "search list, when the name itself brings nothing. Over DNS a name is asked "
               "for as it is, so the whole name has to be given.");
    found.host.search.ndots = 2;
    ASSERT_DNS("www.corp is found as www.corp.test: getaddrinfo() tries the domains of the "
               "search list, and these first, as the name has fewer dots than ndots says. "
               "Over DNS a name is asked for as it is, so the whole name has to be given.");
}

TEST_WITH(why, the_search_list_does_not_matter_where_another_source_has_the_word)
{
    find_by_search("www");
    found_by(found_source("files"), "10.0.0.1", NULL);
    ASSERT_DNS(NULL);
}

TEST_WITH(why, libc_drops_answers_for_odd_names)
{
    static const char *const odd[] = {"odd!name.test", "-a.test", "a b.test", "*.test"};

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        found_begin(odd[i], "files dns");
        found_at_server("192.0.2.53", "192.0.2.1");
        ASSERT_DNS(
            "192.0.2.53 knows the name, but libc drops answers for names that are no host "
            "names, which have letters, digits, \"-\" and \"_\", but no \"-\" in front.");
    }
    found_begin("a-b_c.test", "files dns");
    found_at_server("192.0.2.53", "192.0.2.1");
    ASSERT_DNS(NULL);
}

TEST_WITH(why, an_alias_to_nothing)
{
    found_begin("a.test", "files dns");
    found_source("dns")->outcome = FINDING_ALIAS;
    found_server("192.0.2.53", VERDICT_NO_RECORDS);
    ASSERT_DNS("The name is an alias (CNAME) that leads to no addresses; for that "
               "getaddrinfo() says \"no such name\".");
}

TEST_WITH(why, a_source_behind_dns_has_the_last_word)
{
    found_begin("a.test", "dns myhostname");
    found_source("dns")->outcome = FINDING_NO_DATA;
    found_server("192.0.2.53", VERDICT_NO_RECORDS);
    ASSERT_DNS("192.0.2.53 knows that the name exists, without addresses; a source behind "
               "dns, which does not know it, has the last word.");
    found.all.outcome = FINDING_NO_DATA;
    ASSERT_DNS(NULL);
    found_begin("a.test", "resolve [!UNAVAIL=return] dns myhostname");
    found_source("dns")->outcome = FINDING_NO_DATA;
    found_server("192.0.2.53", VERDICT_NO_RECORDS);
    ASSERT_DNS(NULL);
}

static struct finding_server *the_stub(enum verdict verdict, unsigned rcode)
{
    struct finding_server *server = found_server("127.0.0.53", verdict);

    server->is_stub = true;
    server->answers[0].rcode = server->answers[1].rcode = rcode;
    return server;
}

TEST_WITH(why, a_stub_that_refuses_names_of_one_label)
{
    found_begin("www", "files dns");
    found_source("dns")->outcome = found.all.outcome = FINDING_FAILED;
    the_stub(VERDICT_FAILED, 5);
    ASSERT_DNS(
        "127.0.0.53, systemd-resolved's stub, refuses names of one label, which libc "
        "takes for a failure.");
    found_begin("www.test", "files dns");
    found_source("dns")->outcome = found.all.outcome = FINDING_FAILED;
    the_stub(VERDICT_FAILED, 5);
    ASSERT_DNS(NULL);
}

TEST_WITH(why, a_stub_that_is_not_there)
{
    found_begin("www.test", "files dns");
    the_stub(VERDICT_UNREACHABLE, 0);
    ASSERT_DNS("resolv.conf names 127.0.0.53, systemd-resolved's stub, and nobody listens "
               "there.");
    found.servers[0].is_of_host = false;
    ASSERT_DNS(NULL);
}

TEST_WITH(why, the_failure_of_one_family_is_hidden)
{
    struct finding_answer *answers;

    found_begin("a.test", "files dns");
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_by_all("192.0.2.1", NULL);
    answers = found_at_server("192.0.2.53", "192.0.2.1")->answers;
    answers[1].verdict = VERDICT_FAILED;
    answers[1].rcode = 2;
    ASSERT_DNS("192.0.2.53 fails for IPv6 (SERVFAIL): getaddrinfo() hides that, and gives "
               "the other addresses alone.");
    answers[1].verdict = VERDICT_SILENT;
    ASSERT_DNS("192.0.2.53 fails for IPv6 (no reply): getaddrinfo() hides that, and gives "
               "the other addresses alone.");
}

TEST_WITH(why, a_silent_server_makes_libc_wait)
{
    found_begin("a.test", "files dns");
    found_server("192.0.2.51", VERDICT_SILENT);
    found_server("192.0.2.52", VERDICT_FAILED);
    found_server("192.0.2.53", VERDICT_NO_NAME);
    found_server("192.0.2.54", VERDICT_SILENT);
    ASSERT_DNS(
        "192.0.2.51 does not answer, and libc waits for it before it asks 192.0.2.53.");
}

TEST_WITH(why, no_name_server_at_all)
{
    found_begin("a.test", "files dns");
    found.host.has_no_server = true;
    ASSERT_DNS("resolv.conf names no name server: libc asks port 53 of this host.");
    found_begin("a.test", "files");
    found.host.has_no_server = true;
    ASSERT_DNS(NULL);
}

TEST_WITH(why, name_servers_that_differ)
{
    found_begin("a.test", "files dns");
    found_at_server("192.0.2.53", "192.0.2.1");
    found_server("192.0.2.54", VERDICT_FAILED);
    found_server("192.0.2.55", VERDICT_NO_NAME);
    ASSERT_DNS("192.0.2.53 and 192.0.2.55 say different things; libc takes the word of the "
               "first one of resolv.conf that answers.");
}
