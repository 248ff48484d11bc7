/* A server over TCP that sends what a test wants, in pieces. */
#include "responder.h"

#include "base/clock.h"
#include "client/stream.h"
#include "client/wait.h"

enum { PATIENT_MS = 60000 };

struct server {
    int fd;
    struct addr addr;
    void (*script)(int connection, const uint8_t *query, size_t size);
    pthread_t thread;
};

static void read_whole(int fd, uint8_t *octets, size_t size)
{
    for (ssize_t count; size > 0; octets += count, size -= (size_t)count)
        if ((count = read(fd, octets, size)) <= 0)
            return;
}

static void *serve(void *context)
{
    const struct server *server = context;
    int connection = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
    uint8_t length[2] = {0}, query[512] = {0};
    size_t size;

    read_whole(connection, length, sizeof length);
    size = (size_t)length[0] << 8 | length[1];
    read_whole(connection, query, size);
    server->script(connection, query, size);
    close(connection);
    return NULL;
}

static void send_octets(int fd, const void *octets, size_t size)
{
    assert_int_equal(send(fd, octets, size, MSG_NOSIGNAL), size);
}

static void send_message(int fd, const uint8_t *wire, size_t size)
{
    const uint8_t length[] = {(uint8_t)(size >> 8), (uint8_t)size};

    send_octets(fd, length, sizeof length);
    send_octets(fd, wire, size);
}

static struct ask asked;
static uint8_t *reply;
static size_t reply_size;

/* Until the stream has come to an end, or the deadline has: 0, or an errno. */
static int run(struct stream *stream, int64_t deadline)
{
    enum stream_result result;

    while ((result = stream_continue(stream)) == STREAM_WAITS) {
        if ((stream_writes(stream) ? wait_writable : wait_readable)(stream->fd, deadline) ==
            WAIT_TIMEOUT)
            return ETIMEDOUT;
    }
    return result == STREAM_DONE ? 0 : errno;
}

/* What comes of a question: 0 and the reply, or an errno. */
static int ask_addr(const struct addr *addr, int ms)
{
    struct stream stream;
    int outcome;

    assert_int_equal(ask_build(&asked, "host.test", TYPE_A, &(struct ask_form){0}), 0);
    if (stream_open(&stream, addr, &asked) != 0)
        return errno;
    outcome = run(&stream, clock_ms() + ms);
    if (outcome == 0) {
        reply = stream.reply;
        reply_size = stream.size;
        stream.reply = NULL;
    }
    stream_close(&stream);
    return outcome;
}

static int ask_server(void (*script)(int, const uint8_t *, size_t), int ms)
{
    struct server server = {.script = script};
    int outcome;

    server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(addr_parse(&server.addr, "127.0.0.1", 0));
    assert_int_equal(bind(server.fd, &server.addr.sock.any, server.addr.len), 0);
    assert_int_equal(listen(server.fd, 1), 0);
    assert_int_equal(getsockname(server.fd, &server.addr.sock.any, &server.addr.len), 0);
    assert_int_equal(pthread_create(&server.thread, NULL, serve, &server), 0);
    outcome = ask_addr(&server.addr, ms);
    pthread_join(server.thread, NULL);
    close(server.fd);
    return outcome;
}

static size_t write_reply(uint8_t *wire, const uint8_t *query, size_t size)
{
    return responder_write(wire, query, size, 0, 1, 0, RECORD_A, sizeof RECORD_A);
}

static void octet_by_octet(int fd, const uint8_t *query, size_t size)
{
    uint8_t wire[512];
    size_t len = write_reply(wire + 2, query, size);

    wire[0] = 0;
    wire[1] = (uint8_t)len;
    for (size_t i = 0; i < 2 + len; i++)
        send_octets(fd, wire + i, 1);
}

TEST(a_reply_in_pieces_is_put_together)
{
    assert_int_equal(ask_server(octet_by_octet, PATIENT_MS), 0);
    assert_true(ask_is_reply(&asked, reply, reply_size));
    assert_memory_equal(reply + reply_size - sizeof RECORD_A, RECORD_A, sizeof RECORD_A);
    free(reply);
}

static void as_long_as_can_be(int fd, const uint8_t *query, size_t size)
{
    static uint8_t wire[65535];

    write_reply(wire, query, size);
    send_message(fd, wire, sizeof wire);
}

TEST(a_reply_may_have_64_kib)
{
    assert_int_equal(ask_server(as_long_as_can_be, PATIENT_MS), 0);
    assert_int_equal(reply_size, 65535);
    free(reply);
}

static void of_another_question(int fd, const uint8_t *query, size_t size)
{
    uint8_t wire[512];
    size_t len = write_reply(wire, query, size);

    wire[13] ^= 1;
    send_message(fd, wire, len);
}

TEST(a_reply_to_another_question_is_none)
{
    assert_int_equal(ask_server(of_another_question, PATIENT_MS), EBADMSG);
}

static void of_no_length(int fd, const uint8_t *query, size_t size)
{
    (void)size;
    send_message(fd, query, 0);
}

TEST(a_message_without_octets_is_none)
{
    assert_int_equal(ask_server(of_no_length, PATIENT_MS), EBADMSG);
}

static void cut_off(int fd, const uint8_t *query, size_t size)
{
    uint8_t wire[512];
    const uint8_t length[] = {1, 0};

    send_octets(fd, length, sizeof length);
    send_octets(fd, wire, write_reply(wire, query, size));
}

static void hang_up(int fd, const uint8_t *query, size_t size)
{
    (void)fd;
    (void)query;
    (void)size;
}

TEST(an_end_before_the_reply_is_a_failure)
{
    assert_int_equal(ask_server(cut_off, PATIENT_MS), ENODATA);
    assert_int_equal(ask_server(hang_up, PATIENT_MS), ENODATA);
}

/* Until the client has given up. */
static void say_nothing(int fd, const uint8_t *query, size_t size)
{
    char octet;

    (void)query;
    (void)size;
    assert_int_equal(read(fd, &octet, 1), 0);
}

TEST(nobody_is_waited_for_beyond_the_deadline)
{
    assert_int_equal(ask_server(say_nothing, 50), ETIMEDOUT);
}

TEST(a_refused_connection_is_told)
{
    struct addr addr;
    int fd = responder_socket(&addr); /* nobody else has the port, and nobody listens */

    assert_int_equal(ask_addr(&addr, PATIENT_MS), ECONNREFUSED);
    close(fd);
}
