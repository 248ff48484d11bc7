#include "why.h"

#include "client/explain_why_modules.h"

#define ASSERT_MODULES(...) ASSERT_WHY(explain_why_modules, __VA_ARGS__)

#define NO_MDNS                                                                            \
    "Names below .local belong to multicast DNS (RFC 6762), and no source of the hosts: "  \
    "line speaks it, as mdns4_minimal does."
#define NOBODY                                                                             \
    "mdns4_minimal has nobody to ask: avahi-daemon does not run, or a name server has a "  \
    "zone \"local\" of its own, and such names are left to DNS."

TEST_WITH(why, a_name_below_local_on_a_host_without_multicast_dns)
{
    found_begin("printer.local", "files dns");
    ASSERT_MODULES(NO_MDNS);
    found_begin("printer.LOCAL.", "files dns");
    ASSERT_MODULES(NO_MDNS);
    found_by_all("10.0.0.1", NULL);
    ASSERT_MODULES(NULL);
    found_begin("printer.locale", "files dns");
    ASSERT_MODULES(NULL);
    found_begin("local", "files dns");
    ASSERT_MODULES(NULL);
    found_begin("printer.local", "files dns");
    found.subject.is_address = true;
    ASSERT_MODULES(NULL);
}

TEST_WITH(why, multicast_dns_that_has_not_been_asked)
{
    found_begin("printer.local", "files mdns4_minimal [NOTFOUND=return] dns");
    found_source("mdns4_minimal")->outcome = FINDING_UNAVAILABLE;
    ASSERT_MODULES(NOBODY);
    found_begin("a.printer.local", "files mdns4_minimal [NOTFOUND=return] dns");
    found_source("mdns4_minimal")->outcome = FINDING_UNAVAILABLE;
    ASSERT_MODULES("mdns4_minimal takes only names of one label before .local.");
}

TEST_WITH(why, multicast_dns_that_takes_its_time)
{
    found_begin("printer.local", "files mdns4_minimal [NOTFOUND=return] dns");
    ASSERT_MODULES(NULL);
    found_source("mdns4_minimal")->took_us = 5010000;
    ASSERT_MODULES("mdns4_minimal waited 5 s for an answer from the network before it said "
                   "that there is none.");
}

TEST_WITH(why, multicast_dns_of_one_family)
{
    found_begin("printer.local", "files mdns4_minimal mdns");
    found_by(found_source("mdns4_minimal"), "10.0.0.1", NULL);
    ASSERT_MODULES("mdns4_minimal looks for IPv4 addresses alone.");
    found.subject.family = AF_INET;
    ASSERT_MODULES(NULL);
}

/* Names servers that say so, one of them the stub. */
static void stub_says(enum verdict verdict, unsigned rcode)
{
    struct finding_server *server = found_server("127.0.0.53", verdict);

    server->is_stub = true;
    server->answers[0].rcode = server->answers[1].rcode = rcode;
}

TEST_WITH(why, resolve_hides_failures)
{
    found_begin("a.test", "files resolve [!UNAVAIL=return] dns");
    found_server("192.0.2.53", VERDICT_NO_NAME);
    ASSERT_MODULES(NULL);
    stub_says(VERDICT_FAILED, 2);
    ASSERT_MODULES("resolve says \"no such name\" for failures, too; over DNS 127.0.0.53 "
                   "says: SERVFAIL (server failure).");
}

TEST_WITH(why, resolve_hides_that_a_name_exists)
{
    found_begin("a.test", "files resolve");
    stub_says(VERDICT_NO_RECORDS, 0);
    ASSERT_MODULES(
        "resolve says \"no such name\" for names without addresses, too; over DNS "
        "127.0.0.53 knows that it exists.");
}

TEST_WITH(why, another_server_tells_if_there_is_no_stub)
{
    found_begin("a.test", "files resolve");
    stub_says(VERDICT_UNREACHABLE, 0);
    found_server("192.0.2.53", VERDICT_SILENT);
    ASSERT_MODULES("resolve says \"no such name\" for failures, too; over DNS 192.0.2.53 "
                   "says: no reply within 5 s.");
}

TEST_WITH(why, a_refusal_of_one_label_is_no_failure)
{
    found_begin("www", "files resolve");
    stub_says(VERDICT_FAILED, 5);
    ASSERT_MODULES(NULL);
    found_begin("www.test", "files resolve");
    stub_says(VERDICT_FAILED, 5);
    ASSERT_MODULES("resolve says \"no such name\" for failures, too; over DNS 127.0.0.53 "
                   "says: REFUSED (the server refuses to answer this query).");
}

TEST_WITH(why, resolve_has_search_domains_of_its_own)
{
    found_begin("www", "files resolve");
    found_by(found_source("resolve"), "192.0.2.1", "www.corp.test");
    ASSERT_MODULES("systemd-resolved tries its own search domains: it has found "
                   "www.corp.test. Over DNS it takes a name as it is, and refuses those of "
                   "one label.");
    found_begin("www", "files resolve");
    found_by(found_source("resolve"), "192.0.2.1", "www2.corp.test");
    ASSERT_MODULES(NULL);
    found_begin("www", "files resolve");
    found_by(found_source("resolve"), "192.0.2.1", "www");
    ASSERT_MODULES(NULL);
}

TEST_WITH(why, systemd_resolved_that_does_not_run)
{
    found_begin("a.test", "files resolve [!UNAVAIL=return] dns");
    found_source("resolve")->outcome = FINDING_UNAVAILABLE;
    ASSERT_MODULES("systemd-resolved does not run, so resolve is passed over.");
    found_begin("a.test", "files resolve [UNAVAIL=return] dns");
    found_source("resolve")->outcome = FINDING_UNAVAILABLE;
    ASSERT_MODULES("systemd-resolved does not run, so the search ends at resolve.");
}
