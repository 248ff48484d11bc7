/*
 * The probe: what the sources other than DNS say, and how the lookup goes on where they say
 * nothing. And the verdict: what each outcome of getaddrinfo() means, with what the name
 * servers say. The names are those of tests/system/etc/hosts, of tests/system/zones and of
 * the fault server; a name below fault.test says itself what happens to A and to AAAA.
 */
#include "lab.h"

#include "lookup/host.h"

#define ROOT_SOA "authority . 30 SOA ns.lab. admin.lab. 1 3600 600 86400 30\n"
#define EXAMPLE_SOA                                                                        \
    "authority example.test. 45 SOA ns.lab. admin.lab. 1 3600 600 86400 45\n"
#define SERVER_SAYS "SERVFAIL: No Reachable Authority (22): name server 127.0.0.2:53 says "
#define SILENCE                                                                            \
    "SERVFAIL: No Reachable Authority (22): name server 127.0.0.2:53 does not answer\n"
#define REFUSAL                                                                            \
    "SERVFAIL: Network Error (23): name server 127.0.0.9:53: Connection refused\n"

/*
 * Everything is seen twice: with `files dns`, where most verdicts are known, and with a
 * line that says the same in other words, where libc is asked for each. What the probe of a
 * name that only DNS may know says then:
 */
static const char *asks_on;

static const char *probe(const char *name, const char *type)
{
    return lab_probe(host_probe, name, type);
}

/* Without a name server. */

static void a_name_of_the_hosts_file_has_its_address(void **state)
{
    (void)state;
    assert_string_equal(probe("v4only.lab", "A"), "NOERROR\n"
                                                  "v4only.lab. 10 A 10.0.0.4\n");
}

static void a_name_of_the_hosts_file_has_no_data_of_the_other_family(void **state)
{
    (void)state;
    assert_string_equal(probe("v4only.lab", "AAAA"), "NOERROR\n"
                                                     "authority v4only.lab." SOA);
    assert_string_equal(probe("v6only.lab", "A"), "NOERROR\n"
                                                  "authority v6only.lab." SOA);
}

static void a_name_of_the_hosts_file_has_no_data_of_other_types(void **state)
{
    (void)state;
    assert_string_equal(probe("dual.lab", "MX"), "NOERROR\n"
                                                 "authority dual.lab." SOA);
}

static void any_of_a_hosts_name_is_both_families(void **state)
{
    (void)state;
    assert_string_equal(probe("dual.lab", "ANY"), "NOERROR\n"
                                                  "dual.lab. 10 A 10.0.0.10\n"
                                                  "dual.lab. 10 AAAA 2001:db8:a::10\n");
}

static void a_hosts_name_is_found_in_any_letter_case(void **state)
{
    (void)state;
    assert_string_equal(probe("V4Only.LAB", "A"), "NOERROR\n"
                                                  "V4Only.LAB. 10 A 10.0.0.4\n");
}

/* In the hosts file an alias may have other addresses than its canonical name, so a CNAME
 * would be false for one of them. */
static void an_alias_of_the_hosts_file_has_the_addresses_itself(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.1 canon.lab alias.lab\n10.0.0.3 alias.lab\n");
    assert_string_equal(probe("alias.lab", "A"), "NOERROR\n"
                                                 "alias.lab. 10 A 10.0.0.1\n"
                                                 "alias.lab. 10 A 10.0.0.3\n");
}

static void an_alias_of_the_hosts_file_is_no_cname(void **state)
{
    (void)state;
    assert_string_equal(probe("alias.lab", "CNAME"), "NOERROR\n"
                                                     "authority alias.lab." SOA);
}

static void an_address_on_several_lines_comes_once(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.2 many.lab\n10.0.0.1 many.lab\n10.0.0.2 many.lab\n");
    assert_string_equal(probe("many.lab", "A"), "NOERROR\n"
                                                "many.lab. 10 A 10.0.0.2\n"
                                                "many.lab. 10 A 10.0.0.1\n");
}

static void localhost_is_both_loopback_addresses(void **state)
{
    (void)state;
    assert_string_equal(probe("localhost", "A"), "NOERROR\n"
                                                 "localhost. 10 A 127.0.0.1\n");
    assert_string_equal(probe("localhost", "AAAA"), "NOERROR\n"
                                                    "localhost. 10 AAAA ::1\n");
}

