#include "streams.h"

#include "upstream/upstream_query.h"

#include <fcntl.h>

/* Queries with an OPT record may be dropped, by the server or on the way to it. */

TEST_WITH(upstream, a_server_that_is_silent_is_soon_asked_without_edns)
{
    ask_first(set_up_patient(1));
    answer_plainly();
    assert_at_once();
}

/* A packet was lost; a query without EDNS would bring no signatures. */
TEST_WITH(upstream, one_that_knows_edns_is_asked_with_it_again_for_dnssec)
{
    set_up_options(1, "timeout:1 attempts:2");
    next_is_answered_by(0, true);
    scene.one = ask_flags("www.example", QUESTION_DNSSEC_OK);
    server_asked(scene.udp[0]);
    is_asked_and_answers(0, true);
}

TEST_WITH(upstream, a_second_attempt_without_dnssec_is_without_edns)
{
    struct got got;

    set_up_options(1, "timeout:1 attempts:2");
    next_is_answered_by(0, true);
    got = asked_first(&scene);
    assert_true(has_opt(&got));
    is_asked_and_answers(0, false);
}

TEST_WITH(upstream, what_is_known_of_a_server_ends_when_the_host_changes)
{
    ask_first(set_up_patient(1));
    answer_plainly();
    server_asked(scene.udp[0]);
    upstream_host_changed(scene.upstream);
    next_is_answered_by(0, true);
}

TEST_WITH(upstream, or_with_another_edition_of_resolv_conf)
{
    ask_first(set_up_patient(1));
    answer_plainly();
    server_asked(scene.udp[0]);
    etc_write("resolv.conf", "nameserver 127.0.0.5\noptions timeout:3 attempts:1\n\n");
    next_is_answered_by(0, true);
}

/* UDP may not come through at all. */

static void assert_nobody_connects(void)
{
    assert_int_equal(fcntl(stream.listener, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(accept(stream.listener, NULL, NULL), -1);
}

/* The first server replies over TCP alone. */
static void answer_over_tcp(void)
{
    struct got got;

    listen_at("127.0.0.5");
    ask_first(set_up_patient(1));
    got = stream_asked();
    while (!server_is_idle(scene.udp[0]))
        server_receive(scene.udp[0]);
    is_answered_over_tcp(&got);
}

TEST_WITH(stream, tcp_is_tried_in_time_if_all_are_silent)
{
    struct got got;

    listen_at("127.0.0.5");
    ask_first(set_up_patient(1));
    got = stream_asked();
    assert_true(has_opt(&got)); /* which may be dropped over UDP only */
    assert_int_equal(scene.upstream->tcp_trials, 1);
    is_answered_over_tcp(&got);
    assert_in_range(clock_ms() - scene.begun, 1900, 4000);
    assert_int_equal(scene.upstream->tcp_trials, 0); /* their number is bounded */
}

/* One query looks whether UDP has only been slow. */
TEST_WITH(stream, the_next_question_goes_over_tcp_at_once)
{
    struct got got;

    answer_over_tcp();
    got = server_asked(scene.udp[0]);
    assert_false(has_opt(&got));
    ask_first(&scene);
    got = stream_asked();
    is_answered_over_tcp(&got);
    assert_in_range(clock_ms() - scene.begun, 0, 1900);
    assert_true(server_is_idle(scene.udp[0]));
}

TEST_WITH(stream, and_over_udp_again_when_it_has_been_slow)
{
    struct got got;

    answer_over_tcp();
    got = server_asked(scene.udp[0]);
    server_reply(scene.udp[0], &got, REPLY_FLAGS, 1);
    turn(scene.loop);
    next_is_answered_by(0, true);
}

TEST_WITH(upstream, a_refused_connection_says_nothing_of_udp)
{
    struct got got;

    ask_first(set_up_patient(1));
    got = server_asked(scene.udp[0]);
    while (clock_ms() < scene.begun + 2100)
        turn(scene.loop);
    is_answered_by(0, &got);
}

/* The name is slow then. */
TEST_WITH(stream, tcp_is_not_tried_where_a_server_has_answered_over_udp)
{
    struct got got;

    listen_at("127.0.0.6");
    set_up_patient(2);
    next_is_answered_by(0, true);
    ask_first(&scene);
    while (clock_ms() < scene.begun + 2300)
        turn(scene.loop);
    got = server_asked(scene.udp[0]);
    is_answered_by(0, &got);
    assert_nobody_connects();
}

/* The second server has just been asked. */
TEST_WITH(stream, tcp_is_not_tried_before_the_last_has_had_time_to_answer)
{
    struct got got;

    listen_at("127.0.0.6");
    ask_first(set_up_patient(2));
    got = turn_until_asked(scene.loop, scene.udp[1]);
    assert_in_range(clock_ms() - scene.begun, 2000, 4000);
    is_answered_by(1, &got);
    assert_nobody_connects();
}
