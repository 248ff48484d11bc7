#include "responder.h"

#include "base/clock.h"
#include "client/exchange.h"

#include <errno.h>

static const struct exchange_manner patient = {.tries = 2, .try_ms = 60000};
static const struct exchange_manner brief = {.tries = 2, .try_ms = 40};

static void run(const struct addr *server, struct exchange *exchange,
                struct exchange_manner patience)
{
    int fd = exchange_open(server);

    assert_int_not_equal(fd, -1);
    assert_int_equal(ask_build(&exchange->ask, "host.test", TYPE_A), 0);
    exchange_run(fd, exchange, 1, &patience);
    close(fd);
}

/* Asks the script one question. */
static void ask(responder_script *script, struct exchange *exchange,
                struct exchange_manner patience, unsigned expected_queries)
{
    struct responder responder;

    responder_start(&responder, script);
    run(&responder.addr, exchange, patience);
    responder_stop(&responder);
    assert_int_equal(responder.asked, expected_queries);
}

/* Gives the reply back. */
static void assert_answered(struct exchange *exchange)
{
    assert_int_equal(exchange->state, EXCHANGE_ANSWERED);
    assert_true(exchange->size > sizeof RECORD_A);
    assert_memory_equal(exchange->reply + exchange->size - sizeof RECORD_A, RECORD_A,
                        sizeof RECORD_A);
    exchange_free(exchange);
}

TEST(a_reply_is_taken)
{
    struct exchange exchange;

    ask(responder_addresses, &exchange, patient, 1);
    assert_answered(&exchange);
}

static void break_octet(struct responder *responder, const uint8_t *query, size_t size,
                        size_t at)
{
    uint8_t reply[512];
    size_t len =
        responder_write(reply, query, size, 0, 1, 0, RECORD_AAAA, sizeof RECORD_AAAA);

    reply[at] ^= 1;
    responder_send(responder, reply, len);
}

static void false_replies_first(struct responder *responder, const uint8_t *query,
                                size_t size)
{
    break_octet(responder, query, size, 0);                                /* id */
    break_octet(responder, query, size, 13);                               /* name */
    break_octet(responder, query, size, responder_question_end(size) - 3); /* type */
    responder_send(responder, query, size);                                /* not a reply */
    responder_send(responder, query, 7);
    responder_addresses(responder, query, size);
}

TEST(what_is_no_reply_to_the_question_is_ignored)
{
    struct exchange exchange;

    ask(false_replies_first, &exchange, patient, 1);
    assert_answered(&exchange);
}

static void stranger_first(struct responder *responder, const uint8_t *query, size_t size)
{
    uint8_t reply[512];
    size_t len = responder_write(reply, query, size, 3, 0, 0, "", 0);
    struct addr addr;
    int stranger = responder_socket(&addr);

    sendto(stranger, reply, len, 0, &responder->client.sock.any, responder->client.len);
    close(stranger);
    responder_addresses(responder, query, size);
}

TEST(a_stranger_is_not_heard)
{
    struct exchange exchange;

    ask(stranger_first, &exchange, patient, 1);
    assert_answered(&exchange);
}

static void second_try_only(struct responder *responder, const uint8_t *query, size_t size)
{
    if (responder->asked == 2)
        responder_addresses(responder, query, size);
}

TEST(a_lost_query_is_sent_again)
{
    const struct exchange_manner one_short = {.tries = 2, .try_ms = 1000};
    struct exchange exchange;

    ask(second_try_only, &exchange, one_short, 2);
    assert_answered(&exchange);
}

static void say_nothing(struct responder *responder, const uint8_t *query, size_t size)
{
    (void)responder;
    (void)query;
    (void)size;
}

TEST(silence_ends_after_all_tries)
{
    struct exchange exchange;
    int64_t start = clock_ms();

    ask(say_nothing, &exchange, brief, 2);
    assert_int_equal(exchange.state, EXCHANGE_SILENT);
    assert_true(clock_ms() - start >= 79);
}

/* Ten false replies and a true one lie in the socket already, but no time is left: each try
 * looks at one of them, so a flood ends with the try. */
TEST(false_replies_do_not_stop_the_clock)
{
    const struct exchange_manner none = {.tries = 2, .try_ms = 0};
    struct responder responder;
    struct exchange exchange;
    int fd;

    responder_listen(&responder, NULL);
    fd = exchange_open(&responder.addr);
    responder.client.len = sizeof responder.client.sock;
    assert_int_equal(getsockname(fd, &responder.client.sock.any, &responder.client.len), 0);
    assert_int_equal(ask_build(&exchange.ask, "host.test", TYPE_A), 0);
    for (int i = 0; i < 10; i++)
        break_octet(&responder, exchange.ask.wire, exchange.ask.size, 0);
    responder_addresses(&responder, exchange.ask.wire, exchange.ask.size);
    exchange_run(fd, &exchange, 1, &none);
    assert_int_equal(exchange.state, EXCHANGE_SILENT);
    exchange_run(fd, &exchange, 1, &patient);
    assert_answered(&exchange);
    close(responder.fd);
    close(fd);
}