static void a_mapped_address_is_an_a_record(void **state)
{
    (void)state;
    etc_write("hosts", "::ffff:10.0.0.44 mapped.lab\n");
    assert_string_equal(probe("mapped.lab", "A"), "NOERROR\n"
                                                  "mapped.lab. 10 A 10.0.0.44\n");
    assert_string_equal(probe("mapped.lab", "AAAA"), "NOERROR\n"
                                                     "authority mapped.lab." SOA);
}

static void a_mapped_address_and_its_plain_form_come_once(void **state)
{
    (void)state;
    etc_write("hosts", "::ffff:10.0.0.44 twice.lab\n10.0.0.44 twice.lab\n");
    assert_string_equal(probe("twice.lab", "A"), "NOERROR\n"
                                                 "twice.lab. 10 A 10.0.0.44\n");
}

static void more_addresses_than_a_message_holds_are_a_failure(void **state)
{
    static char hosts[3000 * 40];
    size_t len = 0;

    (void)state;
    need_lab();
    for (int i = 0; i < 3000; i++)
        len += (size_t)sprintf(hosts + len, "2001:db8::%x crowd.lab\n", i);
    etc_write("hosts", hosts);
    assert_string_equal(probe("crowd.lab", "AAAA"),
                        "SERVFAIL: Other Error (0): too many addresses for a message\n");
}

static void a_name_that_only_dns_may_know_asks_on(void **state)
{
    (void)state;
    assert_string_equal(probe("a.example.test", "A"), asks_on);
    assert_string_equal(probe("nosuch.lab", "A"), asks_on);
}

/* Where libc may end before DNS, or go on behind it, only its verdict tells. */
static void a_verdict_is_known_where_dns_is_the_last_source(void **state)
{
    static const struct {
        const char *line, *how;
    } cases[] = {
        {"hosts: files dns\n", "plain"},
        {"hosts: dns\n", "plain"},
        {"hosts: files myhostname dns\n", "plain"},
        {"hosts: files nosuchmodule dns\n", "plain"},
        {"hosts: files mdns4_minimal [NOTFOUND=return] dns\n", "plain"},
        {"hosts: files [NOTFOUND=continue] dns\n", "verdict"},
        {"hosts: files [TRYAGAIN=return] dns\n", "verdict"},
        {"hosts: dns files\n", "verdict"},
        {"hosts: files dns myhostname\n", "verdict"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        etc_write("nsswitch.conf", cases[i].line);
        assert_string_equal(probe("a.example.test", "A"), cases[i].how);
        assert_string_equal(probe("a.example.test", "AAAA"), cases[i].how);
        assert_string_equal(probe("a.example.test", "MX"), "relay");
    }
}

static void where_sources_end_before_dns_an_unknown_name_does_not_exist(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("a.example.test", "A"), "NXDOMAIN\n"
                                                      "authority example.test." SOA);
}

static void an_action_before_dns_ends_the_search(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files [NOTFOUND=return] dns\n");
    assert_string_equal(probe("nosuch.lab", "A"), "NXDOMAIN\n"
                                                  "authority lab." SOA);
}

static void a_hosts_name_asks_on_where_dns_comes_first(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(probe("v4only.lab", "A"), "verdict");
}

/* Sources that are no DNS take such names: the hosts file does not look at characters. */
static void an_odd_name_of_the_hosts_file_is_found(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.7 odd!name.lab\n10.0.0.8 -dash.lab\n");
    assert_string_equal(probe("odd!name.lab", "A"), "NOERROR\n"
                                                    "odd!name.lab. 10 A 10.0.0.7\n");
    assert_string_equal(probe("-dash.lab", "A"), "NOERROR\n"
                                                 "-dash.lab. 10 A 10.0.0.8\n");
}

static void an_odd_name_that_the_hosts_file_lacks_asks_on(void **state)
{
    (void)state;
    assert_string_equal(probe("odd!name.example.test", "A"), "relay");
}

static void an_odd_name_that_the_hosts_file_lacks_does_not_exist_without_dns(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("odd!name.example.test", "A"), "NXDOMAIN\n"
                                                             "authority example.test." SOA);
}

