/* Which names no source but DNS can know. */
#include "lab_lookup.h"

#include "lookup/only_dns.h"

#define HOSTS                                                                              \
    "127.0.0.1 localhost\n10.0.0.1 known.lab printer.office dotted.lab.\n"                 \
    "2001:db8::1 six.lab\n::1 localhost\n"

/* Of the name with this line; the hosts file has been read. */
static enum only_dns knows(const char *line, const char *name)
{
    struct question question = {.type = TYPE_A};
    char text[256];
    struct sources sources;

    snprintf(text, sizeof text, "hosts: %s\n", line);
    etc_write("nsswitch.conf", text);
    sources = sources_now();
    question.name_len = (uint8_t)name_from_text(name, question.name);
    assert_int_not_equal(question.name_len, 0);
    return only_dns_knows(&sources, &question);
}

static enum only_dns address(const char *line, const char *text)
{
    char name[ASK_TEXT];

    assert_true(ask_reverse(text, name));
    return knows(line, name);
}

#define ROOT_SOA "authority . 30 SOA ns.lab. admin.lab. 1 3600 600 86400 30\n"
#define ASK_LIBC ONLY_DNS_PERHAPS_NOT
#define FILES    ONLY_DNS_OR_FILES
#define DESKTOP  "files mdns4_minimal [NOTFOUND=return] dns"

TEST_WITH(lab, what_the_hosts_file_mentions_libc_is_asked_for)
{
    lab_use_hosts(HOSTS);
    assert_int_equal(knows("files dns", "known.lab"), FILES);
    assert_int_equal(knows("files dns", "KNOWN.Lab"), FILES);
    assert_int_equal(knows("files dns", "dotted.lab"), FILES);
    assert_int_equal(knows("dns files", "known.lab"), FILES);
    assert_int_equal(knows("files dns", "unknown.lab"), ONLY_DNS);
    assert_int_equal(knows("files dns", "nosuch"), ONLY_DNS);
    assert_int_equal(knows("dns", "known.lab"), ONLY_DNS);
}

TEST_WITH(lab, names_above_those_of_the_hosts_file_are_told)
{
    lab_use_hosts(HOSTS);
    assert_int_equal(knows("files dns", "office"), ONLY_DNS_OR_ABOVE);
    assert_int_equal(knows("files dns", "lab"), ONLY_DNS_OR_ABOVE);
    assert_int_equal(knows("dns", "office"), ONLY_DNS);
}

TEST_WITH(lab, a_file_that_has_just_changed_is_for_libc)
{
    lab_use_hosts(HOSTS);
    etc_write("hosts", HOSTS "10.0.0.2 new.lab\n");
    assert_int_equal(knows("files dns", "new.lab"), FILES);
    assert_int_equal(knows("files dns", "unknown.lab"), FILES);
    assert_int_equal(address("files dns", "10.0.0.9"), FILES);
    assert_int_equal(knows("dns", "unknown.lab"), ONLY_DNS);
}

TEST_WITH(lab, the_machine_has_names_of_its_own)
{
    char machine[256] = "", below[300];

    lab_use_hosts(HOSTS);
    assert_int_equal(gethostname(machine, sizeof machine - 1), 0);
    snprintf(below, sizeof below, "%s.example.test", machine);
    assert_int_equal(knows("files myhostname dns", machine), ASK_LIBC);
    assert_int_equal(knows("files dns myhostname", machine), ASK_LIBC);
    assert_int_equal(knows("files myhostname dns", below), ASK_LIBC);
    assert_int_equal(knows("files myhostname dns", "_gateway"), ASK_LIBC);
    assert_int_equal(knows("files myhostname dns", "_outbound"), ASK_LIBC);
    assert_int_equal(knows("files myhostname dns", "any.localhost"), ASK_LIBC);
    assert_int_equal(knows("files myhostname dns", "any.localhost.localdomain"), ASK_LIBC);
    assert_int_equal(knows("files myhostname dns", "unknown.lab"), ONLY_DNS);
    assert_int_equal(knows("files dns myhostname", "unknown.lab"), ONLY_DNS);
    assert_int_equal(knows("files dns", machine), ONLY_DNS);
}

