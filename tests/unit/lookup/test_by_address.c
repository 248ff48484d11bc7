/* Names of addresses: of tests/system/etc/hosts and of the reverse zones in
 * tests/system/zones. */
#include "lab_lookup.h"

#include "lookup/by_address.h"

static const char *probe(const char *text, const char *type)
{
    static const char *const how[] = {"answered", "verdict", "relay"};
    char name[ASK_TEXT];
    struct question question;
    struct answer answer;
    uint8_t octets[16];
    enum reverse_kind kind;
    enum lookup_next next;

    need_lab();
    assert_true(ask_reverse(text, name));
    question = question_of(name, type);
    kind = reverse_parse(question_name(&question), octets);
    lab_answer_init(&answer, &question);
    next = by_address_probe(&lab_config, &question, kind, octets, &(struct libc_dns){0},
                            &answer);
    return next == LOOKUP_DONE ? answer_text(&question, &answer) : how[next];
}

/* The whole way. */
static const char *ask(const char *text, const char *type)
{
    char name[ASK_TEXT];

    assert_true(ask_reverse(text, name));
    return lab_ask(name, type);
}

/* Without a name server. */

TEST_WITH(lab, an_address_of_the_hosts_file_has_its_name)
{
    assert_string_equal(probe("10.0.0.4", "PTR"),
                        "NOERROR\n"
                        "4.0.0.10.in-addr.arpa. 10 PTR v4only.lab.\n");
}

TEST_WITH(lab, an_ipv6_address_of_the_hosts_file_has_its_name)
{
    assert_string_equal(probe("2001:db8:a::6", "PTR"),
                        "NOERROR\n"
                        "6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.a.0.0.0.8.b.d.0.1.0.0.2."
                        "ip6.arpa. 10 PTR v6only.lab.\n");
}

TEST_WITH(lab, aliases_of_the_hosts_file_are_left_out)
{
    assert_string_equal(probe("10.0.0.10", "PTR"),
                        "NOERROR\n"
                        "10.0.0.10.in-addr.arpa. 10 PTR dual.lab.\n");
}

TEST_WITH(lab, the_first_of_several_lines_with_an_address_counts)
{
    etc_write("hosts", "10.0.0.1 first.lab\n10.0.0.1 second.lab\n");
    assert_string_equal(probe("10.0.0.1", "PTR"),
                        "NOERROR\n"
                        "1.0.0.10.in-addr.arpa. 10 PTR first.lab.\n");
}

TEST_WITH(lab, any_of_an_address_is_its_name)
{
    assert_string_equal(probe("10.0.0.4", "ANY"),
                        "NOERROR\n"
                        "4.0.0.10.in-addr.arpa. 10 PTR v4only.lab.\n");
}

TEST_WITH(lab, another_type_at_an_address_has_no_data)
{
    assert_string_equal(probe("10.0.0.4", "A"), "NOERROR\n"
                                                "authority 4.0.0.10.in-addr.arpa." SOA);
}

TEST_WITH(lab, a_mapped_address_has_the_name_of_the_plain_one)
{
    assert_string_equal(probe("::ffff:10.0.0.4", "PTR"),
                        "NOERROR\n"
                        "4.0.0.0.0.0.a.0.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
                        "ip6.arpa. 10 PTR v4only.lab.\n");
}

TEST_WITH(lab, a_name_that_is_none_for_dns_is_left_out)
{
    etc_write("hosts", "10.0.0.1 odd!name good.lab\n");
    assert_string_equal(probe("10.0.0.1", "PTR"), "NOERROR\n"
                                                  "authority 1.0.0.10.in-addr.arpa." SOA);
}

/* The first try has room for some ten names of this length, and libc wants room for all. */
TEST_WITH(lab, a_long_line_of_names_has_its_first)
{
    char hosts[4000];
    size_t in = (size_t)sprintf(hosts, "10.0.0.1");

    for (int i = 0; i < 50; i++)
        in += (size_t)sprintf(hosts + in, " a-rather-long-name-of-the-address-%d.lab", i);
    strcpy(hosts + in, "\n");
    etc_write("hosts", hosts);
    assert_string_equal(probe("10.0.0.1", "PTR"),
                        "NOERROR\n"
                        "1.0.0.10.in-addr.arpa. 10 PTR "
                        "a-rather-long-name-of-the-address-0.lab.\n");
}

