/*
 * The serve process in a thread, with real sockets on all sides. The test has
 * the supervisor's and the lookup process's ends of its channels.
 */
#include "../still_clock.h"
#include "clients.h"

#include "net/listen.h"
#include "serve/serve.h"

#include <pthread.h>

enum { LISTENERS = 2 };

static struct scene {
    struct listener listeners[LISTENERS];
    struct serve_config config;
    struct channel lookup, supervisor; /* left: the serve process's; right: the test's */
    pthread_t thread;
    bool runs;
    int result;
    int client;
    struct addr client_addr;
} scene;

/* Filters would stay with the whole test. */
static void stay_free(void)
{
}

static void *run(void *context)
{
    scene.result = serve_run(&scene.config, scene.lookup.left, scene.supervisor.left);
    return context;
}

static void set_up_with(unsigned udp_size)
{
    struct addr any;

    assert_true(addr_parse(&any, "127.0.0.1:0", 0));
    for (int i = 0; i < LISTENERS; i++)
        assert_int_equal(listener_open(&scene.listeners[i], &any), 0);
    scene.config = (struct serve_config){
        .listeners = scene.listeners,
        .listener_count = LISTENERS,
        .udp_size = udp_size,
        .cache = {.max_ttl = 86400},
        .policy = {.allow = EVERYBODY, .allow_count = 1},
        .tcp_clients = 100,
        .tcp_per_client = 100,
        .per_client = 10000,
        .timeout = 4400,
        .tcp_idle = 60,
        .confine = stay_free,
    };
    forget_questions();
    assert_int_equal(channel_open(&scene.lookup), 0);
    assert_int_equal(channel_open(&scene.supervisor), 0);
    scene.client = udp_socket(&scene.client_addr);
    scene.result = 42;
    assert_int_equal(pthread_create(&scene.thread, NULL, run, NULL), 0);
    scene.runs = true;
}

static void set_up(void)
{
    set_up_with(1232);
}

/* Waits until it ends by itself; what serve_run returned. */
static int wait_for_end(void)
{
    pthread_join(scene.thread, NULL);
    scene.runs = false;
    return scene.result;
}

/* Takes the supervisor away; what serve_run returned. */
static int shut_down(void)
{
    if (!scene.runs)
        return scene.result;
    channel_close_end(&scene.supervisor.right);
    return wait_for_end();
}

static void tear_down(void)
{
    shut_down();
    channel_close(&scene.lookup);
    channel_close(&scene.supervisor);
    for (int i = 0; i < LISTENERS; i++)
        listener_close(&scene.listeners[i]);
    close(scene.client);
}

FIXTURE(server, set_up, tear_down);
FIXTURE(own_size, NULL, tear_down); /* for a test that calls set_up_with itself */

static void send_wire(int from, const void *wire, size_t len)
{
    const struct addr *to = &scene.listeners[0].addr;

    assert_int_equal(sendto(from, wire, len, 0, &to->sock.any, to->len), len);
}

/* A query as hostdns would send it, with this id. */
static struct ask ask_of(uint16_t id, const char *name, const char *type)
{
    struct ask ask;

    assert_int_equal(ask_build(&ask, name, type_from_text(type), &(struct ask_form){0}), 0);
    ask.wire[0] = (uint8_t)(id >> 8);
    ask.wire[1] = (uint8_t)id;
    return ask;
}

static void ask(uint16_t id, const char *name, const char *type)
{
    struct ask query = ask_of(id, name, type);

    send_wire(scene.client, query.wire, query.size);
}

static int lookup(void)
{
    return scene.lookup.right;
}

