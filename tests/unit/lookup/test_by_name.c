/*
 * The probe: what the sources other than DNS say, and how the lookup goes on where they say
 * nothing. And the verdict: what each outcome of getaddrinfo() means, with what the name
 * servers say. The names are those of tests/system/etc/hosts, of tests/system/zones and of
 * the fault server; a name below fault.test says itself what happens to A and to AAAA.
 */
#include "lab_lookup.h"

#include "lookup/by_name.h"

#define ROOT_SOA "authority . 30 SOA ns.lab. admin.lab. 1 3600 600 86400 30\n"
#define EXAMPLE_SOA                                                                        \
    "authority example.test. 45 SOA ns.lab. admin.lab. 1 3600 600 86400 45\n"
#define SERVER_SAYS "SERVFAIL: No Reachable Authority (22): name server 127.0.0.2:53 says "
#define SILENCE                                                                            \
    "SERVFAIL: No Reachable Authority (22): name server 127.0.0.2:53 does not answer\n"
#define REFUSAL                                                                            \
    "SERVFAIL: Network Error (23): "                                                       \
    "name server 127.0.0.9:53 over TCP: Connection refused\n"

/*
 * Everything is seen twice: with `files dns`, where most verdicts are known, and with a
 * line that says the same in other words, where libc is asked for each. What the probe of a
 * name that only DNS may know says then:
 */
static const char *asks_on;

/* What the probe says, or how the lookup goes on. */
static const char *probe(const char *name, const char *type)
{
    static const char *const how[] = {"answered", "verdict", "relay", "dns decides"};
    struct question question = question_of(name, type);
    struct answer answer;
    enum lookup_next next;

    need_lab();
    lab_answer_init(&answer, &question);
    next = by_name_probe(&lab_config, &question, &(struct libc_dns){0}, &answer, NULL);
    return next == LOOKUP_DONE ? answer_text(&question, &answer) : how[next];
}

/* How the lookup goes on with this line. */
static const char *probe_in_line(const char *line, const char *name)
{
    etc_write("nsswitch.conf", line);
    return probe(name, "AAAA");
}

TEST_WITH(lab, dns_decides_if_it_is_last_and_no_source_before_it_knows_the_name)
{
    assert_string_equal(probe_in_line("hosts: files dns\n", "nosuch.lab"), "dns decides");
    assert_string_equal(probe_in_line("hosts: files myhostname dns\n", "nosuch.lab"),
                        "dns decides");
    assert_string_equal(probe_in_line("hosts: files dns myhostname\n", "nosuch.lab"),
                        "verdict");
}

/* Without a name server. */

TEST_WITH(lab, a_name_of_the_hosts_file_has_its_address)
{
    assert_string_equal(probe("v4only.lab", "A"), "NOERROR\n"
                                                  "v4only.lab. 10 A 10.0.0.4\n");
}

TEST_WITH(lab, a_name_of_the_hosts_file_has_no_data_of_the_other_family)
{
    assert_string_equal(probe("v4only.lab", "AAAA"), "NOERROR\n"
                                                     "authority v4only.lab." SOA);
    assert_string_equal(probe("v6only.lab", "A"), "NOERROR\n"
                                                  "authority v6only.lab." SOA);
}

TEST_WITH(lab, a_name_of_the_hosts_file_has_no_data_of_other_types)
{
    assert_string_equal(probe("dual.lab", "MX"), "NOERROR\n"
                                                 "authority dual.lab." SOA);
}

TEST_WITH(lab, any_of_a_hosts_name_is_both_families)
{
    assert_string_equal(probe("dual.lab", "ANY"), "NOERROR\n"
                                                  "dual.lab. 10 A 10.0.0.10\n"
                                                  "dual.lab. 10 AAAA 2001:db8:a::10\n");
}

TEST_WITH(lab, a_hosts_name_is_found_in_any_letter_case)
{
    assert_string_equal(probe("V4Only.LAB", "A"), "NOERROR\n"
                                                  "V4Only.LAB. 10 A 10.0.0.4\n");
}

