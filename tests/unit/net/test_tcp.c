#include "../limit.h"
#include "../turn.h"
#include "sockets.h"

#include "net/listen.h"
#include "net/tcp.h"

#include <sys/resource.h>

enum { PATIENCE_MS = 60000, CLAIMS_MAX = 4096, CLIENTS_MAX = 32, AN_HOUR = 3600000 };

static struct loop *loop;
static struct tcp *tcp;
static struct listener listener;
static int clients[CLIENTS_MAX];
static int client_count;

#define HERE "127.0.0.1"

static struct tcp_conn *last; /* the connection of the last message */
static int arrived;           /* messages */
static struct tcp_claim claims[CLAIMS_MAX];
static int claim_count;

/*
 * What the first octet of a message says: "o": owe an answer, in `claims`; "c": close; "n":
 * nothing; "e" or another: send it back at once.
 */
static void message_arrived(void *context, struct tcp_conn *conn, const uint8_t *message,
                            size_t len)
{
    struct tcp_claim claim;

    assert_ptr_equal(context, &listener);
    last = conn;
    arrived++;
    switch (len > 0 ? *message : 0) {
    case 'o':
        assert_true(claim_count < CLAIMS_MAX);
        tcp_owe(conn, &claims[claim_count++]);
        break;
    case 'c':
        tcp_close(conn);
        break;
    case 'n':
        break;
    default:
        tcp_owe(conn, &claim);
        assert_true(tcp_answer(&claim, message, len));
        assert_null(claim.conn);
    }
}

static void set_up_idle(size_t connections, size_t per_client, int64_t idle_ms,
                        int64_t least_idle_ms)
{
    const struct tcp_limits limits = {.connections = connections,
                                      .per_client = per_client,
                                      .idle_ms = idle_ms,
                                      .least_idle_ms = least_idle_ms,
                                      .shortest = 1};
    struct addr any = address_of("127.0.0.1");

    arrived = claim_count = client_count = 0;
    last = NULL;
    loop = loop_new();
    assert_non_null(loop);
    assert_int_equal(listener_open(&listener, &any), 0);
    tcp = tcp_new(loop, &limits, message_arrived, &listener);
    assert_non_null(tcp);
    assert_int_equal(tcp_listen(tcp, listener.tcp), 0);
}

/* No connection is closed for being idle, however long the test takes. */
static void set_up(size_t connections, size_t per_client)
{
    set_up_idle(connections, per_client, AN_HOUR, AN_HOUR);
}

static void set_up_usual(void)
{
    set_up(100, 100);
}

static void tear_down(void)
{
    tcp_free(tcp);
    loop_free(loop);
    listener_close(&listener);
    tcp = NULL;
    loop = NULL;
    while (client_count > 0)
        close(clients[--client_count]);
}

FIXTURE(server, set_up_usual, tear_down);
FIXTURE(own_limits, NULL, tear_down); /* for a test that calls set_up with its own */

/* Turns the loop until it is so. */
#define wait_for(condition)                                                                \
    for (int64_t give_up = clock_ms() + PATIENCE_MS; !(condition); turn_for(loop, 1))      \
    assert_true(clock_ms() < give_up)

/* A client, whose socket is closed with the scene. */
static int client_from(const char *source)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct addr from = address_of(source);

    assert_true(client_count < CLIENTS_MAX);
    clients[client_count++] = fd;
    assert_int_equal(bind(fd, &from.sock.any, from.len), 0);
    assert_int_equal(connect(fd, &listener.addr.sock.any, listener.addr.len), 0);
    return fd;
}

static int client(void)
{
    return client_from(HERE);
}

static void send_octets(int fd, const void *octets, size_t count)
{
    assert_int_equal(send(fd, octets, count, MSG_NOSIGNAL), count);
}

static void say(int fd, const char *text)
{
    char frame[256];
    size_t len = strlen(text);

    assert_true(len < sizeof frame - 2);
    frame[0] = 0;
    frame[1] = (char)len;
    memcpy(frame + 2, text, len);
    send_octets(fd, frame, len + 2);
}

/* Says it and lets the server take it. */
static struct tcp_conn *said(int fd, const char *text)
{
    int before = arrived;

    say(fd, text);
    wait_for(arrived > before);
    return last;
}

/* A client that the server can accept now. */
static int client_that_waits(void)
{
    int fd = client();

    assert_int_equal(
        poll(&(struct pollfd){.fd = listener.tcp, .events = POLLIN}, 1, PATIENCE_MS), 1);
    return fd;
}

/* A client that has said this. */
static int client_that_said(const char *source, const char *text)
{
    int fd = client_from(source);

    said(fd, text);
    return fd;
}

static bool readable(int fd)
{
    char octet;

    return recv(fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) != -1 || errno != EAGAIN;
}

static bool is_closed(int fd)
{
    char octet;
    ssize_t got = recv(fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT);

    return got == 0 || (got == -1 && errno == ECONNRESET);
}

