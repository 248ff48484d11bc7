/*
 * What each outcome of getaddrinfo() means. The names are those of tests/system/etc/hosts,
 * of tests/system/zones and of the fault server; a name below fault.test says itself what
 * happens to A and to AAAA.
 */
#include "lab.h"

#include "lookup/host.h"

#define NO_AUTHORITY    "SERVFAIL: No Reachable Authority (22): host resolver: "
#define NETWORK_ERROR   "SERVFAIL: Network Error (23): host resolver: "
#define TRY_AGAIN_LATER NO_AUTHORITY "Temporary failure in name resolution\n"

static const char *local(const char *name, const char *type)
{
    return lab_local(host_local, name, type);
}

static const char *network(const char *name, const char *type)
{
    return lab_network(host_network, name, type);
}

/* Without a name server. */

static void a_name_of_the_hosts_file_has_its_address(void **state)
{
    (void)state;
    assert_string_equal(local("v4only.lab", "A"), "NOERROR\n"
                                                  "v4only.lab. 10 A 10.0.0.4\n");
}

static void a_name_of_the_hosts_file_has_no_data_of_the_other_family(void **state)
{
    (void)state;
    assert_string_equal(local("v4only.lab", "AAAA"), "NOERROR\n"
                                                     "authority v4only.lab." SOA);
    assert_string_equal(local("v6only.lab", "A"), "NOERROR\n"
                                                  "authority v6only.lab." SOA);
}

static void a_name_of_the_hosts_file_has_no_data_of_other_types(void **state)
{
    (void)state;
    assert_string_equal(local("dual.lab", "MX"), "NOERROR\n"
                                                 "authority dual.lab." SOA);
}

static void any_of_a_hosts_name_is_both_families(void **state)
{
    (void)state;
    assert_string_equal(local("dual.lab", "ANY"), "NOERROR\n"
                                                  "dual.lab. 10 A 10.0.0.10\n"
                                                  "dual.lab. 10 AAAA 2001:db8:a::10\n");
}

static void a_hosts_name_is_found_in_any_letter_case(void **state)
{
    (void)state;
    assert_string_equal(local("V4Only.LAB", "A"), "NOERROR\n"
                                                  "V4Only.LAB. 10 A 10.0.0.4\n");
}

/* In the hosts file an alias may have other addresses than its canonical name, so a CNAME
 * would be false for one of them. */
static void an_alias_of_the_hosts_file_has_the_addresses_itself(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.1 canon.lab alias.lab\n10.0.0.3 alias.lab\n");
    assert_string_equal(local("alias.lab", "A"), "NOERROR\n"
                                                 "alias.lab. 10 A 10.0.0.1\n"
                                                 "alias.lab. 10 A 10.0.0.3\n");
}

static void an_alias_of_the_hosts_file_is_no_cname(void **state)
{
    (void)state;
    assert_string_equal(local("alias.lab", "CNAME"), "NOERROR\n"
                                                     "authority alias.lab." SOA);
}

static void an_address_on_several_lines_comes_once(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.2 many.lab\n10.0.0.1 many.lab\n10.0.0.2 many.lab\n");
    assert_string_equal(local("many.lab", "A"), "NOERROR\n"
                                                "many.lab. 10 A 10.0.0.2\n"
                                                "many.lab. 10 A 10.0.0.1\n");
}

static void localhost_is_both_loopback_addresses(void **state)
{
    (void)state;
    assert_string_equal(local("localhost", "A"), "NOERROR\n"
                                                 "localhost. 10 A 127.0.0.1\n");
    assert_string_equal(local("localhost", "AAAA"), "NOERROR\n"
                                                    "localhost. 10 AAAA ::1\n");
}

static void a_mapped_address_is_an_a_record(void **state)
{
    (void)state;
    etc_write("hosts", "::ffff:10.0.0.44 mapped.lab\n");
    assert_string_equal(local("mapped.lab", "A"), "NOERROR\n"
                                                  "mapped.lab. 10 A 10.0.0.44\n");
    assert_string_equal(local("mapped.lab", "AAAA"), "NOERROR\n"
                                                     "authority mapped.lab." SOA);
}

