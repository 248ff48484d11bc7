/* The serve process as a whole, and questions over TCP. */
#include "../still_clock.h"
#include "process.h"

TEST_WITH(server, it_says_that_it_is_ready)
{
    enum control_message message;

    assert_int_equal(channel_receive_control(scene.supervisor.right, &message, NULL, NULL,
                                             NULL, CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_int_equal(message, CONTROL_READY);
}

TEST_WITH(server, it_ends_well_when_the_supervisor_is_gone)
{
    enum control_message message;

    assert_int_equal(channel_receive_control(scene.supervisor.right, &message, NULL, NULL,
                                             NULL, CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_int_equal(shut_down(), 0);
}

TEST_WITH(server, it_ends_though_questions_wait)
{
    ask(1, "www.example.", "A");
    next_asked(lookup());
    assert_int_equal(shut_down(), 0);
}

TEST_WITH(server, a_question_reaches_the_lookup_process)
{
    struct asked asked;

    ask(1, "www.example.", "AAAA");
    asked = next_asked(lookup());
    assert_string_equal(asked_text(&asked), "www.example. AAAA");
}

TEST_WITH(server, nobody_waits_for_another_ones_answer)
{
    struct asked asked;

    ask(1, "slow.example.", "A");
    next_asked(lookup());
    ask(2, "fast.example.", "A");
    asked = next_asked(lookup());
    answer_asked(lookup(), &asked, 10);
    assert_int_equal(reply_id(receive(scene.client)), 2);
}

TEST_WITH(server, what_policy_settles_is_not_looked_up)
{
    ask(7, "example.", "AXFR");
    assert_string_equal(receive_text(scene.client),
                        "REFUSED: Not Supported (21): this type is not answered here\n");
    assert_true(nothing_asked(lookup()));
}

/* Over TCP. */

static int connect_to(int listener)
{
    const struct addr *to = &scene.listeners[listener].addr;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, &to->sock.any, to->len), 0);
    return fd;
}

static void send_framed(int fd, const uint8_t *wire, size_t len)
{
    uint8_t length[] = {(uint8_t)(len >> 8), (uint8_t)len};

    assert_int_equal(send(fd, length, sizeof length, MSG_MORE), sizeof length);
    assert_int_equal(send(fd, wire, len, 0), len);
}

static void ask_over(int fd, uint16_t id, const char *name, const char *type)
{
    struct ask query = ask_of(id, name, type);

    send_framed(fd, query.wire, query.size);
}

/* Waits for the next reply of a connection; static, for it is large. */
static const struct reply *receive_framed(int fd)
{
    static struct reply reply;
    uint8_t length[2];

    assert_int_equal(recv(fd, length, 2, MSG_WAITALL), 2);
    reply.len = (size_t)length[0] << 8 | length[1];
    assert_int_equal(recv(fd, reply.wire, reply.len, MSG_WAITALL), reply.len);
    return &reply;
}

static bool has_ended(int fd)
{
    char octet;

    return recv(fd, &octet, 1, 0) <= 0;
}

TEST_WITH(server, answers_over_tcp_come_as_they_are_found)
{
    struct asked slow, quick;
    int fd = connect_to(1);

    ask_over(fd, 1, "slow.example.", "A");
    ask_over(fd, 2, "quick.example.", "A");
    slow = next_asked(lookup());
    quick = next_asked(lookup());
    answer_asked(lookup(), &quick, 10);
    assert_int_equal(reply_id(receive_framed(fd)), 2);
    answer_asked(lookup(), &slow, 10);
    assert_int_equal(reply_id(receive_framed(fd)), 1);
    close(fd);
}

TEST_WITH(own_size, a_reply_over_tcp_has_no_limit_but_its_length)
{
    static uint8_t records[ANSWER_RECORDS_MAX];
    const uint8_t address[] = {192, 0, 2, 1};
    struct answer answer;
    struct asked asked;
    const struct reply *reply;
    int fd;

    set_up_with(512);
    fd = connect_to(0);
    ask_over(fd, 1, "host.", "A");
    asked = next_asked(lookup());
    answer_init(&answer, &asked.question, records, sizeof records);
    for (int i = 0; i < 4090; i++)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 10));
    send_answer(lookup(), &asked, &answer);
    reply = receive_framed(fd);
    assert_in_range(reply->len, 12 + 10 + 4090 * 16, 65535);
    assert_int_equal(reply->wire[2] & 2, 0); /* TC */
    close(fd);
}

TEST_WITH(server, a_response_over_tcp_ends_the_connection)
{
    struct ask query = ask_of(1, "www.example.", "A");
    int fd = connect_to(0);

    query.wire[2] |= 0x80;
    send_framed(fd, query.wire, query.size);
    assert_true(has_ended(fd));
    assert_true(nothing_asked(lookup()));
    close(fd);
}

TEST_WITH(server, less_than_a_header_over_tcp_ends_the_connection)
{
    int fd = connect_to(0);

    send_framed(fd, (const uint8_t *)"12345678901", 11);
    assert_true(has_ended(fd));
    close(fd);
}

TEST_WITH(server, a_malformed_request_over_tcp_leaves_the_connection)
{
    const uint8_t no_question[12] = {0x12, 0x34};
    const struct reply *reply;
    int fd = connect_to(0);

    send_framed(fd, no_question, sizeof no_question);
    reply = receive_framed(fd);
    assert_string_equal(reply_text(reply->wire, reply->len), "FORMERR\n");
    ask_over(fd, 2, "example.", "AXFR");
    assert_int_equal(reply_id(receive_framed(fd)), 2);
    close(fd);
}

TEST_WITH(server, a_client_that_is_gone_leaves_its_answer_to_the_next)
{
    const struct linger now = {.l_onoff = 1};
    struct asked asked;
    int fd = connect_to(0), other = connect_to(0);

    ask_over(fd, 1, "www.example.", "A");
    asked = next_asked(lookup());
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    ask_over(other, 2, "example.", "AXFR"); /* so the reset has been seen */
    receive_framed(other);
    answer_asked(lookup(), &asked, 10);
    ask_over(other, 3, "example.", "AXFR");
    receive_framed(other);
    ask_over(other, 4, "www.example.", "A");
    assert_int_equal(reply_id(receive_framed(other)), 4);
    assert_true(nothing_asked(lookup()));
    close(other);
}

/* The time for which a connection in use is served by a process that has been told to
 * retire, again and again, as many reloads do. */
static int seconds_until_closed(int fd)
{
    struct ask query = ask_of(1, "example.", "AXFR");
    uint8_t length[] = {0, (uint8_t)query.size};
    int64_t begun = clock_us();
    char octet;

    while (clock_us() < begun + 120000000) {
        channel_send_control(scene.supervisor.right, CONTROL_RETIRE, NULL, 0);
        send(fd, length, sizeof length, MSG_MORE | MSG_NOSIGNAL);
        send(fd, query.wire, query.size, MSG_NOSIGNAL);
        if (recv(fd, &octet, 1, MSG_PEEK) != 1)
            break;
        receive_framed(fd);
        clock_stands_at += 500000; /* less than it may be idle */
    }
    return (int)((clock_us() - begun) / 1000000);
}

TEST_WITH(server, told_again_to_retire_it_stays_no_longer)
{
    int fd = connect_to(0), seconds;

    ask_over(fd, 1, "example.", "AXFR"); /* so it has been accepted */
    receive_framed(fd);
    clock_stop();
    seconds = seconds_until_closed(fd);
    clock_go_on();
    assert_in_range(seconds, 59, 61);
    assert_int_equal(wait_for_end(), 0);
    close(fd);
}