/* Receives so many octets, which may come in pieces. */
static void receive(int fd, void *octets, size_t count)
{
    for (uint8_t *at = octets; count > 0;) {
        ssize_t got;

        wait_for(readable(fd));
        got = recv(fd, at, count, MSG_DONTWAIT);
        assert_in_range(got, 1, count);
        at += got;
        count -= (size_t)got;
    }
}

/* The next message to the client, which must come. */
static const char *heard(int fd)
{
    static char text[65536];
    uint8_t length[2];
    size_t len;

    receive(fd, length, sizeof length);
    len = (size_t)length[0] << 8 | length[1];
    receive(fd, text, len);
    text[len] = '\0';
    return text;
}

static bool answer(int claim, const char *text)
{
    return tcp_answer(&claims[claim], (const uint8_t *)text, strlen(text));
}

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
    assert_true(addr_equal(tcp_peer(said(fd, "n")), &addr));
    addr.len = sizeof addr.sock;
    assert_int_equal(getpeername(fd, &addr.sock.any, &addr.len), 0);
    assert_true(tcp_local(said(fd, "n"), &local));
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
    tcp_forgo(&claims[0]);
    assert_true(tcp_answer(&other, (const uint8_t *)"new", 3));
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
    tcp_forgo(&other);
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
    assert_in_range(arrived, 2, 200); /* others have their turn in between */
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
    tcp_forgo(&claims[0]);
    wait_for(is_closed(fd));
}