/* As C strings these are "nul", and "dot" below "ted": other names, which exist here. */
static void a_name_that_is_no_c_string_is_not_taken_for_another(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.7 nul\n10.0.0.8 dot.ted.lab\n10.0.0.9 back\\slash.lab\n");
    assert_string_equal(probe("nul\\000", "A"), "relay");
    assert_string_equal(probe("dot\\046ted.lab", "A"), "relay");
    assert_string_equal(probe("back\\092slash.lab", "A"), "relay");
}

static void a_name_that_is_no_c_string_does_not_exist_without_dns(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("nul\\000byte.example.test", "A"),
                        "NXDOMAIN\n"
                        "authority example.test." SOA);
}

/* getaddrinfo("127.1") would be 127.0.0.1. */
static void a_name_that_looks_like_an_address_is_a_name(void **state)
{
    (void)state;
    assert_string_equal(probe("127.1", "A"), asks_on);
    assert_string_equal(probe("1.2.3.4", "A"), asks_on);
    assert_string_equal(probe("0x7f000001", "A"), asks_on);
}

/* With the name servers: one family. */

static void a_name_has_its_address(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
    assert_string_equal(lab_ask("aaaa.example.test", "AAAA"),
                        "NOERROR\n"
                        "aaaa.example.test. 60 AAAA 2001:db8::1\n");
}

static void a_name_with_the_other_family_alone_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("a.example.test", "AAAA"), "NOERROR\n" EXAMPLE_SOA);
    assert_string_equal(lab_ask("aaaa.example.test", "A"), "NOERROR\n" EXAMPLE_SOA);
}

static void a_name_with_neither_family_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("txt.example.test", "A"), "NOERROR\n" EXAMPLE_SOA);
}

static void an_empty_non_terminal_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("empty.example.test", "A"), "NOERROR\n" EXAMPLE_SOA);
}

static void a_name_that_does_not_exist_is_nxdomain(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("nosuch.example.test", "A"), "NXDOMAIN\n" EXAMPLE_SOA);
    assert_string_equal(lab_ask("nosuch.example.test", "AAAA"), "NXDOMAIN\n" EXAMPLE_SOA);
}

static void a_wildcard_answers_for_the_asked_name(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("any.wild.example.test", "A"),
                        "NOERROR\n"
                        "any.wild.example.test. 60 A 192.0.2.5\n");
}

static void several_addresses_come_in_the_order_of_the_server(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("multi.example.test", "A"),
                        "NOERROR\n"
                        "multi.example.test. 60 A 192.0.2.31\n"
                        "multi.example.test. 60 A 192.0.2.32\n"
                        "multi.example.test. 60 A 192.0.2.33\n");
}

static void a_mapped_address_in_dns_is_no_aaaa_record(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("mapped.example.test", "AAAA"),
                        "NOERROR\n"
                        "authority mapped.example.test." SOA);
}

static void a_single_label_is_absolute(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_string_equal(lab_ask("single", "A"), "NOERROR\n"
                                                "single. 30 A 192.0.2.60\n");
}

static void an_unknown_name_is_not_searched_for(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_string_equal(lab_ask("nosuch", "A"), "NXDOMAIN\n" ROOT_SOA);
    assert_string_equal(lab_ask("nosuch.lab", "A"), "NXDOMAIN\n" ROOT_SOA);
}

static void a_name_that_looks_like_an_address_is_asked_for(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("1.2.3.4", "A"), "NOERROR\n"
                                                 "1.2.3.4. 30 A 192.0.2.44\n");
    assert_string_equal(lab_ask("127.1", "A"), "NOERROR\n"
                                               "127.1. 30 A 192.0.2.45\n");
}

static void the_longest_name_is_carried(void **state)
{
    char name[256];

    (void)state;
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

static void an_alias_is_shown_with_the_addresses_at_its_target(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("cname-a.example.test", "A"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n"
                        "a.example.test. 60 A 192.0.2.1\n");
}

static void a_chain_is_shown_whole_with_each_ttl(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("chain1.example.test", "AAAA"),
                        "NOERROR\n"
                        "chain1.example.test. 310 CNAME chain2.example.test.\n"
                        "chain2.example.test. 320 CNAME chain3.example.test.\n"
                        "chain3.example.test. 330 CNAME chain4.example.test.\n"
                        "chain4.example.test. 340 CNAME chain5.example.test.\n"
                        "chain5.example.test. 350 CNAME both.example.test.\n"
                        "both.example.test. 60 AAAA 2001:db8::2\n");
}