static void a_mapped_address_and_its_plain_form_come_once(void **state)
{
    (void)state;
    etc_write("hosts", "::ffff:10.0.0.44 twice.lab\n10.0.0.44 twice.lab\n");
    assert_string_equal(local("twice.lab", "A"), "NOERROR\n"
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
    assert_string_equal(local("crowd.lab", "AAAA"),
                        "SERVFAIL: Other Error (0): too many addresses for a message\n");
}

static void a_name_that_only_dns_may_know_asks_on(void **state)
{
    (void)state;
    assert_string_equal(local("a.example.test", "A"), "asks on");
    assert_string_equal(local("nosuch.lab", "A"), "asks on");
}

static void where_sources_end_before_dns_an_unknown_name_does_not_exist(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(local("a.example.test", "A"), "NXDOMAIN\n"
                                                      "authority example.test." SOA);
}

static void an_action_before_dns_ends_the_search(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files [NOTFOUND=return] dns\n");
    assert_string_equal(local("nosuch.lab", "A"), "NXDOMAIN\n"
                                                  "authority lab." SOA);
}

static void a_hosts_name_asks_on_where_dns_comes_first(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(local("v4only.lab", "A"), "asks on");
}

/* Sources that are no DNS take such names: the hosts file does not look at characters. */
static void an_odd_name_of_the_hosts_file_is_found(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.7 odd!name.lab\n10.0.0.8 -dash.lab\n");
    assert_string_equal(local("odd!name.lab", "A"), "NOERROR\n"
                                                    "odd!name.lab. 10 A 10.0.0.7\n");
    assert_string_equal(local("-dash.lab", "A"), "NOERROR\n"
                                                 "-dash.lab. 10 A 10.0.0.8\n");
}

static void an_odd_name_that_the_hosts_file_lacks_asks_on(void **state)
{
    (void)state;
    assert_string_equal(local("odd!name.example.test", "A"), "asks on");
}

static void an_odd_name_that_the_hosts_file_lacks_does_not_exist_without_dns(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(local("odd!name.example.test", "A"), "NXDOMAIN\n"
                                                             "authority example.test." SOA);
}

/* As C strings these are "nul", and "dot" below "ted": other names, which exist here. */
static void a_name_that_is_no_c_string_is_not_taken_for_another(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.7 nul\n10.0.0.8 dot.ted.lab\n10.0.0.9 back\\slash.lab\n");
    assert_string_equal(local("nul\\000", "A"), "asks on");
    assert_string_equal(local("dot\\046ted.lab", "A"), "asks on");
    assert_string_equal(local("back\\092slash.lab", "A"), "asks on");
}

static void a_name_that_is_no_c_string_does_not_exist_without_dns(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(local("nul\\000byte.example.test", "A"),
                        "NXDOMAIN\n"
                        "authority example.test." SOA);
}

/* getaddrinfo("127.1") would be 127.0.0.1. */
static void a_name_that_looks_like_an_address_is_a_name(void **state)
{
    (void)state;
    assert_string_equal(local("127.1", "A"), "asks on");
    assert_string_equal(local("1.2.3.4", "A"), "asks on");
    assert_string_equal(local("0x7f000001", "A"), "asks on");
}

/* With the name servers: one family. */

static void a_name_has_its_address(void **state)
{
    (void)state;
    assert_string_equal(network("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 10 A 192.0.2.1\n");
    assert_string_equal(network("aaaa.example.test", "AAAA"),
                        "NOERROR\n"
                        "aaaa.example.test. 10 AAAA 2001:db8::1\n");
}

static void a_name_with_the_other_family_alone_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(network("a.example.test", "AAAA"), "NOERROR\n"
                                                           "authority a.example.test." SOA);
    assert_string_equal(network("aaaa.example.test", "A"),
                        "NOERROR\n"
                        "authority aaaa.example.test." SOA);
}

static void a_name_with_neither_family_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(network("txt.example.test", "A"),
                        "NOERROR\n"
                        "authority txt.example.test." SOA);
}

