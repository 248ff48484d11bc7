/*
 * Which question goes which way, in tests/lab, and what its answer brings along. What probe
 * and verdict say of a name stands in test_host.c, of an address in test_reverse.c.
 */
#include "lab_lookup.h"

#include "../servers.h"

#include "base/clock.h"
#include "base/counters.h"
#include "lookup/shortcut.h"

#define ROOT_SOA "authority . 30 SOA ns.lab. admin.lab. 1 3600 600 86400 30\n"
#define EXAMPLE_SOA                                                                        \
    "authority example.test. 45 SOA ns.lab. admin.lab. 1 3600 600 86400 45\n"

/* So many were needed since the first case. */
static unsigned threads_of(const struct lab_lookup *lookup)
{
    return work_state(lookup->jobs.work).threads;
}

/* These are the first cases: later ones would find threads. */
TEST_WITH(lab, what_needs_no_thread_gets_none)
{
    static const char *const questions[][2] = {
        {"v4only.lab", "A"},
        {"a.example.test", "A"},
        {"cname-a.example.test", "A"},
        {"aaaa.example.test", "AAAA"},
        {"nosuch.example.test", "A"},
        {"txt.example.test", "A"},
        {"cname-txt.example.test", "A"},
        {"x.broken.test", "A"},
        {"types.example.test", "MX"},
        {"both.example.test", "ANY"},
        {"nosuch.lab", "AAAA"},
        {"printer.local", "A"},
        {"4.0.0.10.in-addr.arpa", "PTR"},
    };

    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        lab_ask(questions[i][0], questions[i][1]);
        assert_int_equal(threads_of(lab_lookup()), 0);
    }
}

TEST_WITH(lab, libc_is_asked_in_a_thread)
{
    assert_string_equal(lab_ask("multi.example.test", "A"),
                        "NOERROR\n"
                        "multi.example.test. 60 A 192.0.2.31\n"
                        "multi.example.test. 60 A 192.0.2.32\n"
                        "multi.example.test. 60 A 192.0.2.33\n");
    assert_int_equal(threads_of(lab_lookup()), 1);
}

TEST_WITH(lab, the_root_has_no_data)
{
    assert_string_equal(lab_ask(".", "A"), "NOERROR\n");
}

TEST_WITH(lab, the_tops_of_the_reverse_trees_have_no_data)
{
    assert_string_equal(lab_ask("in-addr.arpa", "PTR"), "NOERROR\n"
                                                        "authority in-addr.arpa." SOA);
    assert_string_equal(lab_ask("ip6.arpa", "PTR"), "NOERROR\n"
                                                    "authority ip6.arpa." SOA);
}

TEST_WITH(lab, a_part_of_an_address_has_no_data)
{
    assert_string_equal(lab_ask("0.10.in-addr.arpa", "PTR"),
                        "NOERROR\n"
                        "authority 0.10.in-addr.arpa." SOA);
    assert_string_equal(lab_ask("1.0.0.2.ip6.arpa", "PTR"),
                        "NOERROR\n"
                        "authority 1.0.0.2.ip6.arpa." SOA);
}

