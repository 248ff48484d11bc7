#include "questions.h"

TEST_WITH(upstream, silence_costs_a_share_of_the_time)
{
    struct got got;

    ask_first(set_up_with(1, "nameserver 127.0.0.3\nnameserver 127.0.0.5\n"
                             "options timeout:1 attempts:1\n"));
    do { /* the loop check comes at once, the question after a second */
        turn_until_readable(scene.loop, scene.udp[0]);
        got = server_receive(scene.udp[0]);
    } while (is_loop_check(&got));
    assert_in_range(clock_ms() - scene.begun, 900, 4000);
    is_answered_by(0, &got);
}

/* A client waits 4.5 seconds: by then every server has had its turns. */
TEST_WITH(upstream, turns_of_many_servers_are_shorter_than_their_time_out)
{
    struct got got;

    ask_first(
        set_up_with(1, "nameserver 127.0.0.3\nnameserver 127.0.0.4\nnameserver 127.0.0.5\n"
                       "options timeout:5 attempts:2\n"));
    do {
        turn_until_readable(scene.loop, scene.udp[0]);
        got = server_receive(scene.udp[0]);
    } while (is_loop_check(&got));
    assert_in_range(clock_ms() - scene.begun, 2 * 4200 / 6 - 50, 4500);
    is_answered_by(0, &got);
}

TEST_WITH(upstream, silence_of_all_is_a_failure_that_names_a_server)
{
    ask_first(set_up_with(0, "nameserver 127.0.0.3\noptions timeout:1 attempts:1\n"));
    assert_string_equal(outcome(scene.one), "name server 127.0.0.3:53 does not answer");
    assert_in_range(clock_ms() - scene.begun, 900, 4000);
}

TEST_WITH(upstream, failures_of_all_end_it_at_once)
{
    struct got got = asked_first(set_up_patient(2));

    refuse(0, &got, RCODE_REFUSED);
    got = turn_until_asked(scene.loop, scene.udp[1]);
    refuse(1, &got, RCODE_SERVFAIL);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.6:53 says SERVFAIL");
    assert_at_once();
}

TEST_WITH(upstream, a_late_reply_of_an_earlier_server_is_taken)
{
    struct got first, second;

    ask_first(set_up(2));
    miss_a_turn(&first, &second);
    server_reply(scene.udp[0], &first, REPLY_FLAGS, 1);
    assert_string_equal(outcome(scene.one), "1");
    server_reply(scene.udp[1], &second, REPLY_FLAGS, 2); /* to nobody any more */
    turn(scene.loop);
}

/* It would end after four seconds, with both turns over, if that failure did not end it. */
TEST_WITH(upstream, a_failure_of_the_last_that_is_waited_for_ends_it_at_once)
{
    struct got first, second;

    ask_first(set_up_options(2, "timeout:2 attempts:1"));
    miss_a_turn(&first, &second);
    refuse(1, &second, RCODE_SERVFAIL);
    turn(scene.loop);
    assert_int_equal(scene.one->done, 0); /* the first may still answer */
    refuse(0, &first, RCODE_SERVFAIL);
    assert_string_equal(outcome(scene.one), "name server 127.0.0.5:53 says SERVFAIL");
    assert_in_range(clock_ms() - scene.begun, 1900, 3900);
}

TEST_WITH(upstream, each_server_is_asked_as_often_as_attempts_says)
{
    int asked = 0;

    ask_first(set_up_options(1, "timeout:1 attempts:3"));
    turn_until(scene.loop, &scene.one->done, 1);
    while (!server_is_idle(scene.udp[0])) {
        struct got got = server_receive(scene.udp[0]);

        asked += !is_loop_check(&got);
    }
    assert_int_equal(asked, 3 + 1); /* in the first turn without EDNS, too */
    assert_string_equal(outcome(scene.one), "name server 127.0.0.5:53 does not answer");
}

TEST_WITH(upstream, rotate_begins_with_each_server_in_turn)
{
    set_up_options(2, "rotate timeout:1");
    for (int i = 0; i < 4; i++) {
        struct got got;

        ask_first(&scene);
        got = server_asked(scene.udp[i % 2]);
        server_reply(scene.udp[i % 2], &got, REPLY_FLAGS, (uint8_t)(i + 1));
        assert_int_equal(atoi(outcome(scene.one)), i + 1);
    }
}

TEST_WITH(upstream, a_changed_resolv_conf_is_used_for_the_next_question)
{
    set_up(1);
    close(scene.udp[0]);
    scene.udp[0] = server_open("127.0.0.8", SOCK_DGRAM);
    etc_write("resolv.conf", "nameserver 127.0.0.8\noptions timeout:1 attempts:1\n");
    next_is_answered_by(0, true);
}

/* A server that is silent. */

/* The first of two servers misses three questions, and the second one answers them. */
static void miss_the_first(void)
{
    struct asked *asks[3];

    for (int i = 0; i < 3; i++)
        asks[i] = ask("www.example");
    for (int i = 0; i < 3; i++) {
        struct got got = turn_until_asked(scene.loop, scene.udp[1]);

        server_reply(scene.udp[1], &got, REPLY_FLAGS, 2);
    }
    for (int i = 0; i < 3; i++)
        assert_string_equal(outcome(asks[i]), "2");
    while (!server_is_idle(scene.udp[0]))
        server_receive(scene.udp[0]);
}

TEST_WITH(upstream, a_silent_server_is_asked_last)
{
    set_up(2);
    miss_the_first();
    next_is_answered_by(1, true);
}

TEST_WITH(upstream, a_silent_server_has_its_turn)
{
    set_up(2);
    miss_the_first();
    ask_first(&scene);
    server_asked(scene.udp[0]); /* nobody waits for this one */
    server_asked(scene.udp[1]);
    is_asked_and_answers(0, true);
}

TEST_WITH(upstream, it_is_first_again_when_it_has_been_heard)
{
    struct got got;

    set_up(2);
    miss_the_first();
    next_is_answered_by(1, true);
    got = server_asked(scene.udp[0]);
    assert_false(has_opt(&got));
    server_reply(scene.udp[0], &got, REPLY_FLAGS | RCODE_SERVFAIL, 0);
    turn(scene.loop);
    next_is_answered_by(0, true);
}

TEST_WITH(upstream, rotate_leaves_a_silent_server_for_the_end)
{
    set_up_options(2, "rotate timeout:1 attempts:1");
    for (int i = 0; i < 3; i++)
        miss_the_first();
    for (int i = 0; i < 4; i++) {
        struct got got;

        ask_first(&scene);
        got = server_asked(scene.udp[1]);
        is_answered_by(1, &got);
    }
}
