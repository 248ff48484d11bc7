/*
 * Questions that go to the name servers as they are: answers with the servers' own TTLs,
 * from tests/system/zones and the fault server.
 */
#include "lab.h"

#include "lookup/direct.h"

static const char *direct(const char *name, const char *type)
{
    return lab_network(direct_ask, name, type);
}

static void an_odd_name_has_its_address_and_ttl(void **state)
{
    (void)state;
    assert_string_equal(direct("odd!name.example.test", "A"),
                        "NOERROR\n"
                        "odd!name.example.test. 60 A 192.0.2.89\n");
}

static void a_nul_in_a_name_is_carried(void **state)
{
    (void)state;
    assert_string_equal(direct("nul\\000byte.example.test", "A"),
                        "NOERROR\n"
                        "nul\\000byte.example.test. 60 A 192.0.2.81\n");
}

static void a_dot_in_a_label_is_carried(void **state)
{
    (void)state;
    assert_string_equal(direct("dot\\046ted.example.test", "A"),
                        "NOERROR\n"
                        "dot\\.ted.example.test. 60 A 192.0.2.82\n");
}

static void octets_above_ascii_are_carried(void **state)
{
    (void)state;
    assert_string_equal(direct("high\\200byte.example.test", "A"),
                        "NOERROR\n"
                        "high\\200byte.example.test. 60 A 192.0.2.83\n");
}

static void a_name_is_absolute(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_string_equal(direct("odd!name", "A"), "NXDOMAIN\n"
                                                 "authority odd!name." SOA);
}

static void a_whole_chain_of_aliases_is_shown(void **state)
{
    (void)state;
    assert_string_equal(direct("chain3.example.test", "A"),
                        "NOERROR\n"
                        "chain3.example.test. 60 CNAME chain4.example.test.\n"
                        "chain4.example.test. 60 CNAME chain5.example.test.\n"
                        "chain5.example.test. 60 CNAME both.example.test.\n"
                        "both.example.test. 60 A 192.0.2.2\n");
}

static void an_alias_to_no_name_is_nxdomain_with_the_alias(void **state)
{
    (void)state;
    assert_string_equal(direct("cname-nx.example.test", "A"),
                        "NXDOMAIN\n"
                        "cname-nx.example.test. 60 CNAME nosuch.example.test.\n");
}

static void a_name_without_the_asked_type_has_no_data(void **state)
{
    (void)state;
    assert_string_equal(direct("odd!name.example.test", "AAAA"),
                        "NOERROR\n"
                        "authority odd!name.example.test." SOA);
}

static void a_name_that_does_not_exist_is_nxdomain(void **state)
{
    (void)state;
    assert_string_equal(direct("no!such.example.test", "A"), "NXDOMAIN\n"
                                                             "authority example.test." SOA);
}

static void a_truncated_reply_is_asked_for_over_tcp(void **state)
{
    (void)state;
    assert_string_equal(direct("!.qtc-tc.fault.test", "A"),
                        "NOERROR\n"
                        "!.qtc-tc.fault.test. 60 A 192.0.2.200\n");
}

/* 100 records are more than the 512 octets of a question without EDNS may bring. */
static void a_large_reply_comes_whole(void **state)
{
    struct question question = question_of("huge.example.test", "A");
    struct answer answer;

    (void)state;
    need_lab();
    answer_init(&answer, &question, lab_records, sizeof lab_records);
    direct_ask(&lab_config, &question, &answer);
    assert_int_equal(answer.rcode, RCODE_NOERROR);
    assert_int_equal(answer.answers, 100);
}

static void a_closed_port_is_a_failure(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\noptions timeout:1 attempts:1\n");
    assert_string_equal(direct("odd!name.example.test", "A"),
                        "SERVFAIL: No Reachable Authority (22): "
                        "host resolver: no name server answers\n");
}

static void silence_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(direct("!.qdrop-drop.fault.test", "A"),
                        "SERVFAIL: No Reachable Authority (22): "
                        "host resolver: no name server answers\n");
}

static void the_next_server_is_asked_where_the_first_refuses(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\nnameserver 127.0.0.2\n"
                             "options timeout:1 attempts:1\n");
    assert_string_equal(direct("odd!name.example.test", "A"),
                        "NOERROR\n"
                        "odd!name.example.test. 60 A 192.0.2.89\n");
}

/* libc passes over a server that says so and does not tell what it said. */
static void servfail_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(direct("!.broken.test", "A"),
                        "SERVFAIL: No Reachable Authority (22): "
                        "host resolver: no name server answers\n");
}

static void refused_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(direct("!.qrefused-refused.fault.test", "A"),
                        "SERVFAIL: No Reachable Authority (22): "
                        "host resolver: no name server answers\n");
}

static void formerr_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(
        direct("!.qformerr-formerr.fault.test", "A"),
        "SERVFAIL: No Reachable Authority (22): a name server says FORMERR\n");
}

static void a_malformed_reply_is_a_failure(void **state)
{
    (void)state;
    assert_string_equal(
        direct("!.qgarbage-garbage.fault.test", "A"),
        "SERVFAIL: Network Error (23): a name server's reply is malformed\n");
}

static void a_reply_to_another_question_is_no_reply(void **state)
{
    (void)state;
    assert_string_equal(direct("!.qwrongquestion-ok.fault.test", "A"),
                        "SERVFAIL: No Reachable Authority (22): "
                        "host resolver: no name server answers\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        lab_test(an_odd_name_has_its_address_and_ttl),
        lab_test(a_nul_in_a_name_is_carried),
        lab_test(a_dot_in_a_label_is_carried),
        lab_test(octets_above_ascii_are_carried),
        lab_test(a_name_is_absolute),
        lab_test(a_whole_chain_of_aliases_is_shown),
        lab_test(an_alias_to_no_name_is_nxdomain_with_the_alias),
        lab_test(a_name_without_the_asked_type_has_no_data),
        lab_test(a_name_that_does_not_exist_is_nxdomain),
        lab_test(a_truncated_reply_is_asked_for_over_tcp),
        lab_test(a_large_reply_comes_whole),
        lab_test(a_closed_port_is_a_failure),
        lab_test(silence_is_a_failure),
        lab_test(the_next_server_is_asked_where_the_first_refuses),
        lab_test(servfail_is_a_failure),
        lab_test(refused_is_a_failure),
        lab_test(formerr_is_a_failure),
        lab_test(a_malformed_reply_is_a_failure),
        lab_test(a_reply_to_another_question_is_no_reply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