static void an_alias_without_data_of_the_asked_family_is_shown_with_its_soa(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("cname-a.example.test", "AAAA"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n" EXAMPLE_SOA);
    assert_string_equal(
        lab_ask("cname-aaaa.example.test", "A"),
        "NOERROR\n"
        "cname-aaaa.example.test. 60 CNAME aaaa.example.test.\n" EXAMPLE_SOA);
}

static void an_alias_to_a_name_without_addresses_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("cname-txt.example.test", "A"),
                        "NOERROR\n"
                        "cname-txt.example.test. 60 CNAME txt.example.test.\n" EXAMPLE_SOA);
}

static void an_alias_to_no_name_is_nxdomain(void **state)
{
    (void)state;
    assert_string_equal(
        lab_ask("cname-nx.example.test", "A"),
        "NXDOMAIN\n"
        "cname-nx.example.test. 60 CNAME nosuch.example.test.\n" EXAMPLE_SOA);
}

static void an_alias_that_upstream_left_unfinished_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qcname-cname.fault.test", "A"),
                        "NOERROR\n"
                        "x.qcname-cname.fault.test. 60 CNAME target.without.data.test.\n");
}

static void a_loop_of_aliases_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(
        lab_ask("x.qcnameself-cnameself.fault.test", "A"),
        "NOERROR\n"
        "x.qcnameself-cnameself.fault.test. 60 CNAME x.qcnameself-cnameself.fault.test.\n");
}

static void an_alias_to_an_odd_name_is_shown(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("cname-odd.example.test", "A"),
                        "NOERROR\n"
                        "cname-odd.example.test. 60 CNAME odd!name.example.test.\n"
                        "odd!name.example.test. 60 A 192.0.2.89\n");
}

static void who_asks_for_the_alias_gets_it_alone(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("cname-a.example.test", "CNAME"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n");
}

static void an_alias_with_ipv6_alone_is_found_by_who_asks_for_it(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("cname-aaaa.example.test", "CNAME"),
                        "NOERROR\n"
                        "cname-aaaa.example.test. 60 CNAME aaaa.example.test.\n");
}

static void who_asks_for_the_alias_of_an_ordinary_name_gets_no_data(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("a.example.test", "CNAME"), "NOERROR\n" EXAMPLE_SOA);
}

/* RFC 1034 section 3.6.2: an alias has no other data. */
static void another_type_at_an_alias_is_the_alias(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("cname-a.example.test", "MX"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n" EXAMPLE_SOA);
}

static void any_is_both_families(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("both.example.test", "ANY"),
                        "NOERROR\n"
                        "both.example.test. 60 A 192.0.2.2\n"
                        "both.example.test. 60 AAAA 2001:db8::2\n");
}

static void any_of_an_alias_is_the_alias(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("cname-both.example.test", "ANY"),
                        "NOERROR\n"
                        "cname-both.example.test. 60 CNAME both.example.test.\n");
}

static void any_of_a_name_with_ipv6_alone_is_its_address(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("aaaa.example.test", "ANY"),
                        "NOERROR\n"
                        "aaaa.example.test. 60 AAAA 2001:db8::1\n");
}

static void any_of_a_name_that_exists_in_one_family_is_its_address(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qnxdomain-ok.fault.test", "ANY"),
                        "NOERROR\n"
                        "x.qnxdomain-ok.fault.test. 60 AAAA 2001:db8::200\n");
}

static void any_of_no_name_is_nxdomain(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("nosuch.example.test", "ANY"), "NXDOMAIN\n" EXAMPLE_SOA);
}

/* A failure of one family must not be an answer about the other, nor be hidden by it. */

static void any_is_what_is_at_hand_where_one_family_fails(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qok-servfail.fault.test", "ANY"),
                        "NOERROR\n"
                        "x.qok-servfail.fault.test. 60 A 192.0.2.200\n");
}

static void any_fails_where_one_family_has_no_data_and_the_other_fails(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qnodata-servfail.fault.test", "ANY"),
                        SERVER_SAYS "SERVFAIL\n");
}

static void the_asked_family_is_answered_where_the_other_fails(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qok-servfail.fault.test", "A"),
                        "NOERROR\n"
                        "x.qok-servfail.fault.test. 60 A 192.0.2.200\n");
    assert_string_equal(lab_ask("x.qservfail-ok.fault.test", "AAAA"),
                        "NOERROR\n"
                        "x.qservfail-ok.fault.test. 60 AAAA 2001:db8::200\n");
}