static void an_empty_non_terminal_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(network("empty.example.test", "A"),
                        "NOERROR\n"
                        "authority empty.example.test." SOA);
}

static void a_name_that_does_not_exist_is_nxdomain(void **state)
{
    (void)state;
    assert_string_equal(network("nosuch.example.test", "A"), "NXDOMAIN\n"
                                                             "authority example.test." SOA);
    assert_string_equal(network("nosuch.example.test", "AAAA"),
                        "NXDOMAIN\n"
                        "authority example.test." SOA);
}

static void a_wildcard_answers_for_the_asked_name(void **state)
{
    (void)state;
    assert_string_equal(network("any.wild.example.test", "A"),
                        "NOERROR\n"
                        "any.wild.example.test. 10 A 192.0.2.5\n");
}

static void several_addresses_come_in_the_order_of_the_server(void **state)
{
    (void)state;
    assert_string_equal(network("multi.example.test", "A"),
                        "NOERROR\n"
                        "multi.example.test. 10 A 192.0.2.31\n"
                        "multi.example.test. 10 A 192.0.2.32\n"
                        "multi.example.test. 10 A 192.0.2.33\n");
}

static void a_mapped_address_in_dns_is_no_aaaa_record(void **state)
{
    (void)state;
    assert_string_equal(network("mapped.example.test", "AAAA"),
                        "NOERROR\n"
                        "authority mapped.example.test." SOA);
}

static void a_single_label_is_absolute(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_string_equal(network("single", "A"), "NOERROR\n"
                                                "single. 10 A 192.0.2.60\n");
}

static void an_unknown_name_is_not_searched_for(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_string_equal(network("nosuch", "A"), "NXDOMAIN\n"
                                                "authority nosuch." SOA);
    assert_string_equal(network("nosuch.lab", "A"), "NXDOMAIN\n"
                                                    "authority lab." SOA);
}

static void a_name_that_looks_like_an_address_is_asked_for(void **state)
{
    (void)state;
    assert_string_equal(network("1.2.3.4", "A"), "NOERROR\n"
                                                 "1.2.3.4. 10 A 192.0.2.44\n");
    assert_string_equal(network("127.1", "A"), "NOERROR\n"
                                               "127.1. 10 A 192.0.2.45\n");
}

static void the_longest_name_is_carried(void **state)
{
    char name[256], expected[400];

    (void)state;
    memset(name, 'a', 48);
    memset(name + 49, 'b', 63);
    memset(name + 113, 'c', 63);
    memset(name + 177, 'd', 63);
    name[48] = name[112] = name[176] = '.';
    strcpy(name + 240, ".example.test");
    snprintf(expected, sizeof expected, "NOERROR\n%s. 10 A 192.0.2.77\n", name);
    assert_string_equal(network(name, "A"), expected);
}

/* Aliases in DNS. */

static void an_alias_is_shown_with_the_addresses_at_its_target(void **state)
{
    (void)state;
    assert_string_equal(network("cname-a.example.test", "A"),
                        "NOERROR\n"
                        "cname-a.example.test. 10 CNAME a.example.test.\n"
                        "a.example.test. 10 A 192.0.2.1\n");
}

static void a_chain_is_shown_as_one_alias_to_its_end(void **state)
{
    (void)state;
    assert_string_equal(network("chain1.example.test", "AAAA"),
                        "NOERROR\n"
                        "chain1.example.test. 10 CNAME both.example.test.\n"
                        "both.example.test. 10 AAAA 2001:db8::2\n");
}

static void an_alias_without_data_of_the_asked_family_is_shown_alone(void **state)
{
    (void)state;
    assert_string_equal(network("cname-a.example.test", "AAAA"),
                        "NOERROR\n"
                        "cname-a.example.test. 10 CNAME a.example.test.\n");
    assert_string_equal(network("cname-aaaa.example.test", "A"),
                        "NOERROR\n"
                        "cname-aaaa.example.test. 10 CNAME aaaa.example.test.\n");
}

static void an_alias_to_a_name_without_addresses_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(network("cname-txt.example.test", "A"),
                        "NOERROR\n"
                        "authority cname-txt.example.test." SOA);
}