static void reset(int fd)
{
    const struct linger now = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    client_count--; /* it was the last */
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

TEST(nothing_can_be_freed)
{
    tcp_free(NULL);
}

/* Time. */

TEST_WITH(own_limits, an_idle_connection_is_closed)
{
    int64_t before;
    int fd;

    set_up_idle(100, 100, 60, 60);
    before = clock_ms();
    fd = client();
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
        assert_true(tcp_answer(&claims[i], longest, sizeof longest));
    assert_non_null(claims[TCP_OWED_MAX - 1].conn); /* it waits in the queue */
    wait_for(!claims[TCP_OWED_MAX - 1].conn);
}

/* RFC 7766 section 6.2.3: less when resources run short. */
TEST_WITH(own_limits, the_idle_time_shrinks_with_the_second_half_of_the_connections)
{
    static const int64_t expected[] = {10000, 10000, 10000, 10000, 10000,
                                       8000,  6000,  4000,  2000,  200};

    set_up_idle(10, 10, 10000, 200);
    for (int i = 0; i < 10; i++) {
        said(client(), "o");
        assert_int_equal(tcp_idle_ms(last), expected[i]);
    }
}

/* Even while it expires for the others. */
TEST_WITH(own_limits, it_does_not_shrink_for_a_client_that_has_few_of_them)
{
    int few, many;

    set_up_idle(4, 4, AN_HOUR, 200);
    few = client_that_said("127.0.0.2", "n");
    many = client_that_said(HERE, "n");
    said(client(), "o");
    said(client(), "o");
    wait_for(is_closed(many));
    assert_false(is_closed(few));
    said(few, "n");
    assert_int_equal(tcp_idle_ms(last), AN_HOUR);
}

TEST_WITH(own_limits, a_short_idle_time_does_not_get_longer_by_that)
{
    set_up_idle(2, 2, 100, 200);
    said(client(), "o");
    said(client(), "o");
    assert_int_equal(tcp_idle_ms(last), 100);
}

TEST_WITH(own_limits, one_more_connection_shortens_the_time_of_those_there_are)
{
    int first;

    set_up_idle(2, 2, AN_HOUR, 200);
    first = client_that_said(HERE, "n");
    turn_for(loop, 10);
    assert_false(is_closed(first));
    said(client(), "o");
    wait_for(is_closed(first)); /* after 0.2 seconds, not an hour */
}

/* Limits. */

TEST_WITH(own_limits, one_too_many_takes_the_place_of_the_one_idle_longest)
{
    int fds[4];

    set_up(3, 3);
    fds[0] = client_that_said(HERE, "o"); /* busy */
    fds[1] = client();
    fds[2] = client_that_said(HERE, "n");
    said(fds[1], "n");
    fds[3] = client_that_said(HERE, "n");
    wait_for(is_closed(fds[2]));
    assert_false(is_closed(fds[0]) || is_closed(fds[1]) || is_closed(fds[3]));
}

TEST_WITH(own_limits, if_all_are_busy_the_new_one_is_closed)
{
    int fds[3];

    set_up(2, 2);
    for (int i = 0; i < 2; i++)
        fds[i] = client_that_said(HERE, "o");
    fds[2] = client();
    wait_for(is_closed(fds[2]));
    assert_true(answer(0, "0"));
    assert_true(answer(1, "1"));
    assert_string_equal(heard(fds[0]), "0");
    assert_string_equal(heard(fds[1]), "1");
}

TEST_WITH(own_limits, a_client_at_its_limit_makes_room_itself)
{
    int other, fds[3];

    set_up(100, 2);
    other = client_that_said("127.0.0.2", "n"); /* idle longest of all */
    for (int i = 0; i < 3; i++)
        fds[i] = client_that_said("127.0.0.3", "n");
    wait_for(is_closed(fds[0]));
    assert_false(is_closed(other) || is_closed(fds[1]) || is_closed(fds[2]));
}

/* The addresses 127.5.0.1 and so on, one connection each, take all places but one. */
static void flood_from_a_network(int count)
{
    char text[32];

    for (int i = 1; i <= count; i++) {
        snprintf(text, sizeof text, "127.5.0.%d", i);
        said(client_from(text), "n");
    }
}

TEST_WITH(own_limits, a_client_that_opens_connections_without_end_closes_its_own)
{
    int other, fds[12];

    set_up(4, 100);
    other = client_that_said("127.0.0.3", "n"); /* idle longest of all */
    for (int i = 0; i < 12; i++)
        fds[i] = client_that_said("127.0.0.2", "n");
    assert_false(is_closed(other));
    wait_for(is_closed(fds[8]));
    assert_false(is_closed(fds[9]) || is_closed(fds[10]) || is_closed(fds[11]));
}

TEST_WITH(own_limits, a_network_that_opens_connections_without_end_closes_its_own)
{
    int other;

    set_up(4, 100);
    other = client_that_said("127.0.0.3", "n");
    flood_from_a_network(12);
    assert_false(is_closed(other));
    assert_int_equal(tcp_count(tcp), 4);
}

TEST_WITH(own_limits, the_client_that_has_most_loses_even_a_busy_one_to_another)
{
    int other[2], fds[4];

    set_up(4, 100);
    for (int i = 0; i < 4; i++)
        fds[i] = client_that_said("127.0.0.2", "o");
    for (int i = 0; i < 2; i++)
        other[i] = client_that_said("127.0.0.3", "n");
    wait_for(is_closed(fds[0]) && is_closed(fds[1]));
    assert_false(is_closed(fds[2]) || is_closed(fds[3]));
    other[0] = client_from("127.0.0.2"); /* it has as many as any other */
    wait_for(is_closed(other[0]));
    assert_false(is_closed(other[1]) || is_closed(fds[2]) || is_closed(fds[3]));
}

TEST_WITH(own_limits, the_one_idle_longest_goes_if_each_client_has_one)
{
    int fds[3];

    set_up(3, 100);
    fds[0] = client_that_said("127.1.0.1", "n");
    fds[1] = client_that_said("127.2.0.1", "n");
    fds[2] = client_that_said("127.3.0.1", "n");
    said(client_from("127.4.0.1"), "n");
    wait_for(is_closed(fds[0]));
    assert_false(is_closed(fds[1]) || is_closed(fds[2]));
}

TEST_WITH(own_limits, a_client_that_left_may_come_again)
{
    set_up(100, 1);
    for (int i = 0; i < 10; i++) {
        int fd = client();

        said(fd, "o");
        reset(fd);
        wait_for(!claims[i].conn);
    }
    assert_int_equal(arrived, 10);
}

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
        lost += !tcp_answer(&claims[i], longest, sizeof longest);
    assert_true(lost > 0); /* their connections had gone */
    assert_true(lost < claim_count / 2);
    say(client(), "echo");
    assert_string_equal(heard(clients[client_count - 1]), "echo");
}

/* Descriptors. */

TEST_WITH(server, the_client_that_has_most_makes_room_without_descriptors)
{
    int other, first, new;

    other = client_that_said("127.0.0.3", "n");
    first = client_that_said(HERE, "n");
    said(client(), "n");
    new = client_that_waits();
    limit_descriptors(0);
    turn(loop);
    limit_end(RLIMIT_NOFILE);
    wait_for(is_closed(first));
    assert_false(is_closed(other));
    say(new, "echo");
    assert_string_equal(heard(new), "echo");
}

TEST_WITH(server, without_descriptors_the_one_idle_longest_makes_room)
{
    int first, second, new;

    first = client_that_said(HERE, "n");
    second = client_that_said(HERE, "n");
    new = client_that_waits();
    limit_descriptors(0);
    turn(loop);
    limit_end(RLIMIT_NOFILE);
    wait_for(is_closed(first));
    assert_false(is_closed(second));
    say(new, "echo");
    assert_string_equal(heard(new), "echo");
}

TEST_WITH(server, the_last_descriptor_costs_nobody_his_connection)
{
    int first, second;

    first = client_that_said(HERE, "n");
    second = client();
    limit_descriptors(1);
    said(second, "n");
    limit_end(RLIMIT_NOFILE);
    assert_false(is_closed(first));
    assert_false(is_closed(second));
}
