#include "tcp_server.h"

#include "net/tcp_conn.h"

/* Messages and answers. */

TEST_WITH(server, a_message_is_answered)
{
    int fd = client();

    say(fd, "echo");
    assert_string_equal(heard(fd), "echo");
    assert_int_equal(arrived, 1);
}

TEST_WITH(server, both_addresses_are_known)
{
    struct addr addr = {.len = sizeof addr.sock}, local;
    int fd;

    fd = client_from("127.0.0.9");
    assert_int_equal(getsockname(fd, &addr.sock.any, &addr.len), 0);
    assert_true(addr_equal(tcp_conn_peer(said(fd, "n")), &addr));
    addr.len = sizeof addr.sock;
    assert_int_equal(getpeername(fd, &addr.sock.any, &addr.len), 0);
    assert_true(tcp_conn_local(said(fd, "n"), &local));
    assert_true(addr_equal(&local, &addr));
}

TEST_WITH(server, answers_leave_in_the_order_in_which_they_are_given)
{
    int fd = client();

    say(fd, "o1");
    say(fd, "o2");
    say(fd, "echo");
    assert_string_equal(heard(fd), "echo");
    assert_true(answer(1, "second"));
    assert_true(answer(0, "first"));
    assert_string_equal(heard(fd), "second");
    assert_string_equal(heard(fd), "first");
}

TEST_WITH(server, answers_reach_the_connection_they_are_owed_on)
{
    int one = client(), other = client();

    said(one, "o");
    said(other, "o");
    assert_true(answer(1, "other"));
    assert_true(answer(0, "one"));
    assert_string_equal(heard(one), "one");
    assert_string_equal(heard(other), "other");
}

TEST_WITH(server, an_answer_is_given_once)
{
    int fd = client_that_said(HERE, "o");

    assert_true(answer(0, "answer"));
    assert_false(answer(0, "again"));
    say(fd, "echo");
    assert_string_equal(heard(fd), "answer");
    assert_string_equal(heard(fd), "echo");
}

TEST_WITH(server, a_claim_can_be_taken_over)
{
    struct tcp_claim other;
    int fd = client_that_said(HERE, "o");

    tcp_claim_move(&other, &claims[0]);
    assert_false(answer(0, "old"));
    tcp_claim_forgo(&claims[0]);
    assert_true(tcp_claim_answer(&other, (const uint8_t *)"new", 3));
    assert_string_equal(heard(fd), "new");
    tcp_claim_move(&claims[0], &other); /* an empty one */
    assert_null(claims[0].conn);
}

TEST_WITH(server, a_claim_that_moved_is_emptied_with_its_connection)
{
    struct tcp_claim other;
    int fd = client_that_said(HERE, "o");

    tcp_claim_move(&other, &claims[0]);
    said(fd, "c");
    assert_null(other.conn);
    tcp_claim_forgo(&other);
}

TEST_WITH(server, a_message_may_end_the_connection)
{
    int fd = client();

    send_octets(fd, "\0\1o\0\1e\0\1c\0\1e", 12);
    assert_string_equal(heard(fd), "e");
    wait_for(is_closed(fd));
    assert_int_equal(arrived, 3); /* and not what came behind it */
    assert_null(claims[0].conn);
    assert_false(answer(0, "late"));
}

TEST_WITH(server, a_message_that_is_too_short_ends_the_connection)
{
    int fd = client(), other = client();

    said(other, "n");
    send_octets(fd, "\0\1n\0", 4);
    wait_for(arrived == 2);
    assert_false(is_closed(fd));
    send_octets(fd, "", 1);
    wait_for(is_closed(fd));
    assert_int_equal(arrived, 2);
    say(other, "echo");
    assert_string_equal(heard(other), "echo");
}