static void the_asked_family_fails_where_the_other_is_answered(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qok-servfail.fault.test", "AAAA"),
                        SERVER_SAYS "SERVFAIL\n");
    assert_string_equal(lab_ask("x.qservfail-ok.fault.test", "A"),
                        SERVER_SAYS "SERVFAIL\n");
}

static void no_data_of_the_asked_family_holds_where_the_other_fails(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qnodata-servfail.fault.test", "A"), "NOERROR\n");
}

static void failure_of_the_asked_family_holds_where_the_other_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qnodata-servfail.fault.test", "AAAA"),
                        SERVER_SAYS "SERVFAIL\n");
}

/* Broken load balancers say so of the family that they do not know. */
static void a_name_that_exists_in_one_family_has_no_data_in_the_other(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qnxdomain-ok.fault.test", "A"), "NOERROR\n");
    assert_string_equal(lab_ask("x.qnxdomain-nodata.fault.test", "A"), "NOERROR\n");
}

static void nxdomain_needs_both_families_to_say_so(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qnxdomain-servfail.fault.test", "A"),
                        "SERVFAIL: No Reachable Authority (22): name servers say NXDOMAIN "
                        "for one address family and fail for the other\n");
}

static void an_alias_without_data_needs_no_other_family(void **state)
{
    (void)state;
    assert_string_equal(
        lab_ask("x.qcname-servfail.fault.test", "A"),
        "NOERROR\n"
        "x.qcname-servfail.fault.test. 60 CNAME target.without.data.test.\n");
}

/* Every failure is one, with its reason. */

static void servfail_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.broken.test", "A"), SERVER_SAYS "SERVFAIL\n");
}

static void refused_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qrefused-refused.fault.test", "A"),
                        SERVER_SAYS "REFUSED\n");
}

static void notimp_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qnotimp-notimp.fault.test", "A"),
                        SERVER_SAYS "NOTIMP\n");
}

static void a_lame_server_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qlame-lame.fault.test", "A"),
                        "SERVFAIL: No Reachable Authority (22): "
                        "name server 127.0.0.2:53 is lame: no recursion and no answer\n");
}

static void formerr_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(
        lab_ask("x.qformerr-formerr.fault.test", "A"),
        "SERVFAIL: No Reachable Authority (22): a name server says FORMERR\n");
}

static void a_malformed_answer_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(
        lab_ask("x.qgarbage-garbage.fault.test", "A"),
        "SERVFAIL: Network Error (23): a name server's reply cannot be read\n");
}

static void a_short_reply_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qshort-short.fault.test", "A"), SILENCE);
}

static void a_reply_with_a_wrong_id_is_no_reply(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qwrongid-ok.fault.test", "A"), SILENCE);
}

static void a_reply_to_another_question_is_no_reply(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qwrongquestion-ok.fault.test", "A"), SILENCE);
}

static void silence_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qdrop-ok.fault.test", "A"), SILENCE);
}

static void a_closed_port_is_a_failure(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("a.example.test", "A"), REFUSAL);
}

static void a_truncated_reply_is_asked_for_over_tcp(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("x.qtc-tc.fault.test", "A"),
                        "NOERROR\n"
                        "x.qtc-tc.fault.test. 60 A 192.0.2.200\n");
}

static void the_next_server_is_asked_where_the_first_is_closed(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\nnameserver 127.0.0.2\n"
                             "options timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
}

static void a_changed_resolv_conf_is_used_at_once(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("a.example.test", "A"), REFUSAL);
    etc_write("resolv.conf", "nameserver 127.0.0.2\noptions timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
}

/* No source at all would say the same, but there glibc 2.36 reads past its list. */
static void no_usable_source_is_a_failure_of_the_system(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: nosuchsource\n");
    assert_string_equal(probe("a.example.test", "A"), "verdict");
    assert_string_equal(lab_ask("a.example.test", "A"),
                        "SERVFAIL: Other Error (0): host resolver: System error: "
                        "Device or resource busy\n");
}

/* Names that libc cannot carry: the servers are asked, and their TTL comes along. */

static void an_odd_name_is_asked_of_the_servers_themselves(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("odd!name.example.test", "A"),
                        "NOERROR\n"
                        "odd!name.example.test. 60 A 192.0.2.89\n");
}