/* In the hosts file an alias may have other addresses than its canonical name, so a CNAME
 * would be false for one of them. */
TEST_WITH(lab, an_alias_with_other_addresses_is_no_cname)
{
    etc_write("hosts", "10.0.0.1 canon.lab alias.lab\n10.0.0.3 alias.lab\n");
    assert_string_equal(probe("alias.lab", "A"), "NOERROR\n"
                                                 "alias.lab. 10 A 10.0.0.1\n"
                                                 "alias.lab. 10 A 10.0.0.3\n");
    assert_string_equal(probe("alias.lab", "CNAME"), "NOERROR\n"
                                                     "authority alias.lab." SOA);
}

/* One lookup decides for all types, so that no cache sees both forms. */
TEST_WITH(lab, an_alias_with_the_same_addresses_is_a_cname)
{
    assert_string_equal(probe("alias.lab", "A"), "NOERROR\n"
                                                 "alias.lab. 10 CNAME dual.lab.\n"
                                                 "dual.lab. 10 A 10.0.0.10\n");
    assert_string_equal(probe("ALIAS.lab", "AAAA"), "NOERROR\n"
                                                    "ALIAS.lab. 10 CNAME dual.lab.\n"
                                                    "dual.lab. 10 AAAA 2001:db8:a::10\n");
    assert_string_equal(probe("alias.lab", "CNAME"), "NOERROR\n"
                                                     "alias.lab. 10 CNAME dual.lab.\n");
    assert_string_equal(probe("alias.lab", "ANY"), "NOERROR\n"
                                                   "alias.lab. 10 CNAME dual.lab.\n");
    assert_string_equal(probe("alias.lab", "MX"), "NOERROR\n"
                                                  "alias.lab. 10 CNAME dual.lab.\n"
                                                  "authority dual.lab." SOA);
}

TEST_WITH(lab, an_alias_without_the_canonical_names_other_family_is_no_cname)
{
    assert_string_equal(probe("second-alias.lab", "A"),
                        "NOERROR\n"
                        "second-alias.lab. 10 A 10.0.0.10\n");
    assert_string_equal(probe("second-alias.lab", "CNAME"),
                        "NOERROR\n"
                        "authority second-alias.lab." SOA);
}

/* The name that libc calls canonical has another canonical name, or is none for DNS. */
TEST_WITH(lab, an_alias_of_an_alias_or_of_no_name_is_no_cname)
{
    etc_write("hosts", "10.0.0.1 true.lab middle.lab\n10.0.0.1 middle.lab end.lab\n"
                       "10.0.0.2 odd!name odd.lab\n10.0.0.3 10.9.9.9 number.lab\n"
                       "10.0.0.4 4.0.0.10.in-addr.arpa reverse.lab\n");
    assert_string_equal(probe("end.lab", "A"), "NOERROR\n"
                                               "end.lab. 10 A 10.0.0.1\n");
    assert_string_equal(probe("odd.lab", "A"), "NOERROR\n"
                                               "odd.lab. 10 A 10.0.0.2\n");
    assert_string_equal(probe("number.lab", "A"), "NOERROR\n"
                                                  "number.lab. 10 A 10.0.0.3\n");
    assert_string_equal(probe("reverse.lab", "A"), "NOERROR\n"
                                                   "reverse.lab. 10 A 10.0.0.4\n");
}

TEST_WITH(lab, an_address_on_several_lines_comes_once)
{
    etc_write("hosts", "10.0.0.2 many.lab\n10.0.0.1 many.lab\n10.0.0.2 many.lab\n");
    assert_string_equal(probe("many.lab", "A"), "NOERROR\n"
                                                "many.lab. 10 A 10.0.0.2\n"
                                                "many.lab. 10 A 10.0.0.1\n");
}

TEST_WITH(lab, localhost_is_both_loopback_addresses)
{
    assert_string_equal(probe("localhost", "A"), "NOERROR\n"
                                                 "localhost. 10 A 127.0.0.1\n");
    assert_string_equal(probe("localhost", "AAAA"), "NOERROR\n"
                                                    "localhost. 10 AAAA ::1\n");
}