TEST_WITH(server, more_messages_than_fit_a_round_are_all_handled)
{
    static char frames[3 * 5000];
    int fd = client();

    for (size_t i = 0; i < sizeof frames; i += 3)
        memcpy(frames + i, "\0\1n", 3);
    said(fd, "n");
    send_octets(fd, frames, sizeof frames);
    while (arrived == 1)
        turn(loop);
    assert_in_range(arrived, 2, 1000); /* others have their turn in between */
    wait_for(arrived == 5001);
    say(fd, "echo");
    assert_string_equal(heard(fd), "echo");
}

/* The end of a client. */

TEST_WITH(server, a_client_that_has_sent_all_gets_what_is_owed)
{
    int fd = client();

    send_octets(fd, "\0\1o\0\1o\0\5cut", 11);
    shutdown(fd, SHUT_WR);
    wait_for(arrived == 2);
    turn_for(loop, 20);
    assert_true(answer(1, "second"));
    assert_string_equal(heard(fd), "second");
    assert_false(is_closed(fd));
    assert_true(answer(0, "first"));
    assert_string_equal(heard(fd), "first");
    wait_for(is_closed(fd));
}

TEST_WITH(server, an_answer_that_will_not_come_is_not_waited_for)
{
    int fd = client();

    say(fd, "o");
    shutdown(fd, SHUT_WR);
    wait_for(arrived == 1);
    turn_for(loop, 20);
    assert_false(is_closed(fd));
    tcp_claim_forgo(&claims[0]);
    wait_for(is_closed(fd));
}

TEST_WITH(server, nobody_waits_on_a_connection_that_was_reset)
{
    int fd = client_that_said(HERE, "o");

    said(fd, "o");
    reset(fd);
    wait_for(!claims[0].conn);
    assert_null(claims[1].conn);
    assert_false(answer(1, "late"));
}

/* The server notices by its own sending: SIGPIPE would end the test. */
TEST_WITH(server, an_answer_to_a_connection_just_reset_is_lost)
{
    int fd = client_that_said(HERE, "o");

    said(fd, "o");
    reset(fd);
    answer(0, "to nobody");
    answer(1, "to nobody");
    wait_for(tcp_count(tcp) == 0);
    turn(loop);
    assert_null(claims[1].conn);
    fd = client();
    say(fd, "echo");
    assert_string_equal(heard(fd), "echo");
}

TEST_WITH(server, the_end_of_all_empties_the_claims)
{
    client_that_said(HERE, "o");
    tear_down();
    assert_null(claims[0].conn);
    assert_false(answer(0, "late"));
}

/* Time. */

TEST_WITH(own_limits, an_idle_connection_is_closed)
{
    int64_t before;
    int fd;

    set_up_idle(100, 100, 60, 60);
    before = clock_ms();
    fd = client_that_said(HERE, "n");
    assert_int_equal(tcp_conn_idle_ms(last), 60);
    wait_for(is_closed(fd));
    assert_true(clock_ms() - before >= 60);
}

TEST_WITH(own_limits, a_message_and_its_answer_begin_the_idle_time_anew)
{
    int64_t before;
    int fd;

    set_up_idle(100, 100, 100, 100);
    fd = client_that_said(HERE, "o");
    before = clock_ms();
    turn_for(loop, 150);
    assert_false(is_closed(fd)); /* while it is owed an answer */
    assert_true(answer(0, "answer"));
    assert_string_equal(heard(fd), "answer");
    wait_for(is_closed(fd));
    assert_true(clock_ms() - before >= 150 + 100);
}

TEST_WITH(own_limits, octets_of_a_message_do_not_begin_the_idle_time_anew)
{
    int64_t began;
    int fd;

    set_up_idle(100, 100, 300, 300);
    fd = client();
    began = clock_ms();
    while (!is_closed(fd)) {
        send(fd, "\1", 1, MSG_NOSIGNAL); /* the length says 257 */
        turn_for(loop, 20);
        assert_true(clock_ms() - began < PATIENCE_MS);
    }
    assert_true(clock_ms() - began >= 300);
    assert_int_equal(arrived, 0);
}