static void a_name_that_is_no_c_string_is_asked_of_the_servers_themselves(void **state)
{
    (void)state;
    assert_string_equal(lab_ask("nul\\000byte.example.test", "A"),
                        "NOERROR\n"
                        "nul\\000byte.example.test. 60 A 192.0.2.81\n");
}

/* DNS first, then other sources. */

static void dns_before_files_wins_where_it_knows_the_name(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("hosts", "10.0.0.1 a.example.test\n");
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
}

static void files_behind_dns_answer_where_dns_does_not_know_the_name(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(lab_ask("v4only.lab", "A"), "NOERROR\n"
                                                    "v4only.lab. 10 A 10.0.0.4\n");
}

static void files_behind_dns_answer_for_both_families(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(lab_ask("v4only.lab", "AAAA"), "NOERROR\n"
                                                       "authority v4only.lab." SOA);
}

static void files_behind_dns_answer_where_dns_is_dead(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(lab_ask("v4only.lab", "A"), "NOERROR\n"
                                                    "v4only.lab. 10 A 10.0.0.4\n");
}

static void an_alias_of_files_behind_dns_is_no_cname(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(lab_ask("alias.lab", "A"), "NOERROR\n"
                                                   "alias.lab. 10 A 10.0.0.10\n");
}

static void an_alias_of_dns_before_files_is_a_cname(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("hosts", "10.0.0.1 cname-a.example.test\n");
    assert_string_equal(lab_ask("cname-a.example.test", "A"),
                        "NOERROR\n"
                        "cname-a.example.test. 60 CNAME a.example.test.\n"
                        "a.example.test. 60 A 192.0.2.1\n");
}

static int with_plain_sources(void **state)
{
    (void)state;
    asks_on = "plain";
    return 0;
}

static char plain_text[1024];
static size_t plain_len;

/* NOTFOUND=continue is what happens without it. lab_restore keeps this file for all cases.
 */
static int with_other_sources(void **state)
{
    static const char line[] = "hosts: files [NOTFOUND=continue] dns\n";
    FILE *file;

    (void)state;
    asks_on = "verdict";
    if (!has_lab())
        return 0;
    file = fopen("/etc/nsswitch.conf", "re");
    assert_non_null(file);
    plain_len = fread(plain_text, 1, sizeof plain_text, file);
    fclose(file);
    lab_put("/etc/nsswitch.conf", line, sizeof line - 1);
    return 0;
}

/* Other test programs expect it so. */
static int with_plain_sources_again(void **state)
{
    (void)state;
    if (has_lab())
        lab_put("/etc/nsswitch.conf", plain_text, plain_len);
    return 0;
}