TEST_WITH(lab, an_address_that_only_dns_may_know_asks_on)
{
    assert_string_equal(probe("192.0.2.1", "PTR"), "verdict");
}

TEST_WITH(lab, an_unknown_address_has_no_name_if_sources_end_before_dns)
{
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("192.0.2.1", "PTR"), "NXDOMAIN\n"
                                                   "authority 2.0.192.in-addr.arpa." SOA);
}

/* With the name servers. */

TEST_WITH(lab, an_address_has_its_name)
{
    assert_string_equal(ask("192.0.2.1", "PTR"),
                        "NOERROR\n"
                        "1.2.0.192.in-addr.arpa. 60 PTR a.example.test.\n");
}

TEST_WITH(lab, an_ipv6_address_has_its_name)
{
    assert_string_equal(ask("2001:db8::1", "PTR"),
                        "NOERROR\n"
                        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
                        "ip6.arpa. 60 PTR aaaa.example.test.\n");
}

/* libc tells no more than the first; the name server all. */
TEST_WITH(lab, all_of_several_names_in_dns_are_told)
{
    assert_string_equal(ask("192.0.2.2", "PTR"),
                        "NOERROR\n"
                        "2.2.0.192.in-addr.arpa. 60 PTR two-a.example.test.\n"
                        "2.2.0.192.in-addr.arpa. 60 PTR two-b.example.test.\n");
}

/* RFC 2317 */
TEST_WITH(lab, a_delegated_address_has_the_name_at_its_alias)
{
    assert_string_equal(ask("192.0.2.5", "PTR"),
                        "NOERROR\n"
                        "5.2.0.192.in-addr.arpa. 60 CNAME 5.0-31.2.0.192.in-addr.arpa.\n"
                        "5.0-31.2.0.192.in-addr.arpa. 60 PTR delegated.example.test.\n");
}

TEST_WITH(lab, an_address_that_does_not_exist_is_nxdomain)
{
    assert_string_equal(
        ask("192.0.2.99", "PTR"),
        "NXDOMAIN\n"
        "authority 2.0.192.in-addr.arpa. 60 SOA ns.lab. admin.lab. 1 3600 600 86400 60\n");
}

TEST_WITH(lab, an_address_with_other_data_has_no_name)
{
    assert_string_equal(
        ask("192.0.2.3", "PTR"),
        "NOERROR\n"
        "authority 2.0.192.in-addr.arpa. 60 SOA ns.lab. admin.lab. 1 3600 600 86400 60\n");
}

TEST_WITH(lab, a_name_in_dns_that_is_an_address_is_passed_on)
{
    assert_string_equal(ask("192.0.2.7", "PTR"),
                        "NOERROR\n"
                        "7.2.0.192.in-addr.arpa. 60 PTR 10.1.1.1.\n");
}

TEST_WITH(lab, an_odd_name_in_dns_is_passed_on)
{
    assert_string_equal(ask("192.0.2.6", "PTR"),
                        "NOERROR\n"
                        "6.2.0.192.in-addr.arpa. 60 PTR odd!name.example.test.\n");
}

/* 113.0.203.in-addr.arpa is a zone that knot could not load. */
TEST_WITH(lab, a_server_that_fails_is_a_failure)
{
    assert_string_equal(ask("203.0.113.1", "PTR"),
                        "SERVFAIL: No Reachable Authority (22): "
                        "name server 127.0.0.2:53 says SERVFAIL\n");
}

TEST_WITH(lab, a_closed_port_is_a_failure)
{
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(ask("192.0.2.1", "PTR"),
                        "SERVFAIL: Network Error (23): "
                        "name server 127.0.0.9:53 over TCP: Connection refused\n");
}

TEST_WITH(lab, dns_before_files_wins_where_it_knows_the_address)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    etc_write("hosts", "192.0.2.1 other.lab\n");
    assert_string_equal(probe("192.0.2.1", "PTR"), "verdict");
    assert_string_equal(ask("192.0.2.1", "PTR"),
                        "NOERROR\n"
                        "1.2.0.192.in-addr.arpa. 60 PTR a.example.test.\n");
}
