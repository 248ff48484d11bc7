#include "streams.h"

#include <ctype.h>

TEST_WITH(upstream, a_query_asks_with_edns_and_carries_do_and_cd)
{
    struct got got;
    const uint8_t opt[] = {0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0};

    set_up_patient(1);
    scene.one = ask_flags("www.example", QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED);
    got = server_asked(scene.udp[0]);
    assert_int_equal(got.wire[3] & 0x10, 0x10);
    assert_int_equal(got.len, question_end(&got) + sizeof opt);
    assert_memory_equal(got.wire + question_end(&got), opt, sizeof opt);
    server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    outcome(scene.one);
}

TEST_WITH(upstream, a_closed_port_is_passed_over_at_once)
{
    ask_first(set_up_with(1, "nameserver 127.0.0.9\nnameserver 127.0.0.5\n"
                             "options timeout:4 attempts:1\n"));
    is_asked_and_answers(0, true);
    assert_at_once();
}

/* Many questions are under way, so several share the socket on which the error arrives. */
TEST_WITH(upstream, questions_to_a_closed_port_are_all_passed_on_at_once)
{
    enum { MANY = 100 };
    struct asked *asks[MANY];

    set_up_with(0, "nameserver 127.0.0.9\noptions timeout:4 attempts:1\n");
    scene.begun = clock_ms();
    for (int i = 0; i < MANY; i++)
        asks[i] = ask("www.example");
    for (int i = 0; i < MANY; i++)
        assert_string_equal(outcome(asks[i]),
                            "name server 127.0.0.9:53 over TCP: Connection refused");
    assert_at_once();
}

TEST_WITH(upstream, a_reply_with_another_id_is_not_taken)
{
    struct got got = asked_first(set_up_patient(1)), forged = got;

    forged.wire[0] ^= 0x55;
    server_reply(scene.udp[0], &forged, REPLY_FLAGS, 66);
    is_answered_by(0, &got);
}

TEST_WITH(upstream, a_reply_to_another_question_is_not_taken)
{
    struct got got = asked_first(set_up_patient(1)), name = got, type = got;

    name.wire[13] = 'x';
    server_reply(scene.udp[0], &name, REPLY_FLAGS, 66);
    type.wire[question_end(&type) - 3] = 28;
    server_reply(scene.udp[0], &type, REPLY_FLAGS, 67);
    is_answered_by(0, &got);
}

TEST_WITH(upstream, a_query_that_comes_back_is_not_taken_for_a_reply)
{
    struct got got = asked_first(set_up_patient(1));

    server_send(scene.udp[0], &got, got.wire, got.len);
    is_answered_by(0, &got);
}

TEST_WITH(stream, a_stream_with_another_id_or_question_is_a_failure)
{
    struct got got;

    truncate_first(set_up_patient(1));
    got = stream_asked();
    got.wire[1] ^= 1;
    stream_reply(&got, 66);
    assert_string_equal(outcome(scene.one),
                        "name server 127.0.0.5:53 over TCP: no reply to the question");
}

TEST_WITH(stream, a_stream_that_closes_early_is_a_failure_and_the_next_is_asked)
{
    truncate_first(set_up_patient(2));
    stream_asked();
    shutdown(stream.fd, SHUT_RDWR);
    is_asked_and_answers(1, true);
    assert_at_once();
}

TEST_WITH(upstream, no_tcp_at_the_server_is_a_failure_at_once)
{
    struct got got = asked_first(set_up_patient(1));

    server_reply(scene.udp[0], &got, REPLY_FLAGS | REPLY_TC, 0);
    assert_string_equal(outcome(scene.one),
                        "name server 127.0.0.5:53 over TCP: Connection refused");
    assert_at_once();
}

TEST_WITH(stream, a_silent_stream_costs_no_more_than_its_share_of_the_time)
{
    truncate_first(set_up(1));
    accept_stream();
    turn_until(scene.loop, &scene.one->done, 1);
    assert_in_range(clock_ms() - scene.begun, 900, 4000);
    assert_null(scene.one->result.reply);
    outcome(scene.one);
}

TEST_WITH(stream, use_vc_asks_over_tcp_from_the_start)
{
    struct got got;

    listen_at("127.0.0.5");
    ask_first(set_up_options(1, "use-vc timeout:1"));
    got = stream_asked();
    is_answered_over_tcp(&got);
    while (!server_is_idle(scene.udp[0])) {
        got = server_receive(scene.udp[0]);
        assert_true(is_loop_check(&got));
    }
}