int main(void)
{
    int failed;

    const struct CMUnitTest tests[] = {
        lab_test(a_name_of_the_hosts_file_has_its_address),
        lab_test(a_name_of_the_hosts_file_has_no_data_of_the_other_family),
        lab_test(a_name_of_the_hosts_file_has_no_data_of_other_types),
        lab_test(any_of_a_hosts_name_is_both_families),
        lab_test(a_hosts_name_is_found_in_any_letter_case),
        lab_test(an_alias_of_the_hosts_file_has_the_addresses_itself),
        lab_test(an_alias_of_the_hosts_file_is_no_cname),
        lab_test(an_address_on_several_lines_comes_once),
        lab_test(localhost_is_both_loopback_addresses),
        lab_test(a_mapped_address_is_an_a_record),
        lab_test(a_mapped_address_and_its_plain_form_come_once),
        lab_test(more_addresses_than_a_message_holds_are_a_failure),
        lab_test(a_name_that_only_dns_may_know_asks_on),
        lab_test(a_verdict_is_known_where_dns_is_the_last_source),
        lab_test(where_sources_end_before_dns_an_unknown_name_does_not_exist),
        lab_test(an_action_before_dns_ends_the_search),
        lab_test(a_hosts_name_asks_on_where_dns_comes_first),
        lab_test(an_odd_name_of_the_hosts_file_is_found),
        lab_test(an_odd_name_that_the_hosts_file_lacks_asks_on),
        lab_test(an_odd_name_that_the_hosts_file_lacks_does_not_exist_without_dns),
        lab_test(a_name_that_is_no_c_string_is_not_taken_for_another),
        lab_test(a_name_that_is_no_c_string_does_not_exist_without_dns),
        lab_test(a_name_that_looks_like_an_address_is_a_name),
        lab_test(a_name_has_its_address),
        lab_test(a_name_with_the_other_family_alone_has_no_data),
        lab_test(a_name_with_neither_family_has_no_data),
        lab_test(an_empty_non_terminal_has_no_data),
        lab_test(a_name_that_does_not_exist_is_nxdomain),
        lab_test(a_wildcard_answers_for_the_asked_name),
        lab_test(several_addresses_come_in_the_order_of_the_server),
        lab_test(a_mapped_address_in_dns_is_no_aaaa_record),
        lab_test(a_single_label_is_absolute),
        lab_test(an_unknown_name_is_not_searched_for),
        lab_test(a_name_that_looks_like_an_address_is_asked_for),
        lab_test(the_longest_name_is_carried),
        lab_test(an_alias_is_shown_with_the_addresses_at_its_target),
        lab_test(a_chain_is_shown_whole_with_each_ttl),
        lab_test(an_alias_without_data_of_the_asked_family_is_shown_with_its_soa),
        lab_test(an_alias_to_a_name_without_addresses_has_no_data),
        lab_test(an_alias_to_no_name_is_nxdomain),
        lab_test(an_alias_that_upstream_left_unfinished_has_no_data),
        lab_test(a_loop_of_aliases_has_no_data),
        lab_test(an_alias_to_an_odd_name_is_shown),
        lab_test(who_asks_for_the_alias_gets_it_alone),
        lab_test(an_alias_with_ipv6_alone_is_found_by_who_asks_for_it),
        lab_test(who_asks_for_the_alias_of_an_ordinary_name_gets_no_data),
        lab_test(another_type_at_an_alias_is_the_alias),
        lab_test(any_is_both_families),
        lab_test(any_of_an_alias_is_the_alias),
        lab_test(any_of_a_name_with_ipv6_alone_is_its_address),
        lab_test(any_of_a_name_that_exists_in_one_family_is_its_address),
        lab_test(any_of_no_name_is_nxdomain),
        lab_test(any_is_what_is_at_hand_where_one_family_fails),
        lab_test(any_fails_where_one_family_has_no_data_and_the_other_fails),
        lab_test(the_asked_family_is_answered_where_the_other_fails),
        lab_test(the_asked_family_fails_where_the_other_is_answered),
        lab_test(no_data_of_the_asked_family_holds_where_the_other_fails),
        lab_test(failure_of_the_asked_family_holds_where_the_other_has_no_data),
        lab_test(a_name_that_exists_in_one_family_has_no_data_in_the_other),
        lab_test(nxdomain_needs_both_families_to_say_so),
        lab_test(an_alias_without_data_needs_no_other_family),
        lab_test(servfail_is_a_failure),
        lab_test(refused_is_a_failure),
        lab_test(notimp_is_a_failure),
        lab_test(a_lame_server_is_a_failure),
        lab_test(formerr_is_a_failure),
        lab_test(a_malformed_answer_is_a_failure),
        lab_test(a_short_reply_is_a_failure),
        lab_test(a_reply_with_a_wrong_id_is_no_reply),
        lab_test(a_reply_to_another_question_is_no_reply),
        lab_test(silence_is_a_failure),
        lab_test(a_closed_port_is_a_failure),
        lab_test(a_truncated_reply_is_asked_for_over_tcp),
        lab_test(the_next_server_is_asked_where_the_first_is_closed),
        lab_test(a_changed_resolv_conf_is_used_at_once),
        lab_test(no_usable_source_is_a_failure_of_the_system),
        lab_test(an_odd_name_is_asked_of_the_servers_themselves),
        lab_test(a_name_that_is_no_c_string_is_asked_of_the_servers_themselves),
        lab_test(dns_before_files_wins_where_it_knows_the_name),
        lab_test(files_behind_dns_answer_where_dns_does_not_know_the_name),
        lab_test(files_behind_dns_answer_for_both_families),
        lab_test(files_behind_dns_answer_where_dns_is_dead),
        lab_test(an_alias_of_files_behind_dns_is_no_cname),
        lab_test(an_alias_of_dns_before_files_is_a_cname),
    };

    failed = cmocka_run_group_tests_name("host", tests, with_plain_sources, NULL);
    return failed + cmocka_run_group_tests_name("host, other sources", tests,
                                                with_other_sources,
                                                with_plain_sources_again);
}