static void big_replies(struct responder *responder, const uint8_t *query, size_t size)
{
    uint8_t reply[EXCHANGE_REPLY_MAX + 1] = {0};

    responder_write(reply, query, size, 2, 0, 0, "", 0);
    responder_send(responder, reply, sizeof reply);
    responder_write(reply, query, size, 0, 0, 0, "", 0);
    responder_send(responder, reply, sizeof reply - 1);
}

TEST(a_reply_has_at_most_4096_octets)
{
    struct exchange exchange;

    ask(big_replies, &exchange, patient, 1);
    assert_int_equal(exchange.state, EXCHANGE_ANSWERED);
    assert_int_equal(exchange.size, 4096);
    assert_int_equal(exchange.reply[3] & 0xf, 0);
    exchange_free(&exchange);
}

/* The address of a port on which nobody listens any more. */
static struct addr closed_port(void)
{
    struct addr addr;

    close(responder_socket(&addr));
    return addr;
}

TEST(a_closed_port_is_reported_at_once)
{
    struct addr nobody = closed_port();
    struct exchange exchange;
    int64_t start = clock_ms();

    run(&nobody, &exchange, patient);
    assert_int_equal(exchange.state, EXCHANGE_UNREACHABLE);
    assert_int_equal(exchange.error, ECONNREFUSED);
    assert_true(clock_ms() - start < 30000);
}

TEST(an_old_error_does_not_spoil_the_next_question)
{
    struct addr addr = closed_port();
    struct responder responder = {.script = responder_addresses};
    struct exchange exchange;
    int fd = exchange_open(&addr);

    assert_int_equal(send(fd, "x", 1, 0), 1); /* its failure is kept for the next call */
    responder.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    responder.addr = addr;
    assert_int_equal(bind(responder.fd, &addr.sock.any, addr.len), 0);
    responder_run(&responder);
    assert_int_equal(ask_build(&exchange.ask, "host.test", TYPE_A), 0);
    exchange_run(fd, &exchange, 1, &patient);
    assert_answered(&exchange);
    responder_stop(&responder);
    close(fd);
}

static uint8_t first_query[512];
static size_t first_size;

/* Answers when it has both questions, the second one first. */
static void backwards(struct responder *responder, const uint8_t *query, size_t size)
{
    if (responder->asked == 1) {
        memcpy(first_query, query, size);
        first_size = size;
        return;
    }
    responder_addresses(responder, query, size);
    responder_addresses(responder, first_query, first_size);
}

TEST(questions_travel_together)
{
    struct responder responder;
    struct exchange both[2];
    int fd;

    responder_start(&responder, backwards);
    fd = exchange_open(&responder.addr);
    assert_int_equal(ask_build(&both[0].ask, "host.test", TYPE_A), 0);
    assert_int_equal(ask_build(&both[1].ask, "host.test", TYPE_AAAA), 0);
    exchange_run(fd, both, 2, &patient);
    responder_stop(&responder);
    assert_answered(&both[0]);
    assert_int_equal(both[1].state, EXCHANGE_ANSWERED);
    assert_memory_equal(both[1].reply + both[1].size - sizeof RECORD_AAAA, RECORD_AAAA,
                        sizeof RECORD_AAAA);
    exchange_free(&both[1]);
    close(fd);
}

static void answer_a_only(struct responder *responder, const uint8_t *query, size_t size)
{
    if (responder_type(query, size) == TYPE_A)
        responder_addresses(responder, query, size);
}

TEST(an_answered_question_is_not_sent_again)
{
    const struct exchange_manner enough = {.tries = 2, .try_ms = 500}; /* for the A */
    struct responder responder;
    struct exchange both[2];
    int fd;

    responder_start(&responder, answer_a_only);
    fd = exchange_open(&responder.addr);
    assert_int_equal(ask_build(&both[0].ask, "host.test", TYPE_A), 0);
    assert_int_equal(ask_build(&both[1].ask, "host.test", TYPE_AAAA), 0);
    exchange_run(fd, both, 2, &enough);
    responder_stop(&responder);
    assert_answered(&both[0]);
    assert_int_equal(both[1].state, EXCHANGE_SILENT);
    assert_int_equal(responder.asked, 3);
    close(fd);
}