TEST_WITH(upstream, trust_ad_sets_ad)
{
    struct got got = asked_first(set_up_options(1, "trust-ad timeout:1"));

    assert_int_equal(got.wire[3] & 0x20, 0x20);
    server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    outcome(scene.one);
}

/* The name in the query, which is www.example. */
static bool is_in_clients_case(const struct got *got)
{
    return memcmp(got->wire + 12, "\3www\7example", 13) == 0;
}

/* Changes the case of letters in the query, or in the reply that repeats it. */
static struct got with_name(const struct got *got, int (*change)(int))
{
    struct got changed = *got;

    for (size_t i = 12; i < 25; i++)
        changed.wire[i] = (uint8_t)change(changed.wire[i]);
    return changed;
}

/* Asks until the query is neither all small nor all capitals, as one of 512 is. The name
 * then shows whether the server keeps case. */
static struct got asked_in_mixed_case(void)
{
    for (int i = 0; i < 10; i++) {
        struct got got = asked_first(&scene), small = with_name(&got, tolower),
                   big = with_name(&got, toupper);

        if (memcmp(got.wire, small.wire, got.len) != 0 &&
            memcmp(got.wire, big.wire, got.len) != 0)
            return got;
        is_answered_by(0, &got);
    }
    fail_msg("no query in mixed case");
    return (struct got){0};
}

/* A server on this host is asked as the client asks: nobody can forge its replies unseen.
 */
TEST_WITH(upstream, a_server_on_this_host_gets_the_clients_case)
{
    set_up_patient(1);
    for (int i = 0; i < 20; i++) {
        struct got got = asked_first(&scene);

        assert_true(is_in_clients_case(&got));
        is_answered_by(0, &got);
    }
}

TEST_WITH(upstream, the_operator_may_forbid_mixed_case)
{
    set_up_elsewhere();
    scene.upstream->mixed_case = false;
    for (int i = 0; i < 20; i++) {
        struct got got = asked_first(&scene);

        assert_true(is_in_clients_case(&got));
        is_answered_by(0, &got);
    }
}

TEST_WITH(upstream, a_server_that_keeps_case_is_known_by_its_first_reply)
{
    const struct infra_server *server;
    struct got got;

    server = set_up_elsewhere();
    got = asked_in_mixed_case();
    is_answered_by(0, &got);
    assert_int_equal(server->letters, CASE_KEPT);
}

TEST_WITH(upstream, the_result_has_the_clients_case)
{
    uint8_t reply[600];
    struct got got;

    set_up_elsewhere();
    got = asked_in_mixed_case();
    server_send(scene.udp[0], &got, reply, reply_to(&got, reply, REPLY_FLAGS, 1));
    turn_until(scene.loop, &scene.one->done, 1);
    assert_memory_equal(scene.one->result.reply + 12, "\3www\7example", 13);
    assert_string_equal(outcome(scene.one), "1");
}

/* The first reply with another case is no proof, since it may be forged. The second one is
 * taken: its query had another port, another id, and another case. */
static void is_asked_once_more(struct got first)
{
    uint64_t retries = counters_own[COUNT_CASE_RETRIES];
    struct got second, lowered = with_name(&first, tolower);

    server_reply(scene.udp[0], &lowered, REPLY_FLAGS, 66);
    second = turn_until_asked(scene.loop, scene.udp[0]);
    assert_int_equal(scene.one->done, 0);
    assert_int_equal(counters_own[COUNT_CASE_RETRIES], retries + 1);
    assert_int_not_equal(addr_port(&second.from), addr_port(&first.from));
    lowered = with_name(&second, tolower);
    is_answered_by(0, &lowered);
    assert_at_once();
}

TEST_WITH(upstream,
          a_server_that_alters_case_is_asked_once_more_and_then_in_the_clients_case)
{
    const struct infra_server *server;
    struct got got;

    server = set_up_elsewhere();
    is_asked_once_more(asked_in_mixed_case());
    assert_int_equal(server->letters, CASE_LOST);
    for (int i = 0; i < 20; i++) {
        got = asked_first(&scene);
        assert_true(is_in_clients_case(&got));
        got = with_name(&got, toupper);
        is_answered_by(0, &got);
    }
}

TEST_WITH(upstream, one_that_alters_case_where_it_was_kept_is_asked_once_more_as_well)
{
    struct infra_server *server;

    server = set_up_elsewhere();
    server->letters = CASE_KEPT;
    is_asked_once_more(asked_in_mixed_case());
    assert_int_equal(server->letters, CASE_LOST);
}