static void an_alias_to_no_name_is_nxdomain(void **state)
{
    (void)state;
    assert_string_equal(network("cname-nx.example.test", "A"),
                        "NXDOMAIN\n"
                        "authority example.test." SOA);
}

static void an_alias_that_upstream_left_unfinished_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(network("x.qcname-cname.fault.test", "A"),
                        "NOERROR\n"
                        "authority x.qcname-cname.fault.test." SOA);
}

static void a_loop_of_aliases_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(network("x.qcnameself-cnameself.fault.test", "A"),
                        "NOERROR\n"
                        "authority x.qcnameself-cnameself.fault.test." SOA);
}

/* libc keeps the asked name then, and so do we. */
static void an_alias_to_an_odd_name_is_not_shown(void **state)
{
    (void)state;
    assert_string_equal(network("cname-odd.example.test", "A"),
                        "NOERROR\n"
                        "cname-odd.example.test. 10 A 192.0.2.89\n");
}

static void who_asks_for_the_alias_gets_it_alone(void **state)
{
    (void)state;
    assert_string_equal(network("cname-a.example.test", "CNAME"),
                        "NOERROR\n"
                        "cname-a.example.test. 10 CNAME a.example.test.\n");
}

static void an_alias_with_ipv6_alone_is_found_by_who_asks_for_it(void **state)
{
    (void)state;
    assert_string_equal(network("cname-aaaa.example.test", "CNAME"),
                        "NOERROR\n"
                        "cname-aaaa.example.test. 10 CNAME aaaa.example.test.\n");
}

static void who_asks_for_the_alias_of_an_ordinary_name_gets_no_data(void **state)
{
    (void)state;
    assert_string_equal(network("a.example.test", "CNAME"),
                        "NOERROR\n"
                        "authority a.example.test." SOA);
}

/* RFC 1034 section 3.6.2: an alias has no other data. */
static void another_type_at_an_alias_is_the_alias(void **state)
{
    (void)state;
    assert_string_equal(network("cname-a.example.test", "MX"),
                        "NOERROR\n"
                        "cname-a.example.test. 10 CNAME a.example.test.\n");
}

static void any_is_both_families(void **state)
{
    (void)state;
    assert_string_equal(network("both.example.test", "ANY"),
                        "NOERROR\n"
                        "both.example.test. 10 A 192.0.2.2\n"
                        "both.example.test. 10 AAAA 2001:db8::2\n");
}

static void any_of_an_alias_is_the_alias(void **state)
{
    (void)state;
    assert_string_equal(network("cname-both.example.test", "ANY"),
                        "NOERROR\n"
                        "cname-both.example.test. 10 CNAME both.example.test.\n");
}

static void any_of_a_name_with_ipv6_alone_is_its_address(void **state)
{
    (void)state;
    assert_string_equal(network("aaaa.example.test", "ANY"),
                        "NOERROR\n"
                        "aaaa.example.test. 10 AAAA 2001:db8::1\n");
}

static void any_of_a_name_that_exists_in_one_family_is_its_address(void **state)
{
    (void)state;
    assert_string_equal(network("x.qnxdomain-ok.fault.test", "ANY"),
                        "NOERROR\n"
                        "x.qnxdomain-ok.fault.test. 10 AAAA 2001:db8::200\n");
}

static void any_of_no_name_is_nxdomain(void **state)
{
    (void)state;
    assert_string_equal(network("nosuch.example.test", "ANY"),
                        "NXDOMAIN\n"
                        "authority example.test." SOA);
}

/* A failure of one family must not be an answer about the other, nor be hidden by it. */

static void any_is_what_is_at_hand_where_one_family_fails(void **state)
{
    (void)state;
    assert_string_equal(network("x.qok-servfail.fault.test", "ANY"),
                        "NOERROR\n"
                        "x.qok-servfail.fault.test. 10 A 192.0.2.200\n");
}

static void any_fails_where_one_family_has_no_data_and_the_other_fails(void **state)
{
    (void)state;
    assert_string_equal(network("x.qnodata-servfail.fault.test", "ANY"), TRY_AGAIN_LATER);
}