TEST_WITH(server, it_says_that_it_is_ready)
{
    enum control_message message;

    assert_int_equal(channel_receive_control(scene.supervisor.right, &message, NULL, NULL,
                                             NULL, CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_int_equal(message, CONTROL_READY);
}

/* The next process is given all sockets when it starts. */
TEST_WITH(server, it_ends_when_the_descriptor_of_a_new_socket_is_lost)
{
    assert_int_equal(channel_send_control(scene.supervisor.right, CONTROL_LISTEN, NULL, 0),
                     CHANNEL_DONE);
    assert_int_equal(wait_for_end(), 0);
}

/* Sends the message, and reads the number in what comes back, which must be 0. */
static void is_answered_by_zero(enum control_message asked, const char *sent, size_t size)
{
    uint8_t data[CONTROL_DATA_MAX];
    enum control_message message;
    size_t len;

    assert_int_equal(channel_send_control(scene.supervisor.right, asked, sent, size),
                     CHANNEL_DONE);
    do
        assert_int_equal(channel_receive_control(scene.supervisor.right, &message, data,
                                                 &len, NULL, CHANNEL_BLOCK),
                         CHANNEL_DONE);
    while (message == CONTROL_READY);
    assert_int_equal(message, CONTROL_COUNT);
    assert_int_equal(len, 12);
    assert_memory_equal(data, "\1\2\3\4\0\0\0\0\0\0\0\0", 12);
}

TEST_WITH(server, it_says_how_much_it_has_forgotten)
{
    is_answered_by_zero(CONTROL_FLUSH, "\1\2\3\4\3www", 8);
}

TEST_WITH(server, it_says_how_many_lookups_hang)
{
    is_answered_by_zero(CONTROL_SHOW_HUNG, "\1\2\3\4", 4);
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

TEST_WITH(server, an_answer_reaches_the_client)
{
    struct asked asked;
    const struct reply *reply;

    ask(0x1234, "WWW.example.", "A");
    asked = next_asked(lookup());
    answer_asked(lookup(), &asked, 10);
    reply = receive(scene.client);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "NOERROR\n"
                        "WWW.example. 10 A 192.0.2.1\n");
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

TEST_WITH(server, a_malformed_request_is_told_so)
{
    const uint8_t no_question[12] = {0x12, 0x34};
    const struct reply *reply;

    send_wire(scene.client, no_question, sizeof no_question);
    reply = receive(scene.client);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_text(reply->wire, reply->len), "FORMERR\n");
}

/* What is dropped gets no reply, so the next question's is the first to come.
 */
static void assert_next_is_answered_first(void)
{
    ask(99, "example.", "AXFR");
    assert_int_equal(reply_id(receive(scene.client)), 99);
    assert_true(nothing_asked(lookup()));
}

/* Two servers that answer each other's replies would never stop. */
TEST_WITH(server, a_response_is_dropped)
{
    struct ask query = ask_of(1, "www.example.", "A");

    query.wire[2] |= 0x80;
    send_wire(scene.client, query.wire, query.size);
    assert_next_is_answered_first();
}

TEST_WITH(server, a_datagram_shorter_than_a_header_is_dropped)
{
    send_wire(scene.client, "12345678901", 11);
    send_wire(scene.client, "", 0);
    assert_next_is_answered_first();
}

TEST_WITH(server, a_datagram_longer_than_any_request_is_dropped)
{
    static uint8_t wire[REQUEST_UDP_MAX + 1];
    struct ask query = ask_of(1, "www.example.", "A");

    memcpy(wire, query.wire, query.size);
    send_wire(scene.client, wire, sizeof wire);
    assert_next_is_answered_first();
}

/* With our own address as the sender's, forged by somebody else, we would
 * answer ourselves.
 */
TEST_WITH(server, a_question_from_one_of_our_own_addresses_is_dropped)
{
    struct ask query = ask_of(1, "www.example.", "A");

    send_wire(scene.listeners[1].udp, query.wire, query.size);
    assert_next_is_answered_first();
}

TEST_WITH(server, each_address_is_answered_from)
{
    struct ask query = ask_of(1, "example.", "AXFR");

    for (int i = 0; i < LISTENERS; i++) {
        const struct addr *to = &scene.listeners[i].addr;
        struct addr from = {.len = sizeof from.sock};
        char byte;

        assert_int_equal(
            sendto(scene.client, query.wire, query.size, 0, &to->sock.any, to->len),
            query.size);
        assert_int_equal(recvfrom(scene.client, &byte, 1, 0, &from.sock.any, &from.len), 1);
        assert_true(addr_equal(&from, to));
    }
}

/* More than are read from one socket in one round. */
TEST_WITH(server, a_burst_of_questions_is_answered)
{
    enum { BURST = 200 };
    bool answered[BURST] = {false};

    for (uint16_t id = 0; id < BURST; id++)
        ask(id, "example.", "AXFR");
    for (int i = 0; i < BURST; i++) {
        unsigned id = reply_id(receive(scene.client));

        assert_true(id < BURST && !answered[id]);
        answered[id] = true;
    }
}

TEST_WITH(own_size, a_reply_is_no_longer_than_configured)
{
    static uint8_t records[8192];
    const uint8_t address[] = {192, 0, 2, 1};
    struct ask query = ask_of(1, "www.example.", "A");
    struct asked asked;
    struct answer answer;

    set_up_with(700);
    send_wire(scene.client, query.wire, query.size);
    asked = next_asked(lookup());
    answer_init(&answer, &asked.question, records, sizeof records);
    for (int i = 0; i < 100; i++)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 10));
    send_answer(lookup(), &asked, &answer);
    assert_in_range(receive(scene.client)->len, 700 - 16 + 1, 700);
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

TEST_WITH(server, when_the_lookup_process_died_waiting_clients_are_told)
{
    ask(1, "www.example.", "A");
    next_asked(lookup());
    assert_int_equal(
        channel_send_control(scene.supervisor.right, CONTROL_LOOKUP_DIED, NULL, 0),
        CHANNEL_DONE);
    assert_string_equal(receive_text(scene.client),
                        "SERVFAIL: Other Error (0): the lookup process died\n");
}

TEST_WITH(server, another_word_of_the_supervisor_changes_nothing)
{
    struct asked asked;

    ask(1, "www.example.", "A");
    asked = next_asked(lookup());
    assert_int_equal(channel_send(scene.supervisor.right, "\377", 1, CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_int_equal(channel_send(scene.supervisor.right, "long", 4, CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_next_is_answered_first();
    answer_asked(lookup(), &asked, 10);
    assert_string_equal(receive_text(scene.client), "NOERROR\n"
                                                    "www.example. 10 A 192.0.2.1\n");
}