/* As a farm may, one of whose members alters case. */
TEST_WITH(upstream, one_that_keeps_case_at_the_second_query_is_believed)
{
    const struct infra_server *server;
    struct got got, lowered;

    server = set_up_elsewhere();
    got = asked_in_mixed_case();
    lowered = with_name(&got, tolower);
    server_reply(scene.udp[0], &lowered, REPLY_FLAGS, 66);
    got = turn_until_asked(scene.loop, scene.udp[0]);
    is_answered_by(0, &got);
    assert_int_not_equal(server->letters, CASE_LOST);
}

/* One forged reply ends nothing but its query: the next question is in mixed case again. */
TEST_WITH(upstream, each_question_forgives_one_reply_in_other_case)
{
    const struct infra_server *server;

    server = set_up_elsewhere();
    for (int i = 0; i < 10; i++) {
        struct got got = asked_in_mixed_case(), lowered = with_name(&got, tolower);

        server_reply(scene.udp[0], &lowered, REPLY_FLAGS, 66);
        got = turn_until_asked(scene.loop, scene.udp[0]);
        is_answered_by(0, &got);
        assert_int_not_equal(server->letters, CASE_LOST);
    }
}

/* Where case is known to be kept, another one is as wrong as another id. */
TEST_WITH(upstream, a_reply_in_other_case_is_a_stray_of_a_server_that_keeps_it)
{
    struct infra_server *server;
    uint64_t before;

    server = set_up_elsewhere();
    before = counters_own[COUNT_STRAY_REPLIES];
    is_asked_once_more(asked_in_mixed_case());
    assert_int_equal(counters_own[COUNT_STRAY_REPLIES], before);
    server->letters = CASE_KEPT;
    is_asked_once_more(asked_in_mixed_case());
    assert_int_equal(counters_own[COUNT_STRAY_REPLIES], before + 1);
}

/* A header and nothing else. */
static void refuse_without_question(struct got *got)
{
    got->wire[2] = 0x81;
    got->wire[3] = 0x85;
    server_send(scene.udp[0], got, got->wire, 12);
}

/* It repeats nothing, so whoever forges it has only the port and the id to guess. */
TEST_WITH(upstream, an_error_without_the_question_is_taken_the_second_time)
{
    struct got got;

    set_up_elsewhere();
    got = asked_first(&scene);
    refuse_without_question(&got);
    got = turn_until_asked(scene.loop, scene.udp[0]);
    assert_true(has_opt(&got));
    refuse_without_question(&got);
    is_asked_and_answers(0, false);
}

/* Nor is it a stray, since its id is right. */
TEST_WITH(upstream, an_error_without_the_question_says_nothing_of_letter_case)
{
    struct infra_server *server;
    struct got got, lowered;
    uint64_t before;

    server = set_up_elsewhere();
    server->letters = CASE_KEPT;
    before = counters_own[COUNT_STRAY_REPLIES];
    got = asked_in_mixed_case();
    refuse_without_question(&got);
    got = turn_until_asked(scene.loop, scene.udp[0]);
    assert_int_equal(counters_own[COUNT_STRAY_REPLIES], before);
    lowered = with_name(&got, tolower);
    server_reply(scene.udp[0], &lowered, REPLY_FLAGS, 66);
    got = turn_until_asked(scene.loop, scene.udp[0]);
    is_answered_by(0, &got);
    assert_int_equal(server->letters, CASE_KEPT);
}

TEST_WITH(stream, over_tcp_the_client_s_case_is_sent)
{
    struct got got;

    listen_at("127.0.0.5");
    set_up_options(1, "use-vc timeout:1");
    move_elsewhere();
    ask_first(&scene);
    got = stream_asked();
    assert_true(is_in_clients_case(&got));
    is_answered_over_tcp(&got);
}

TEST_WITH(stream, behind_more_than_three_strays_the_question_is_asked_over_tcp)
{
    uint64_t retries = counters_own[COUNT_STRAY_RETRIES],
             strays = counters_own[COUNT_STRAY_REPLIES];
    struct got got, forged;

    listen_at("127.0.0.5");
    got = forged = asked_first(set_up_patient(1));
    for (int i = 0; i < 4; i++) {
        forged.wire[1] ^= (uint8_t)(1 << i);
        server_reply(scene.udp[0], &forged, REPLY_FLAGS, 66);
    }
    got = stream_asked();
    is_answered_over_tcp(&got);
    assert_int_equal(counters_own[COUNT_STRAY_REPLIES], strays + 4);
    assert_int_equal(counters_own[COUNT_STRAY_RETRIES], retries + 1);
}