TEST_WITH(own_limits, an_answer_does_not_prolong_a_message_that_trickles_in)
{
    int64_t began;
    int fd;

    set_up_idle(100, 100, 200, 200);
    fd = client();
    send_octets(fd, "\0\1o\1", 4);
    wait_for(arrived == 1);
    began = clock_ms();
    while (clock_ms() - began < 250)
        turn_for(loop, 50);
    assert_true(answer(0, "answer"));
    assert_string_equal(heard(fd), "answer");
    wait_for(is_closed(fd));
}

TEST_WITH(own_limits, a_client_that_takes_nothing_is_closed_though_answers_are_owed)
{
    static uint8_t longest[65535];
    int fd;

    set_up_idle(100, 100, 150, 150);
    fd = client();
    for (int i = 0; i < TCP_OWED_MAX; i++)
        say(fd, "o");
    wait_for(claim_count == TCP_OWED_MAX);
    for (int i = 0; i < TCP_OWED_MAX - 1; i++)
        assert_true(tcp_claim_answer(&claims[i], longest, sizeof longest));
    assert_non_null(claims[TCP_OWED_MAX - 1].conn); /* it waits in the queue */
    wait_for(!claims[TCP_OWED_MAX - 1].conn);
}

/* Limits. */

TEST_WITH(server, reading_stops_when_too_many_answers_are_owed)
{
    int fd = client();

    for (int i = 0; i < TCP_OWED_MAX + 10; i++)
        say(fd, "o");
    wait_for(arrived == TCP_OWED_MAX);
    turn_for(loop, 30);
    assert_int_equal(arrived, TCP_OWED_MAX);
    assert_true(answer(0, "0"));
    wait_for(arrived == TCP_OWED_MAX + 1);
    turn_for(loop, 30);
    assert_int_equal(arrived, TCP_OWED_MAX + 1);
    for (int i = 1; i < TCP_OWED_MAX + 10; i++) {
        wait_for(i < claim_count);
        assert_true(answer(i, "more"));
    }
}

TEST_WITH(server, a_client_that_does_not_read_is_not_read_from)
{
    enum { MESSAGES = 2000, LENGTH = 20000 };
    static char frame[2 + LENGTH] = {LENGTH >> 8, LENGTH & 0xff, 'e'};
    int fd, stuck = 0, sent = 0;
    size_t at = 0;

    fd = client();
    while (sent < MESSAGES && stuck < 50) {
        ssize_t took = send(fd, frame + at, sizeof frame - at, MSG_DONTWAIT | MSG_NOSIGNAL);

        stuck = took == -1 ? stuck + 1 : 0;
        at += took > 0 ? (size_t)took : 0;
        sent += at == sizeof frame;
        at %= sizeof frame;
        turn_for(loop, took == -1 ? 1 : 0);
    }
    assert_true(sent < MESSAGES); /* 40 MB would have been too much */
    for (int i = 0; i < sent; i++)
        assert_int_equal(heard(fd)[0], 'e');
}

TEST_WITH(server, all_queues_together_are_bounded)
{
    enum { LENGTH = 65535, GREEDY = 24 }; /* the kernel takes up to half of 8 MB of each */
    static uint8_t longest[LENGTH];
    int lost = 0;

    for (int i = 0; i < GREEDY; i++) {
        int fd = client(), least = 4096, before = claim_count;

        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
        for (int j = 0; j < TCP_OWED_MAX; j++)
            say(fd, "o");
        wait_for(claim_count == before + TCP_OWED_MAX);
    }
    for (int i = 0; i < claim_count; i++)
        lost += !tcp_claim_answer(&claims[i], longest, sizeof longest);
    assert_true(lost > 0); /* their connections had gone */
    assert_true(lost < claim_count / 2);
    say(client(), "echo");
    assert_string_equal(heard(clients[client_count - 1]), "echo");
}