TEST_WITH(lab, a_mapped_address_is_an_a_record)
{
    etc_write("hosts", "::ffff:10.0.0.44 mapped.lab\n");
    assert_string_equal(probe("mapped.lab", "A"), "NOERROR\n"
                                                  "mapped.lab. 10 A 10.0.0.44\n");
    assert_string_equal(probe("mapped.lab", "AAAA"), "NOERROR\n"
                                                     "authority mapped.lab." SOA);
}

TEST_WITH(lab, a_mapped_address_and_its_plain_form_come_once)
{
    etc_write("hosts", "::ffff:10.0.0.44 twice.lab\n10.0.0.44 twice.lab\n");
    assert_string_equal(probe("twice.lab", "A"), "NOERROR\n"
                                                 "twice.lab. 10 A 10.0.0.44\n");
}

TEST_WITH(lab, more_addresses_than_a_message_holds_are_a_failure)
{
    static char hosts[3000 * 40];
    size_t len = 0;

    need_lab();
    for (int i = 0; i < 3000; i++)
        len += (size_t)sprintf(hosts + len, "2001:db8::%x crowd.lab\n", i);
    etc_write("hosts", hosts);
    assert_string_equal(probe("crowd.lab", "AAAA"),
                        "SERVFAIL: Other Error (0): too many addresses for a message\n");
}

TEST_WITH(lab, a_name_that_only_dns_may_know_asks_on)
{
    assert_string_equal(probe("a.example.test", "A"), asks_on);
    assert_string_equal(probe("nosuch.lab", "A"), asks_on);
}

/* Where libc may end before DNS, or go on behind it, only its verdict tells. */
TEST_WITH(lab, a_verdict_is_known_where_dns_is_the_last_source)
{
    static const struct {
        const char *line, *how;
    } cases[] = {
        {"hosts: files dns\n", "dns decides"},
        {"hosts: dns\n", "dns decides"},
        {"hosts: files myhostname dns\n", "dns decides"},
        {"hosts: files nosuchmodule dns\n", "dns decides"},
        {"hosts: files mdns4_minimal [NOTFOUND=return] dns\n", "dns decides"},
        {"hosts: files [NOTFOUND=continue] dns\n", "dns decides"},
        {"hosts: files [TRYAGAIN=return] dns\n", "verdict"},
        {"hosts: dns files\n", "verdict"},
        {"hosts: files dns myhostname\n", "verdict"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        etc_write("nsswitch.conf", cases[i].line);
        assert_string_equal(probe("a.example.test", "A"), cases[i].how);
        assert_string_equal(probe("a.example.test", "AAAA"), cases[i].how);
        assert_string_equal(probe("a.example.test", "MX"), "relay");
    }
}

TEST_WITH(lab, an_unknown_name_does_not_exist_if_sources_end_before_dns)
{
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("a.example.test", "A"), "NXDOMAIN\n"
                                                      "authority example.test." SOA);
}

TEST_WITH(lab, an_action_before_dns_ends_the_search)
{
    etc_write("nsswitch.conf", "hosts: files [NOTFOUND=return] dns\n");
    assert_string_equal(probe("nosuch.lab", "A"), "NXDOMAIN\n"
                                                  "authority lab." SOA);
}

TEST_WITH(lab, a_hosts_name_asks_on_where_dns_comes_first)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(probe("v4only.lab", "A"), "verdict");
}

/* Sources that are no DNS take such names: the hosts file does not look at characters. */
TEST_WITH(lab, an_odd_name_of_the_hosts_file_is_found)
{
    etc_write("hosts", "10.0.0.7 odd!name.lab\n10.0.0.8 -dash.lab\n");
    assert_string_equal(probe("odd!name.lab", "A"), "NOERROR\n"
                                                    "odd!name.lab. 10 A 10.0.0.7\n");
    assert_string_equal(probe("-dash.lab", "A"), "NOERROR\n"
                                                 "-dash.lab. 10 A 10.0.0.8\n");
}