static void the_asked_family_is_answered_where_the_other_fails(void **state)
{
    (void)state;
    assert_string_equal(network("x.qok-servfail.fault.test", "A"),
                        "NOERROR\n"
                        "x.qok-servfail.fault.test. 10 A 192.0.2.200\n");
    assert_string_equal(network("x.qservfail-ok.fault.test", "AAAA"),
                        "NOERROR\n"
                        "x.qservfail-ok.fault.test. 10 AAAA 2001:db8::200\n");
}

static void the_asked_family_fails_where_the_other_is_answered(void **state)
{
    (void)state;
    assert_string_equal(network("x.qok-servfail.fault.test", "AAAA"), TRY_AGAIN_LATER);
    assert_string_equal(network("x.qservfail-ok.fault.test", "A"), TRY_AGAIN_LATER);
}

static void no_data_of_the_asked_family_holds_where_the_other_fails(void **state)
{
    (void)state;
    assert_string_equal(network("x.qnodata-servfail.fault.test", "A"),
                        "NOERROR\n"
                        "authority x.qnodata-servfail.fault.test." SOA);
}

static void failure_of_the_asked_family_holds_where_the_other_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(network("x.qnodata-servfail.fault.test", "AAAA"), TRY_AGAIN_LATER);
}

/* Broken load balancers say so of the family that they do not know. */
static void a_name_that_exists_in_one_family_has_no_data_in_the_other(void **state)
{
    (void)state;
    assert_string_equal(network("x.qnxdomain-ok.fault.test", "A"),
                        "NOERROR\n"
                        "authority x.qnxdomain-ok.fault.test." SOA);
    assert_string_equal(network("x.qnxdomain-nodata.fault.test", "A"),
                        "NOERROR\n"
                        "authority x.qnxdomain-nodata.fault.test." SOA);
}

static void nxdomain_needs_both_families_to_say_so(void **state)
{
    (void)state;
    assert_string_equal(network("x.qnxdomain-servfail.fault.test", "A"), TRY_AGAIN_LATER);
}

static void an_alias_without_data_needs_no_other_family(void **state)
{
    (void)state;
    assert_string_equal(network("x.qcname-servfail.fault.test", "A"),
                        "NOERROR\n"
                        "authority x.qcname-servfail.fault.test." SOA);
}

/* Every failure is one, with its reason. */

static void servfail_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(network("x.broken.test", "A"), TRY_AGAIN_LATER);
}

static void refused_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(network("x.qrefused-refused.fault.test", "A"), TRY_AGAIN_LATER);
}

static void notimp_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(network("x.qnotimp-notimp.fault.test", "A"), TRY_AGAIN_LATER);
}

static void a_lame_server_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(network("x.qlame-lame.fault.test", "A"), TRY_AGAIN_LATER);
}

static void formerr_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(network("x.qformerr-formerr.fault.test", "A"),
                        NETWORK_ERROR "Name or service not known (Unknown server error)\n");
}

static void a_malformed_answer_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(network("x.qgarbage-garbage.fault.test", "A"),
                        NETWORK_ERROR "Name or service not known (Unknown server error)\n");
}

static void a_short_reply_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(network("x.qshort-short.fault.test", "A"), TRY_AGAIN_LATER);
}

static void a_reply_with_a_wrong_id_is_no_reply(void **state)
{
    (void)state;
    assert_string_equal(network("x.qwrongid-ok.fault.test", "A"), TRY_AGAIN_LATER);
}

static void a_reply_to_another_question_is_no_reply(void **state)
{
    (void)state;
    assert_string_equal(network("x.qwrongquestion-ok.fault.test", "A"), TRY_AGAIN_LATER);
}

static void silence_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(network("x.qdrop-ok.fault.test", "A"), TRY_AGAIN_LATER);
}

static void a_closed_port_is_a_failure(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(network("a.example.test", "A"), TRY_AGAIN_LATER);
}

static void a_truncated_reply_is_asked_for_over_tcp(void **state)
{
    (void)state;
    assert_string_equal(network("x.qtc-tc.fault.test", "A"),
                        "NOERROR\n"
                        "x.qtc-tc.fault.test. 10 A 192.0.2.200\n");
}

