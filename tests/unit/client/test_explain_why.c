#include "why.h"

#include "client/explain_why.h"

static void find(const struct findings *findings, struct texts *why)
{
    texts_free(&found.why);
    explain_why(&found);
    for (size_t i = 0; i < findings->why.count; i++)
        texts_add(why, findings->why.all[i]);
}

#define ASSERT_ALL(...) ASSERT_WHY(find, __VA_ARGS__)

static void begin_found(const char *addresses)
{
    found_begin("a.test", "files dns");
    found_by(found_source("dns"), addresses, NULL);
    found_by_all(addresses, NULL);
}

TEST_WITH(why, there_is_always_something_to_say)
{
    static const struct {
        enum finding_outcome outcome;
        const char *sentence;
    } rows[] = {
        {FINDING_NO_NAME, "Nobody knows it."},
        {FINDING_NO_DATA, "The name exists, but has no such addresses."},
        {FINDING_FAILED, "The source that should know it fails, so nobody can tell."},
        {FINDING_BROKEN, "libc itself fails, whatever the name."},
        {FINDING_UNASKED, "libc has not found an answer, so nobody can tell."},
        {FINDING_SILENT, "libc has not found an answer, so nobody can tell."},
    };

    begin_found("192.0.2.1");
    ASSERT_ALL("All that know it say the same.");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        found_begin("a.test", "files dns");
        found.all.outcome = rows[i].outcome;
        ASSERT_ALL(rows[i].sentence);
    }
}

TEST_WITH(why, a_reason_that_is_not_known_is_said_to_be_so)
{
    begin_found("192.0.2.1");
    found_at_server("192.0.2.53", "192.0.2.9");
    ASSERT_ALL("getaddrinfo() and 192.0.2.53 differ, and nothing that is looked at here "
               "says why.");
}

TEST_WITH(why, reasons_of_all_kinds_come_together)
{
    found_begin("a.local", "files dns");
    found_source("dns")->outcome = FINDING_ALIAS;
    ASSERT_ALL(
        "Names below .local belong to multicast DNS (RFC 6762), and no source of the "
        "hosts: line speaks it, as mdns4_minimal does.",
        "The name is an alias (CNAME) that leads to no addresses; for that getaddrinfo() "
        "says \"no such name\".");
    found_begin("a.test", "files dns");
    found_by(found_source("files"), "10.0.0.1", NULL);
    found_by(found_source("dns"), "10.0.0.2", NULL);
    found_by_all("10.0.0.1", NULL);
    found_at_ours("10.0.0.9", "the server itself");
    ASSERT_ALL(
        "files knows the name, and the search ends there: dns, which says 10.0.0.2, "
        "is not asked.",
        "127.0.0.1 port 5353 answers for this name by itself: it is a special one, or "
        "one that the operator has given.");
}

TEST_WITH(why, a_line_that_libc_cannot_use)
{
    found_begin("a.test", "files [BROKEN] dns");
    ASSERT_ALL(
        "libc cannot use the hosts: line of nsswitch.conf, or another one there, and "
        "asks no source at all.");
}

TEST_WITH(why, a_file_that_never_ends)
{
    found_begin("a.test", "files dns");
    found.host.endless_file = "/etc/hosts";
    ASSERT_ALL("/etc/hosts is a FIFO or a device, which libc would read for ever, and so "
               "would every program that looks up a name; it was not asked.");
}

TEST_WITH(why, numbers_are_no_names_to_libc)
{
    static const char *const numbers[] = {"127.1", "0x7f.1", "2130706433"};
    char sentence[200];

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        found_begin(numbers[i], "files dns");
        found_by(found_source("files"), "127.0.0.1", NULL);
        found_by_all("127.0.0.1", NULL);
        found_at_server("192.0.2.53", "192.0.2.45");
        snprintf(
            sentence, sizeof sentence,
            "getaddrinfo() takes %s for the address 127.0.0.1, and asks no source; over "
            "DNS it is a name like any other.",
            numbers[i]);
        ASSERT_ALL(sentence);
    }
    found_begin("fe80::1%eth0", "files dns");
    found_by_all("fe80::1%eth0", NULL);
    ASSERT_ALL("getaddrinfo() takes fe80::1%eth0 for an address, and asks no source; over "
               "DNS it is a name like any other.");
    found_begin("127.1.", "files dns");
    ASSERT_ALL("Nobody knows it.");
}

#define NO_KIND(kinds)                                                                     \
    "Programs that set AI_ADDRCONFIG, as many do, are given no " kinds                     \
    " addresses, since this host has none but 127.0.0.1 and ::1."

TEST_WITH(why, a_host_without_one_family)
{
    begin_found("2001:db8::1 192.0.2.1");
    free(found.with_config.found.all[0]);
    found.with_config.found.all[0] = found.with_config.found.all[1];
    found.with_config.found.count = 1;
    ASSERT_ALL("All that know it say the same.");
    found.host.has_ipv6 = false;
    ASSERT_ALL(NO_KIND("IPv6"));
    texts_free(&found.with_config.found);
    found.with_config.outcome = FINDING_NO_NAME;
    found.host.has_ipv4 = false;
    ASSERT_ALL(NO_KIND("IPv4 or IPv6"));
    begin_found("192.0.2.1");
    texts_free(&found.with_config.found);
    found.host.has_ipv4 = false;
    ASSERT_ALL(NO_KIND("IPv4"));
}

TEST_WITH(why, nscd_has_a_word_of_its_own)
{
    begin_found("192.0.2.1");
    found.host.has_nscd = true;
    ASSERT_ALL("All that know it say the same.");
    texts_free(&found.without_nscd.found);
    found_texts(&found.without_nscd.found, "192.0.2.2");
    ASSERT_ALL("nscd answers in place of the sources, which would say something else: its "
               "cache may be old (nscd -i hosts empties it).");
    found.host.has_nscd = false;
    ASSERT_ALL("All that know it say the same.");
}

TEST_WITH(why, the_order_of_addresses)
{
    begin_found("192.0.2.1 192.0.2.2");
    found_at_server("192.0.2.53", "192.0.2.1 192.0.2.2");
    ASSERT_ALL("All that know it say the same.");
    found.servers[0].answers[0].found.all[0][8] = '2';
    found.servers[0].answers[0].found.all[1][8] = '1';
    ASSERT_ALL("getaddrinfo() sorts the addresses by this host's routes to them (RFC "
               "6724); name servers use another order.");
    found.host.has_gai_rules = true;
    ASSERT_ALL(
        "getaddrinfo() sorts the addresses (RFC 6724) by the rules in /etc/gai.conf.");
    begin_found("192.0.2.1");
    found.host.has_gai_rules = true;
    ASSERT_ALL("All that know it say the same.");
}

TEST_WITH(why, variables_that_libc_heeds)
{
    begin_found("192.0.2.1");
    found_texts(&found.host.environment, "HOSTALIASES RES_OPTIONS");
    ASSERT_ALL("All that know it say the same.",
               "The environment has variables that change what libc does: HOSTALIASES, "
               "RES_OPTIONS.");
}