TEST_WITH(lab, an_odd_name_that_the_hosts_file_lacks_asks_on)
{
    assert_string_equal(probe("odd!name.example.test", "A"), "relay");
}

TEST_WITH(lab, an_odd_name_that_the_hosts_file_lacks_does_not_exist_without_dns)
{
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("odd!name.example.test", "A"), "NXDOMAIN\n"
                                                             "authority example.test." SOA);
}

/* As C strings these are "nul", and "dot" below "ted": other names, which exist here. */
TEST_WITH(lab, a_name_that_is_no_c_string_is_not_taken_for_another)
{
    etc_write("hosts", "10.0.0.7 nul\n10.0.0.8 dot.ted.lab\n10.0.0.9 back\\slash.lab\n");
    assert_string_equal(probe("nul\\000", "A"), "relay");
    assert_string_equal(probe("dot\\046ted.lab", "A"), "relay");
    assert_string_equal(probe("back\\092slash.lab", "A"), "relay");
}

TEST_WITH(lab, a_name_that_is_no_c_string_does_not_exist_without_dns)
{
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("nul\\000byte.example.test", "A"),
                        "NXDOMAIN\n"
                        "authority example.test." SOA);
}

/* getaddrinfo("127.1") would be 127.0.0.1. */
TEST_WITH(lab, a_name_that_looks_like_an_address_is_a_name)
{
    assert_string_equal(probe("127.1", "A"), asks_on);
    assert_string_equal(probe("1.2.3.4", "A"), asks_on);
    assert_string_equal(probe("0x7f000001", "A"), asks_on);
}

/* With the name servers: one family. */

TEST_WITH(lab, a_name_has_its_address)
{
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
    assert_string_equal(lab_ask("aaaa.example.test", "AAAA"),
                        "NOERROR\n"
                        "aaaa.example.test. 60 AAAA 2001:db8::1\n");
}

TEST_WITH(lab, a_name_with_the_other_family_alone_has_no_data)
{
    assert_string_equal(lab_ask("a.example.test", "AAAA"), "NOERROR\n" EXAMPLE_SOA);
    assert_string_equal(lab_ask("aaaa.example.test", "A"), "NOERROR\n" EXAMPLE_SOA);
}

TEST_WITH(lab, a_name_with_neither_family_has_no_data)
{
    assert_string_equal(lab_ask("txt.example.test", "A"), "NOERROR\n" EXAMPLE_SOA);
}

TEST_WITH(lab, an_empty_non_terminal_has_no_data)
{
    assert_string_equal(lab_ask("empty.example.test", "A"), "NOERROR\n" EXAMPLE_SOA);
}

TEST_WITH(lab, a_name_that_does_not_exist_is_nxdomain)
{
    assert_string_equal(lab_ask("nosuch.example.test", "A"), "NXDOMAIN\n" EXAMPLE_SOA);
    assert_string_equal(lab_ask("nosuch.example.test", "AAAA"), "NXDOMAIN\n" EXAMPLE_SOA);
}

TEST_WITH(lab, a_wildcard_answers_for_the_asked_name)
{
    assert_string_equal(lab_ask("any.wild.example.test", "A"),
                        "NOERROR\n"
                        "any.wild.example.test. 60 A 192.0.2.5\n");
}

TEST_WITH(lab, several_addresses_come_in_the_order_of_the_server)
{
    assert_string_equal(lab_ask("multi.example.test", "A"),
                        "NOERROR\n"
                        "multi.example.test. 60 A 192.0.2.31\n"
                        "multi.example.test. 60 A 192.0.2.32\n"
                        "multi.example.test. 60 A 192.0.2.33\n");
}

TEST_WITH(lab, a_mapped_address_in_dns_is_no_aaaa_record)
{
    assert_string_equal(lab_ask("mapped.example.test", "AAAA"),
                        "NOERROR\n"
                        "authority mapped.example.test." SOA);
}

