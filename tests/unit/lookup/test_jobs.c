/*
 * Which question goes which way, in tests/lab, and what its answer brings along. What probe
 * and verdict say of a name stands in test_by_name.c, of an address in test_by_address.c.
 */
#include "lab_lookup.h"

#include "../servers.h"

#include "base/clock.h"
#include "base/counters.h"
#include "lookup/probe.h"

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
    assert_true(threads_of(lab_lookup()) > 0); /* on a busy machine more than one */
}

TEST_WITH(lab, the_root_has_no_data)
{
    assert_string_equal(lab_ask(".", "A"), "NOERROR\n");
}

/* The lab's name servers know none of these, but the hosts file has addresses below. */
TEST_WITH(lab, a_part_of_an_address_of_the_hosts_file_is_not_denied)
{
    static const char *const names[] = {"in-addr.arpa", "ip6.arpa", "0.10.in-addr.arpa",
                                        "1.0.0.2.ip6.arpa"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(lab_ask(names[i], "PTR"), "NOERROR\n" ROOT_SOA);
}

TEST_WITH(lab, other_parts_of_addresses_are_for_the_name_servers_to_tell)
{
    assert_string_equal(lab_ask("9.in-addr.arpa", "PTR"), "NXDOMAIN\n" ROOT_SOA);
    assert_string_equal(lab_ask("9.ip6.arpa", "PTR"), "NXDOMAIN\n" ROOT_SOA);
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

TEST_WITH(lab, a_reverse_name_of_any_letter_case_is_looked_up_as_an_address)
{
    assert_string_equal(lab_ask("4.0.0.10.in-addr.arpa", "PTR"),
                        "NOERROR\n"
                        "4.0.0.10.in-addr.arpa. 10 PTR v4only.lab.\n");
    assert_string_equal(lab_ask("1.2.0.192.in-addr.arpa", "PTR"),
                        "NOERROR\n"
                        "1.2.0.192.in-addr.arpa. 60 PTR a.example.test.\n");
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

/* Cancelled questions. */

enum { CANCELLED = 1 << 21, OTHER = 1 << 22 }; /* ids */

static void cancel(uint64_t id)
{
    jobs_cancel(&lab_lookup()->jobs, lab_lookup()->send_queue, id);
}

/* Of what has been asked before nothing comes. */
static void assert_only_the_other_is_answered(void)
{
    uint64_t id;

    lab_start(OTHER, "v4only.lab", "A");
    assert_string_equal(lab_next(lab_lookup(), &id),
                        "NOERROR\nv4only.lab. 10 A 10.0.0.4\n");
    assert_int_equal(id, OTHER);
}

TEST_WITH(lab, a_cancelled_question_is_no_more_asked_of_name_servers)
{
    etc_write("resolv.conf", "nameserver 127.0.0.3\n"); /* silent */
    lab_start(CANCELLED | MESSAGE_PROMPT, "hung.example.test", "A");
    assert_int_equal(counters_own[COUNT_AT_NAME_SERVERS], 1);
    cancel(CANCELLED);
    assert_int_equal(counters_own[COUNT_AT_NAME_SERVERS], 0);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    assert_only_the_other_is_answered();
}

/* The denial has come, and whether it holds is being asked. */
TEST_WITH(lab, name_servers_are_not_asked_whether_a_denial_holds_that_nobody_waits_for)
{
    struct loop *loop = lab_lookup()->jobs.loop;
    int server = server_open("127.0.21.1", SOCK_DGRAM);
    struct got got;

    etc_write("resolv.conf", "nameserver 127.0.21.1\n");
    lab_start(CANCELLED, "doubted.example.test", "A");
    got = turn_until_asked(loop, server);
    server_reply(server, &got, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    turn_until_asked(loop, server);
    cancel(CANCELLED);
    close(server);
    assert_int_equal(counters_own[COUNT_AT_NAME_SERVERS], 0);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    assert_only_the_other_is_answered();
}

/* Its id is that of a question of another process. */
TEST_WITH(lab, a_serve_process_cancels_its_own_questions_only)
{
    struct send_queue *other =
        send_queue_new(lab_lookup()->jobs.loop, lab_lookup()->channel.right);

    etc_write("resolv.conf", "nameserver 127.0.0.3\n");
    lab_start(CANCELLED, "hung.example.test", "A");
    jobs_cancel(&lab_lookup()->jobs, other, CANCELLED);
    cancel(OTHER);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 1);
    cancel(CANCELLED);
    cancel(CANCELLED);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    send_queue_free(other);
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
    while (probe_is_quick(clock_ms()))
        ; /* until the clock goes on */
    etc_write("resolv.conf", "nameserver 127.0.0.3\n");
    lab_start(CANCELLED, "hung.example.test", "A");
    cancel(CANCELLED);
    assert_int_equal(lab_lookup()->jobs.by_id.count, 1);
    turn_until_no_jobs();
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    assert_only_the_other_is_answered();
}

/* Only libc can say in which order they stand. */
TEST_WITH(lab, a_cancelled_questions_verdict_is_not_told)
{
    lab_start(CANCELLED, "multi.example.test", "A");
    while (counters_own[COUNT_AT_NAME_SERVERS] > 0)
        turn(lab_lookup()->jobs.loop);
    cancel(CANCELLED);
    turn_until_no_jobs();
    assert_int_equal(lab_lookup()->jobs.by_id.count, 0);
    assert_only_the_other_is_answered();
}

static void make_hosts_long(void)
{
    static char text[128 << 10] = "10.0.0.4 v4only.lab\n";
    size_t len = strlen(text);

    memset(text + len, '#', sizeof text - 1 - len);
    etc_write("hosts", text);
}

/* Where libc's reading of the hosts file needs a thread and a turn. */
static struct job *start_scan(uint64_t id)
{
    struct lab_lookup *lookup = lab_lookup();
    struct question question = question_of("v4only.lab", "A");
    struct job *job;

    etc_write("nsswitch.conf", "hosts: files myhostname dns\n");
    make_hosts_long();
    while (probe_is_quick(clock_ms()))
        ; /* until the clock goes on */
    while (probe_read_hosts(&lookup->jobs))
        turn(lookup->jobs.loop);
    lookup->jobs.scan_threads.busy_until = 0; /* a scan of a former case may have starved */
    hosts_answers_forget(lookup->jobs.hosts_answers);
    jobs_start(&lookup->jobs, lookup->send_queue, id, &question);
    job = job_find(&lookup->jobs, lookup->send_queue, id);
    assert_non_null(job);
    assert_int_equal(job->scan.state, SCAN_RUNS);
    assert_true(timer_is_set(&job->starving));
    timer_cancel(&job->starving); /* it might starve in earnest */
    return job;
}

/* As if the host were busy, so that usual threads take the scan. */
static void starve(struct job *job)
{
    struct jobs *jobs = job->jobs;

    jobs->scan_threads.busy_until = clock_ms() + 120000;
    jobs->starved(job);
}

/* What the thread finds out that has starved is for nobody. */
TEST_WITH(lab, a_job_whose_scan_starves_begins_again_and_is_answered_once)
{
    struct lab_lookup *lookup = lab_lookup();
    struct jobs *jobs = &lookup->jobs;
    struct job *starving = start_scan(70);
    uint64_t id;

    starve(starving);
    assert_ptr_not_equal(job_find(jobs, lookup->send_queue, 70), starving);
    assert_string_equal(lab_next(lookup, &id), "NOERROR\nv4only.lab. 10 A 10.0.0.4\n");
    assert_int_equal(id, 70);
    turn_until_no_jobs();
    assert_only_the_other_is_answered();
}

TEST_WITH(lab, a_job_that_has_begun_again_can_be_cancelled)
{
    struct lab_lookup *lookup = lab_lookup();

    starve(start_scan(71));
    assert_int_equal(lookup->jobs.by_id.count, 2);
    jobs_cancel(&lookup->jobs, lookup->send_queue, 71);
    turn_until_no_jobs();
    assert_int_equal(lookup->jobs.by_id.count, 0);
    assert_only_the_other_is_answered();
}
