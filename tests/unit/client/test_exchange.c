#include "responder.h"

#include "base/clock.h"
#include "client/datagram.h"
#include "client/outstanding.h"

static const struct exchange_manner patient = {.tries = 2, .try_ms = 60000};
static const struct exchange_manner brief = {.tries = 2, .try_ms = 40};

static void run_all(int fd, struct exchange *const all[], size_t count)
{
    struct outstanding *outstanding = outstanding_new(fd);

    for (size_t i = 0; i < count; i++)
        outstanding_start(outstanding, all[i]);
    while (outstanding_count(outstanding) > 0)
        outstanding_turn(outstanding, -1, WAIT_FOREVER);
    outstanding_free(outstanding);
}

static void run(const struct addr *server, struct exchange *exchange,
                struct exchange_manner patience)
{
    int fd = datagram_open(server);

    assert_int_not_equal(fd, -1);
    assert_int_equal(ask_build(&exchange->ask, "host.test", TYPE_A, &(struct ask_form){0}),
                     0);
    exchange->manner = patience;
    run_all(fd, &exchange, 1);
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
    assert_memory_equal(exchange->wire + exchange->size - sizeof RECORD_A, RECORD_A,
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

/* Sends false replies without end, whatever the client does meanwhile. */
static void *flood(void *arg)
{
    struct responder *responder = arg;
    uint8_t query[512], again[512];
    ssize_t size;

    responder->client.len = sizeof responder->client.sock;
    size = recvfrom(responder->fd, query, sizeof query, 0, &responder->client.sock.any,
                    &responder->client.len);
    while (recv(responder->fd, again, sizeof again, MSG_DONTWAIT) != 0)
        break_octet(responder, query, (size_t)size, 0);
    return NULL;
}

/* An empty datagram ends the flood; it comes when the question has ended. */
TEST(false_replies_do_not_stop_the_clock)
{
    struct responder responder;
    struct exchange exchange;

    responder_listen(&responder, NULL);
    assert_int_equal(pthread_create(&responder.thread, NULL, flood, &responder), 0);
    run(&responder.addr, &exchange, brief);
    assert_int_equal(exchange.state, EXCHANGE_SILENT);
    assert_int_equal(exchange.tries, 2);
    responder_stop(&responder);
}

static void as_long_as_can_be(struct responder *responder, const uint8_t *query,
                              size_t size)
{
    static uint8_t reply[65507]; /* with the headers of UDP and IPv4: 65,535 octets */

    responder_write(reply, query, size, 0, 0, 0, "", 0);
    responder_send(responder, reply, sizeof reply);
}

TEST(a_datagram_may_be_of_any_length)
{
    struct exchange exchange;

    ask(as_long_as_can_be, &exchange, patient, 1);
    assert_int_equal(exchange.state, EXCHANGE_ANSWERED);
    assert_int_equal(exchange.size, 65507);
    exchange_free(&exchange);
}

TEST(a_question_knows_when_it_was_sent_and_answered)
{
    struct exchange exchange;
    int64_t before = clock_us();

    ask(responder_addresses, &exchange, patient, 1);
    assert_in_range(exchange.sent_us, before, clock_us());
    assert_in_range(exchange.ended_us, exchange.sent_us, clock_us());
    assert_int_equal(exchange.tries, 1);
    assert_false(exchange.is_over_tcp);
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
    int fd = datagram_open(&addr);

    assert_int_equal(send(fd, "x", 1, 0), 1); /* its failure is kept for the next call */
    responder.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    responder.addr = addr;
    assert_int_equal(bind(responder.fd, &addr.sock.any, addr.len), 0);
    responder_run(&responder);
    assert_int_equal(ask_build(&exchange.ask, "host.test", TYPE_A, &(struct ask_form){0}),
                     0);
    exchange.manner = patient;
    run_all(fd, &(struct exchange *){&exchange}, 1);
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
    fd = datagram_open(&responder.addr);
    assert_int_equal(ask_build(&both[0].ask, "host.test", TYPE_A, &(struct ask_form){0}),
                     0);
    assert_int_equal(ask_build(&both[1].ask, "host.test", TYPE_AAAA, &(struct ask_form){0}),
                     0);
    both[0].manner = both[1].manner = patient;
    run_all(fd, (struct exchange *[]){&both[0], &both[1]}, 2);
    responder_stop(&responder);
    assert_answered(&both[0]);
    assert_int_equal(both[1].state, EXCHANGE_ANSWERED);
    assert_memory_equal(both[1].wire + both[1].size - sizeof RECORD_AAAA, RECORD_AAAA,
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
    fd = datagram_open(&responder.addr);
    assert_int_equal(ask_build(&both[0].ask, "host.test", TYPE_A, &(struct ask_form){0}),
                     0);
    assert_int_equal(ask_build(&both[1].ask, "host.test", TYPE_AAAA, &(struct ask_form){0}),
                     0);
    both[0].manner = both[1].manner = enough;
    run_all(fd, (struct exchange *[]){&both[0], &both[1]}, 2);
    responder_stop(&responder);
    assert_answered(&both[0]);
    assert_int_equal(both[1].state, EXCHANGE_SILENT);
    assert_int_equal(responder.asked, 3);
    close(fd);
}