/* Zones have such names too (RFC 2317). */
TEST_WITH(lab, a_reverse_name_that_is_no_address_is_asked_at_the_name_servers)
{
    static const char *const names[] = {"1.2.3.256.in-addr.arpa", "01.0.0.10.in-addr.arpa",
                                        "1.4.0.0.10.in-addr.arpa", "xy.ip6.arpa"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(lab_ask(names[i], "PTR"),
                            "NXDOMAIN\n"
                            "authority . 30 SOA ns.lab. admin.lab. 1 3600 600 86400 30\n");
    assert_string_equal(lab_ask("5.0-31.2.0.192.in-addr.arpa", "PTR"),
                        "NOERROR\n"
                        "5.0-31.2.0.192.in-addr.arpa. 60 PTR delegated.example.test.\n");
}

TEST_WITH(lab, a_reverse_name_is_looked_up_as_an_address)
{
    assert_string_equal(lab_ask("4.0.0.10.in-addr.arpa", "PTR"),
                        "NOERROR\n"
                        "4.0.0.10.in-addr.arpa. 10 PTR v4only.lab.\n");
    assert_string_equal(lab_ask("1.2.0.192.in-addr.arpa", "PTR"),
                        "NOERROR\n"
                        "1.2.0.192.in-addr.arpa. 60 PTR a.example.test.\n");
}

TEST_WITH(lab, a_reverse_name_is_known_in_any_letter_case)
{
    assert_string_equal(lab_ask("4.0.0.10.IN-ADDR.arpa", "PTR"),
                        "NOERROR\n"
                        "4.0.0.10.IN-ADDR.arpa. 10 PTR v4only.lab.\n");
}

TEST_WITH(lab, another_name_is_looked_up_as_a_name)
{
    assert_string_equal(lab_ask("v4only.lab", "A"), "NOERROR\n"
                                                    "v4only.lab. 10 A 10.0.0.4\n");
    assert_string_equal(lab_ask("a.example.test", "A"), "NOERROR\n"
                                                        "a.example.test. 60 A 192.0.2.1\n");
}

TEST_WITH(lab, a_name_that_only_ends_like_a_reverse_one_is_a_name)
{
    assert_string_equal(lab_ask("1.2.0.192.xin-addr.arpa", "PTR"), "NXDOMAIN\n" ROOT_SOA);
}

/* A name has no PTR record of its own unless it is an address. */
TEST_WITH(lab, ptr_of_a_hosts_name_has_no_data)
{
    assert_string_equal(lab_ask("v4only.lab", "PTR"), "NOERROR\n"
                                                      "authority v4only.lab." SOA);
}

/* Both halves of a verdict in one job: one is known, of the other libc is asked. */
TEST_WITH(lab, news_may_need_libc_where_the_answer_does_not)
{
    struct lab_lookup *lookup = lab_lookup();
    struct question question = question_of("x.qmany3-nxdomain.fault.test", "AAAA");
    uint64_t id;

    job_start(&lookup->jobs, lookup->mailbag, 1 << 20, &question);
    assert_non_null(strstr(lab_next(lookup, &id), "x.qmany3-nxdomain.fault.test. 60 A "));
    assert_true(id == (MESSAGE_NEWS | 1 << 20));
    assert_string_equal(lab_next(lookup, &id), "NOERROR\n");
    assert_int_equal(id, 1 << 20);
}

TEST_WITH(lab, the_other_familys_answer_is_news)
{
    struct lab_lookup *lookup = lab_lookup();
    struct question question = question_of("x.qok-nxdomain.fault.test", "AAAA");
    const char *text;
    uint64_t id;

    job_start(&lookup->jobs, lookup->mailbag, 1 << 20, &question);
    text = lab_next(lookup, &id);
    assert_true(id == (MESSAGE_NEWS | 1 << 20));
    assert_non_null(strstr(text, "x.qok-nxdomain.fault.test. 60 A 192.0.2.200\n"));
    assert_string_equal(lab_next(lookup, &id), "NOERROR\n");
    assert_int_equal(id, 1 << 20);
}

TEST_WITH(lab, another_type_is_passed_on)
{
    assert_string_equal(lab_ask("txt.example.test", "TXT"),
                        "NOERROR\n"
                        "txt.example.test. 60 TXT \"only text\"\n");
    assert_string_equal(lab_ask("types.example.test", "MX"),
                        "NOERROR\n"
                        "types.example.test. 103 MX 10 mail.example.test.\n"
                        "types.example.test. 103 MX 20 mail.elsewhere.test.\n");
    assert_string_equal(lab_ask("types.example.test", "TYPE65280"),
                        "NOERROR\n"
                        "types.example.test. 110 TYPE65280 \\# 4 01020304\n");
}

TEST_WITH(lab, a_name_that_libc_cannot_carry_is_asked_for)
{
    assert_string_equal(lab_ask("a\\032space.example.test", "A"),
                        "NOERROR\n"
                        "a\\032space.example.test. 60 A 192.0.2.80\n");
}

TEST_WITH(lab, no_aaaa_of_resolv_conf_is_obeyed)
{
    etc_write("resolv.conf", "nameserver 127.0.0.2\noptions no-aaaa\n");
    assert_string_equal(lab_ask("both.example.test", "AAAA"), "NOERROR\n");
}

/* RFC 6895 section 3.1: nobody can have such data, but the name may exist. */
TEST_WITH(lab, a_type_that_is_no_data_has_none)
{
    assert_string_equal(lab_ask("a.example.test", "TYPE128"), "NOERROR\n");
    assert_string_equal(lab_ask("nosuch.example.test", "TYPE128"),
                        "NXDOMAIN\n" EXAMPLE_SOA);
}

/* Each has its own reply in hand, and libc's question for it finds the right one. */
TEST_WITH(lab, one_name_is_asked_with_and_without_do_at_once)
{
    struct lab_lookup *lookup = lab_lookup();
    struct question plain = question_of("a.signed.test", "A"), signed_too = plain;
    bool has_signature[2];
    uint64_t id;

    signed_too.flags = QUESTION_DNSSEC_OK;
    for (int i = 0; i < 20; i++) {
        job_start(&lookup->jobs, lookup->mailbag, 1000, &plain);
        job_start(&lookup->jobs, lookup->mailbag, 1001, &signed_too);
        for (int answers = 0; answers < 2; answers++) {
            const char *text = lab_next(lookup, &id);

            assert_in_range(id, 1000, 1001);
            assert_non_null(strstr(text, "a.signed.test. 60 A 192.0.2.201\n"));
            has_signature[id - 1000] = strstr(text, "a.signed.test. 60 RRSIG A ");
        }
        assert_false(has_signature[0]);
        assert_true(has_signature[1]);
    }
}

/* Cancelled questions. */

enum { CANCELLED = 1 << 21, OTHER = 1 << 22 }; /* ids */

static void start_as(uint64_t id, const char *name)
{
    struct lab_lookup *lookup = lab_lookup();
    struct question question = question_of(name, "A");

    job_start(&lookup->jobs, lookup->mailbag, id, &question);
}

static void cancel(uint64_t id)
{
    job_cancel(&lab_lookup()->jobs, lab_lookup()->mailbag, id);
}

/* Of what has been asked before nothing comes. */
static void assert_only_the_other_is_answered(void)
{
    uint64_t id;

    start_as(OTHER, "v4only.lab");
    assert_string_equal(lab_next(lab_lookup(), &id),
                        "NOERROR\nv4only.lab. 10 A 10.0.0.4\n");
    assert_int_equal(id, OTHER);
}

TEST_WITH(lab, a_cancelled_question_is_no_more_asked_of_name_servers)
{
    etc_write("resolv.conf", "nameserver 127.0.0.3\n"); /* silent */
    start_as(CANCELLED | MESSAGE_PROMPT, "hung.example.test");
    assert_int_equal(counters_own[COUNT_AT_NAME_SERVERS], 1);
    cancel(CANCELLED);
    assert_int_equal(counters_own[COUNT_AT_NAME_SERVERS], 0);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    assert_only_the_other_is_answered();
}

/* Its id is that of a question of another process. */
TEST_WITH(lab, who_asks_cancels_his_own_questions_only)
{
    struct mailbag *other =
        mailbag_new(lab_lookup()->jobs.loop, lab_lookup()->channel.right);

    etc_write("resolv.conf", "nameserver 127.0.0.3\n");
    start_as(CANCELLED, "hung.example.test");
    job_cancel(&lab_lookup()->jobs, other, CANCELLED);
    cancel(OTHER);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 1);
    cancel(CANCELLED);
    cancel(CANCELLED);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    mailbag_free(other);
}

static void turn_until_no_jobs(void)
{
    struct loop *loop = lab_lookup()->jobs.loop;
    int64_t end = clock_ms() + 60000;

    while (lab_lookup()->jobs.by_id.count > 0 && clock_ms() < end)
        turn(loop);
}

/* The name servers are not even asked for it then. */
TEST_WITH(lab, what_a_thread_finds_out_for_a_cancelled_question_is_dropped)
{
    etc_write("nsswitch.conf", "hosts: nosuchsource files dns\n");
    while (shortcut_probe(clock_ms()))
        ; /* until the clock goes on */
    etc_write("resolv.conf", "nameserver 127.0.0.3\n");
    start_as(CANCELLED, "hung.example.test");
    cancel(CANCELLED);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 1);
    turn_until_no_jobs();
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    assert_only_the_other_is_answered();
}

/* Only libc can say in which order they stand. */
TEST_WITH(lab, nor_is_a_cancelled_questions_verdict_told)
{
    start_as(CANCELLED, "multi.example.test");
    while (counters_own[COUNT_AT_NAME_SERVERS] > 0)
        turn(lab_lookup()->jobs.loop);
    cancel(CANCELLED);
    turn_until_no_jobs();
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    assert_only_the_other_is_answered();
}