TEST_WITH(lab, a_single_label_is_absolute)
{
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_string_equal(lab_ask("single", "A"), "NOERROR\n"
                                                "single. 30 A 192.0.2.60\n");
}

TEST_WITH(lab, an_unknown_name_is_not_searched_for)
{
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_string_equal(lab_ask("nosuch", "A"), "NXDOMAIN\n" ROOT_SOA);
    assert_string_equal(lab_ask("nosuch.lab", "A"), "NXDOMAIN\n" ROOT_SOA);
}

TEST_WITH(lab, a_name_that_looks_like_an_address_is_asked_for)
{
    assert_string_equal(lab_ask("1.2.3.4", "A"), "NOERROR\n"
                                                 "1.2.3.4. 30 A 192.0.2.44\n");
    assert_string_equal(lab_ask("127.1", "A"), "NOERROR\n"
                                               "127.1. 30 A 192.0.2.45\n");
}

TEST_WITH(lab, the_longest_name_is_carried)
{
    char name[256];

    memset(name, 'a', 48);
    memset(name + 49, 'b', 63);
    memset(name + 113, 'c', 63);
    memset(name + 177, 'd', 63);
    name[48] = name[112] = name[176] = '.';
    strcpy(name + 240, ".example.test");
    assert_string_equal(lab_ask(name, "A"),
                        "NOERROR\n"
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
                        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb."
                        "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc."
                        "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd."
                        "example.test. 60 A 192.0.2.77\n");
}

/* Aliases in DNS. */

