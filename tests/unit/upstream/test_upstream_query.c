#include "streams.h"

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
                            "name server 127.0.0.9:53: Connection refused");
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