static void the_next_server_is_asked_where_the_first_is_closed(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\nnameserver 127.0.0.2\n"
                             "options timeout:1 attempts:1\n");
    assert_string_equal(network("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 10 A 192.0.2.1\n");
}

static void a_changed_resolv_conf_is_used_at_once(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(network("a.example.test", "A"), TRY_AGAIN_LATER);
    etc_write("resolv.conf", "nameserver 127.0.0.2\noptions timeout:1 attempts:1\n");
    assert_string_equal(network("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 10 A 192.0.2.1\n");
}

/* No source at all would say the same, but there glibc 2.36 reads past its list. */
static void no_usable_source_is_a_failure_of_the_system(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: nosuchsource\n");
    assert_string_equal(local("a.example.test", "A"), "asks on");
    assert_string_equal(network("a.example.test", "A"),
                        "SERVFAIL: Other Error (0): host resolver: System error: "
                        "Device or resource busy\n");
}

/* Names that libc cannot carry: the servers are asked, and their TTL comes along. */

static void an_odd_name_is_asked_of_the_servers_themselves(void **state)
{
    (void)state;
    assert_string_equal(network("odd!name.example.test", "A"),
                        "NOERROR\n"
                        "odd!name.example.test. 60 A 192.0.2.89\n");
}

static void a_name_that_is_no_c_string_is_asked_of_the_servers_themselves(void **state)
{
    (void)state;
    assert_string_equal(network("nul\\000byte.example.test", "A"),
                        "NOERROR\n"
                        "nul\\000byte.example.test. 60 A 192.0.2.81\n");
}

/* DNS first, then other sources. */

static void dns_before_files_wins_where_it_knows_the_name(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("hosts", "10.0.0.1 a.example.test\n");
    assert_string_equal(network("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 10 A 192.0.2.1\n");
}

static void files_behind_dns_answer_where_dns_does_not_know_the_name(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(network("v4only.lab", "A"), "NOERROR\n"
                                                    "v4only.lab. 10 A 10.0.0.4\n");
}

static void files_behind_dns_answer_for_both_families(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(network("v4only.lab", "AAAA"), "NOERROR\n"
                                                       "authority v4only.lab." SOA);
}

static void files_behind_dns_answer_where_dns_is_dead(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(network("v4only.lab", "A"), "NOERROR\n"
                                                    "v4only.lab. 10 A 10.0.0.4\n");
}

static void an_alias_of_files_behind_dns_is_no_cname(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(network("alias.lab", "A"), "NOERROR\n"
                                                   "alias.lab. 10 A 10.0.0.10\n");
}

static void an_alias_of_dns_before_files_is_a_cname(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("hosts", "10.0.0.1 cname-a.example.test\n");
    assert_string_equal(network("cname-a.example.test", "A"),
                        "NOERROR\n"
                        "cname-a.example.test. 10 CNAME a.example.test.\n"
                        "a.example.test. 10 A 192.0.2.1\n");
}

static void the_sources_reach_dns_where_nsswitch_conf_names_it(void **state)
{
    (void)state;
    need_lab();
    assert_true(host_reaches_dns());
}

static void the_sources_do_not_reach_dns_where_nsswitch_conf_does_not_name_it(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_false(host_reaches_dns());
}

int main(void)
{
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
        lab_test(a_chain_is_shown_as_one_alias_to_its_end),
        lab_test(an_alias_without_data_of_the_asked_family_is_shown_alone),
        lab_test(an_alias_to_a_name_without_addresses_has_no_data),
        lab_test(an_alias_to_no_name_is_nxdomain),
        lab_test(an_alias_that_upstream_left_unfinished_has_no_data),
        lab_test(a_loop_of_aliases_has_no_data),
        lab_test(an_alias_to_an_odd_name_is_not_shown),
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
        lab_test(the_sources_reach_dns_where_nsswitch_conf_names_it),
        lab_test(the_sources_do_not_reach_dns_where_nsswitch_conf_does_not_name_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