TEST_WITH(lab, an_alias_is_shown_with_the_addresses_at_its_target)
{
    assert_string_equal(lab_ask("cname-a.example.test", "A"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n"
                        "a.example.test. 60 A 192.0.2.1\n");
}

TEST_WITH(lab, a_chain_is_shown_whole_with_each_ttl)
{
    assert_string_equal(lab_ask("chain1.example.test", "AAAA"),
                        "NOERROR\n"
                        "chain1.example.test. 310 CNAME chain2.example.test.\n"
                        "chain2.example.test. 320 CNAME chain3.example.test.\n"
                        "chain3.example.test. 330 CNAME chain4.example.test.\n"
                        "chain4.example.test. 340 CNAME chain5.example.test.\n"
                        "chain5.example.test. 350 CNAME both.example.test.\n"
                        "both.example.test. 60 AAAA 2001:db8::2\n");
}

TEST_WITH(lab, an_alias_without_data_of_the_asked_family_is_shown_with_its_soa)
{
    assert_string_equal(lab_ask("cname-a.example.test", "AAAA"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n" EXAMPLE_SOA);
    assert_string_equal(
        lab_ask("cname-aaaa.example.test", "A"),
        "NOERROR\n"
        "cname-aaaa.example.test. 60 CNAME aaaa.example.test.\n" EXAMPLE_SOA);
}

TEST_WITH(lab, an_alias_to_a_name_without_addresses_has_no_data)
{
    assert_string_equal(lab_ask("cname-txt.example.test", "A"),
                        "NOERROR\n"
                        "cname-txt.example.test. 60 CNAME txt.example.test.\n" EXAMPLE_SOA);
}

TEST_WITH(lab, an_alias_to_no_name_is_nxdomain)
{
    assert_string_equal(
        lab_ask("cname-nx.example.test", "A"),
        "NXDOMAIN\n"
        "cname-nx.example.test. 60 CNAME nosuch.example.test.\n" EXAMPLE_SOA);
}

TEST_WITH(lab, an_alias_that_upstream_left_unfinished_has_no_data)
{
    assert_string_equal(lab_ask("x.qcname-cname.fault.test", "A"),
                        "NOERROR\n"
                        "x.qcname-cname.fault.test. 60 CNAME target.without.data.test.\n");
}

TEST_WITH(lab, a_loop_of_aliases_has_no_data)
{
    assert_string_equal(
        lab_ask("x.qcnameself-cnameself.fault.test", "A"),
        "NOERROR\n"
        "x.qcnameself-cnameself.fault.test. 60 CNAME x.qcnameself-cnameself.fault.test.\n");
}

TEST_WITH(lab, an_alias_to_an_odd_name_is_shown)
{
    assert_string_equal(lab_ask("cname-odd.example.test", "A"),
                        "NOERROR\n"
                        "cname-odd.example.test. 60 CNAME odd!name.example.test.\n"
                        "odd!name.example.test. 60 A 192.0.2.89\n");
}

TEST_WITH(lab, a_question_for_the_alias_gets_it_alone)
{
    assert_string_equal(lab_ask("cname-a.example.test", "CNAME"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n");
}

TEST_WITH(lab, an_alias_with_ipv6_alone_is_found_by_a_question_for_it)
{
    assert_string_equal(lab_ask("cname-aaaa.example.test", "CNAME"),
                        "NOERROR\n"
                        "cname-aaaa.example.test. 60 CNAME aaaa.example.test.\n");
}

TEST_WITH(lab, a_question_for_the_alias_of_an_ordinary_name_gets_no_data)
{
    assert_string_equal(lab_ask("a.example.test", "CNAME"), "NOERROR\n" EXAMPLE_SOA);
}

/* RFC 1034 section 3.6.2: an alias has no other data. */
TEST_WITH(lab, another_type_at_an_alias_is_the_alias)
{
    assert_string_equal(lab_ask("cname-a.example.test", "MX"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n" EXAMPLE_SOA);
}

TEST_WITH(lab, any_is_both_families)
{
    assert_string_equal(lab_ask("both.example.test", "ANY"),
                        "NOERROR\n"
                        "both.example.test. 60 A 192.0.2.2\n"
                        "both.example.test. 60 AAAA 2001:db8::2\n");
}

TEST_WITH(lab, any_of_an_alias_is_the_alias)
{
    assert_string_equal(lab_ask("cname-both.example.test", "ANY"),
                        "NOERROR\n"
                        "cname-both.example.test. 60 CNAME both.example.test.\n");
}

TEST_WITH(lab, any_of_a_name_with_ipv6_alone_is_its_address)
{
    assert_string_equal(lab_ask("aaaa.example.test", "ANY"),
                        "NOERROR\n"
                        "aaaa.example.test. 60 AAAA 2001:db8::1\n");
}

TEST_WITH(lab, any_of_a_name_that_exists_in_one_family_is_its_address)
{
    assert_string_equal(lab_ask("x.qnxdomain-ok.fault.test", "ANY"),
                        "NOERROR\n"
                        "x.qnxdomain-ok.fault.test. 60 AAAA 2001:db8::200\n");
}

TEST_WITH(lab, any_of_no_name_is_nxdomain)
{
    assert_string_equal(lab_ask("nosuch.example.test", "ANY"), "NXDOMAIN\n" EXAMPLE_SOA);
}

/* A failure of one family must not be an answer about the other, nor be hidden by it. */

TEST_WITH(lab, any_is_what_is_at_hand_where_one_family_fails)
{
    assert_string_equal(lab_ask("x.qok-servfail.fault.test", "ANY"),
                        "NOERROR\n"
                        "x.qok-servfail.fault.test. 60 A 192.0.2.200\n");
}

TEST_WITH(lab, any_fails_where_one_family_has_no_data_and_the_other_fails)
{
    assert_string_equal(lab_ask("x.qnodata-servfail.fault.test", "ANY"),
                        SERVER_SAYS "SERVFAIL\n");
}

TEST_WITH(lab, the_asked_family_is_answered_where_the_other_fails)
{
    assert_string_equal(lab_ask("x.qok-servfail.fault.test", "A"),
                        "NOERROR\n"
                        "x.qok-servfail.fault.test. 60 A 192.0.2.200\n");
    assert_string_equal(lab_ask("x.qservfail-ok.fault.test", "AAAA"),
                        "NOERROR\n"
                        "x.qservfail-ok.fault.test. 60 AAAA 2001:db8::200\n");
}

TEST_WITH(lab, the_asked_family_fails_where_the_other_is_answered)
{
    assert_string_equal(lab_ask("x.qok-servfail.fault.test", "AAAA"),
                        SERVER_SAYS "SERVFAIL\n");
    assert_string_equal(lab_ask("x.qservfail-ok.fault.test", "A"),
                        SERVER_SAYS "SERVFAIL\n");
}

TEST_WITH(lab, no_data_of_the_asked_family_holds_where_the_other_fails)
{
    assert_string_equal(lab_ask("x.qnodata-servfail.fault.test", "A"), "NOERROR\n");
}

TEST_WITH(lab, failure_of_the_asked_family_holds_where_the_other_has_no_data)
{
    assert_string_equal(lab_ask("x.qnodata-servfail.fault.test", "AAAA"),
                        SERVER_SAYS "SERVFAIL\n");
}

/* Broken load balancers say so of the family that they do not know. */
TEST_WITH(lab, a_name_that_exists_in_one_family_has_no_data_in_the_other)
{
    assert_string_equal(lab_ask("x.qnxdomain-ok.fault.test", "A"), "NOERROR\n");
    assert_string_equal(lab_ask("x.qnxdomain-nodata.fault.test", "A"), "NOERROR\n");
}

TEST_WITH(lab, nxdomain_stands_where_the_other_family_fails)
{
    static const char *const names[] = {
        "x.qnxdomain-servfail.fault.test", "x.qnxdomain-refused.fault.test",
        "x.qnxdomain-garbage.fault.test", "x.qnxdomain-drop.fault.test"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(
            lab_ask(names[i], "A"),
            "NXDOMAIN: Other Error (0): NXDOMAIN is unconfirmed: a name server says "
            "so for this type, and none answers for an address\n");
}

TEST_WITH(lab, an_alias_without_data_needs_no_other_family)
{
    assert_string_equal(
        lab_ask("x.qcname-servfail.fault.test", "A"),
        "NOERROR\n"
        "x.qcname-servfail.fault.test. 60 CNAME target.without.data.test.\n");
}

/* Every failure is one, with its reason. */

TEST_WITH(lab, a_reply_that_is_no_answer_is_a_failure)
{
    assert_string_equal(lab_ask("x.broken.test", "A"), SERVER_SAYS "SERVFAIL\n");
    assert_string_equal(lab_ask("x.qrefused-refused.fault.test", "A"),
                        SERVER_SAYS "REFUSED\n");
    assert_string_equal(lab_ask("x.qnotimp-notimp.fault.test", "A"),
                        SERVER_SAYS "NOTIMP\n");
    assert_string_equal(lab_ask("x.qformerr-formerr.fault.test", "A"),
                        SERVER_SAYS "FORMERR\n");
}

TEST_WITH(lab, a_lame_server_is_a_failure)
{
    assert_string_equal(lab_ask("x.qlame-lame.fault.test", "A"),
                        "SERVFAIL: No Reachable Authority (22): "
                        "name server 127.0.0.2:53 is lame: no recursion and no answer\n");
}

TEST_WITH(lab, a_malformed_answer_is_a_failure)
{
    assert_string_equal(
        lab_ask("x.qgarbage-garbage.fault.test", "A"),
        "SERVFAIL: Network Error (23): a name server's reply cannot be read\n");
}

TEST_WITH(lab, what_is_no_reply_to_the_query_is_silence)
{
    static const char *const faults[] = {"short-short", "wrongid-ok", "wrongquestion-ok",
                                         "drop-ok"};
    char name[64];

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        snprintf(name, sizeof name, "x.q%s.fault.test", faults[i]);
        assert_string_equal(lab_ask(name, "A"), SILENCE);
    }
}

TEST_WITH(lab, a_closed_port_is_a_failure)
{
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("a.example.test", "A"), REFUSAL);
}

TEST_WITH(lab, a_truncated_reply_is_asked_for_over_tcp)
{
    assert_string_equal(lab_ask("x.qtc-tc.fault.test", "A"),
                        "NOERROR\n"
                        "x.qtc-tc.fault.test. 60 A 192.0.2.200\n");
}

TEST_WITH(lab, the_next_server_is_asked_where_the_first_is_closed)
{
    etc_write("resolv.conf", "nameserver 127.0.0.9\nnameserver 127.0.0.2\n"
                             "options timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
}

TEST_WITH(lab, a_changed_resolv_conf_is_used_at_once)
{
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("a.example.test", "A"), REFUSAL);
    etc_write("resolv.conf", "nameserver 127.0.0.2\noptions timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
}

/* No source at all would say the same, but there glibc 2.36 reads past its list. */
TEST_WITH(lab, no_usable_source_is_a_failure_of_the_system)
{
    etc_write("nsswitch.conf", "hosts: nosuchsource\n");
    assert_string_equal(probe("a.example.test", "A"), "verdict");
    assert_string_equal(lab_ask("a.example.test", "A"),
                        "SERVFAIL: Other Error (0): host resolver: System error: "
                        "Device or resource busy\n");
}

/* Names that libc cannot carry: the servers are asked, and their TTL comes along. */

TEST_WITH(lab, an_odd_name_is_asked_of_the_servers_themselves)
{
    assert_string_equal(lab_ask("odd!name.example.test", "A"),
                        "NOERROR\n"
                        "odd!name.example.test. 60 A 192.0.2.89\n");
}

TEST_WITH(lab, a_name_that_is_no_c_string_is_asked_of_the_servers_themselves)
{
    assert_string_equal(lab_ask("nul\\000byte.example.test", "A"),
                        "NOERROR\n"
                        "nul\\000byte.example.test. 60 A 192.0.2.81\n");
}

/* DNS first, then other sources. */

TEST_WITH(lab, dns_before_files_wins_where_it_knows_the_name)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("hosts", "10.0.0.1 a.example.test\n");
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
}

TEST_WITH(lab, files_behind_dns_answer_for_both_families_where_dns_denies_the_name)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(lab_ask("v4only.lab", "A"), "NOERROR\n"
                                                    "v4only.lab. 10 A 10.0.0.4\n");
    assert_string_equal(lab_ask("v4only.lab", "AAAA"), "NOERROR\n"
                                                       "authority v4only.lab." SOA);
}

TEST_WITH(lab, files_behind_dns_answer_where_dns_is_dead)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("v4only.lab", "A"), "NOERROR\n"
                                                    "v4only.lab. 10 A 10.0.0.4\n");
}

TEST_WITH(lab, an_alias_of_files_behind_dns_is_no_cname)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(lab_ask("alias.lab", "A"), "NOERROR\n"
                                                   "alias.lab. 10 A 10.0.0.10\n");
}

TEST_WITH(lab, an_alias_of_dns_before_files_is_a_cname)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("hosts", "10.0.0.1 cname-a.example.test\n");
    assert_string_equal(lab_ask("cname-a.example.test", "A"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n"
                        "a.example.test. 60 A 192.0.2.1\n");
}

static void with_plain_sources(void)
{
    asks_on = "dns decides";
}

static char plain_text[1024];
static size_t plain_len;

/* `files` never says TRYAGAIN. lab_restore keeps this file for all cases.
 */
static void with_other_sources(void)
{
    static const char line[] = "hosts: files [TRYAGAIN=return] dns\n";
    FILE *file;

    asks_on = "verdict";
    if (!has_lab())
        return;
    file = fopen("/etc/nsswitch.conf", "re");
    assert_non_null(file);
    plain_len = fread(plain_text, 1, sizeof plain_text, file);
    fclose(file);
    lab_put("/etc/nsswitch.conf", line, sizeof line - 1);
}

/* Other test programs expect it so. */
static void with_plain_sources_again(void)
{
    if (has_lab())
        lab_put("/etc/nsswitch.conf", plain_text, plain_len);
}

GROUP(with_plain_sources, NULL);
GROUP(with_other_sources, with_plain_sources_again);