TEST_WITH(lab, mdns_has_local_names)
{
    lab_use_hosts(HOSTS);
    assert_int_equal(knows(DESKTOP, "printer.local"), ASK_LIBC);
    assert_int_equal(knows(DESKTOP, "a.b.LOCAL"), ASK_LIBC);
    assert_int_equal(knows(DESKTOP, "local"), ASK_LIBC);
    assert_int_equal(knows(DESKTOP, "local.lab"), ONLY_DNS);
    assert_int_equal(knows("files dns", "printer.local"), ONLY_DNS);
}

TEST_WITH(lab, localhost_is_no_name_of_dns)
{
    lab_use_hosts("10.0.0.1 known.lab\n");
    assert_int_equal(knows("files dns", "localhost"), ASK_LIBC);
    assert_int_equal(address("files dns", "127.0.0.1"), ASK_LIBC);
    assert_int_equal(address("files dns", "::1"), ASK_LIBC);
}

TEST_WITH(lab, a_name_that_libc_cannot_carry_is_told)
{
    lab_use_hosts(HOSTS "10.0.0.3 o!d.lab\n");
    assert_int_equal(knows("files dns", "a\\000b.lab"), ONLY_DNS_AS_IT_IS);
    assert_int_equal(knows("files dns", "a\\032b.lab"), ONLY_DNS_AS_IT_IS);
    assert_int_equal(knows("files dns", "a!b.lab"), ONLY_DNS_AS_IT_IS);
    assert_int_equal(knows("files dns", "o!d.lab"), FILES);
    assert_int_equal(knows("files sss dns", "a\\000b.lab"), ASK_LIBC);
}

TEST_WITH(lab, without_dns_the_hosts_file_decides)
{
    lab_use_hosts(HOSTS);
    assert_int_equal(knows("files", "known.lab"), FILES);
    assert_int_equal(knows("files", "unknown.lab"), FILES);
    assert_int_equal(knows("files", "a\\000b.lab"), FILES);
    assert_int_equal(knows("files myhostname", "unknown.lab"), FILES);
    assert_int_equal(knows("files myhostname", "any.localhost"), ASK_LIBC);
    assert_int_equal(knows("files sss", "known.lab"), ASK_LIBC);
}

TEST_WITH(lab, addresses_are_looked_for_too)
{
    lab_use_hosts(HOSTS);
    assert_int_equal(address("files dns", "10.0.0.1"), FILES);
    assert_int_equal(address("files dns", "10.0.0.2"), ONLY_DNS);
    assert_int_equal(address("files dns", "2001:db8::1"), FILES);
    assert_int_equal(address("files dns", "2001:db8::2"), ONLY_DNS);
    assert_int_equal(address("files dns", "::ffff:10.0.0.2"), ASK_LIBC);
    assert_int_equal(address("files myhostname dns", "10.0.0.2"), ASK_LIBC);
    assert_int_equal(address(DESKTOP, "10.0.0.2"), ONLY_DNS);
    assert_int_equal(address(DESKTOP, "169.254.1.2"), ASK_LIBC);
    assert_int_equal(address(DESKTOP, "fe80::2"), ASK_LIBC);
    assert_int_equal(address(DESKTOP, "febf::2"), ASK_LIBC);
    assert_int_equal(address(DESKTOP, "fec0::2"), ONLY_DNS);
}

TEST_WITH(lab, what_is_no_whole_address_goes_its_own_way)
{
    lab_use_hosts(HOSTS);
    assert_int_equal(knows("files dns", "10.in-addr.arpa"), ASK_LIBC);
    assert_int_equal(knows("files dns", "300.in-addr.arpa"), ONLY_DNS_AS_IT_IS);
    assert_int_equal(knows("files dns", "."), ASK_LIBC);
}

/* A denial of the name servers, who know no such name; and libc, who knows one below. */
TEST_WITH(lab, a_name_above_one_of_the_hosts_file_is_not_denied)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    lab_use_hosts(HOSTS "# 10.0.0.1 a.comment\n");
    assert_string_equal(lab_ask("office", "A"), "NOERROR\n" ROOT_SOA);
    assert_string_equal(lab_ask("comment", "A"), "NXDOMAIN\n" ROOT_SOA);
    assert_string_equal(lab_ask("unknown", "A"), "NXDOMAIN\n" ROOT_SOA);
}
