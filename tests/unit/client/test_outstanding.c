/* Questions of all kinds to one scripted server, at the same time. */
#include "responder.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "client/datagram.h"
#include "client/outstanding.h"

#include <signal.h>
#include <sys/wait.h>

static const struct exchange_manner patient = {.tries = 2, .try_ms = 60000};
static const struct exchange_manner brief = {.tries = 2, .try_ms = 60};

static struct responder responder;
static struct outstanding *outstanding;
static int fd;

static struct exchange_manner manner;

static void open_to(const struct addr *server, const struct exchange_manner *all)
{
    manner = *all;
    fd = datagram_open(server);
    outstanding = outstanding_new(fd);
    assert_non_null(outstanding);
}

static void start(struct exchange *exchange, const char *name, uint16_t type)
{
    const struct ask_form form = {0};

    assert_int_equal(ask_build(&exchange->ask, name, type, &form), 0);
    exchange->manner = manner;
    outstanding_start(outstanding, exchange);
}

/* Waits for the next one that ends. */
static struct exchange *next(void)
{
    struct exchange *exchange;

    while (!(exchange = outstanding_take(outstanding)))
        outstanding_turn(outstanding, -1, WAIT_FOREVER);
    return exchange;
}

static void close_all(void)
{
    outstanding_free(outstanding);
    close(fd);
}

/* Nothing for names that begin with "h". */
static void some_hang(struct responder *server, const uint8_t *query, size_t size)
{
    if (query[13] != 'h')
        responder_addresses(server, query, size);
}

TEST(one_that_hangs_holds_up_nobody)
{
    struct exchange hung, one, two;

    responder_start(&responder, some_hang);
    open_to(&responder.addr, &patient);
    start(&hung, "hung.test", TYPE_A);
    start(&one, "one.test", TYPE_A);
    assert_ptr_equal(next(), &one);
    assert_int_equal(one.state, EXCHANGE_ANSWERED);
    start(&two, "two.test", TYPE_A);
    assert_ptr_equal(next(), &two);
    assert_int_equal(outstanding_count(outstanding), 1);
    assert_int_equal(hung.state, EXCHANGE_WAITING);
    close_all();
    responder_stop(&responder);
    exchange_free(&one);
    exchange_free(&two);
}

TEST(each_has_its_own_tries)
{
    struct exchange early, late;
    int64_t begun = clock_ms(), late_begun;

    responder_start(&responder, some_hang);
    open_to(&responder.addr, &brief);
    start(&early, "h1.test", TYPE_A);
    while (clock_ms() < begun + 30)
        outstanding_turn(outstanding, -1, begun + 30);
    late_begun = clock_us();
    start(&late, "h2.test", TYPE_A);
    assert_ptr_equal(next(), &early);
    assert_int_equal(early.state, EXCHANGE_SILENT);
    assert_int_equal(early.tries, 2);
    assert_ptr_equal(next(), &late);
    assert_int_equal(late.tries, 2);
    assert_true(late.ended_us - late_begun >= 119000);
    close_all();
    responder_stop(&responder);
}

/* The same question twice is two questions. */
TEST(a_reply_belongs_to_one_question)
{
    struct exchange both[2];

    responder_start(&responder, responder_addresses);
    open_to(&responder.addr, &patient);
    start(&both[0], "a.test", TYPE_A);
    start(&both[1], "a.test", TYPE_A);
    next();
    next();
    assert_null(outstanding_take(outstanding));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(both[i].state, EXCHANGE_ANSWERED);
        assert_memory_equal(both[i].wire, both[i].ask.wire, 2);
        exchange_free(&both[i]);
    }
    close_all();
    responder_stop(&responder);
}

static void answer_the_first(struct responder *server, const uint8_t *query, size_t size)
{
    if (server->asked == 1)
        responder_addresses(server, query, size);
}

TEST(a_reply_that_fits_two_belongs_to_the_one_sent_first)
{
    struct exchange first, second;

    responder_start(&responder, answer_the_first);
    open_to(&responder.addr, &patient);
    start(&first, "a.test", TYPE_A);
    second.ask = first.ask;
    second.manner = manner;
    second.owner = NULL;
    outstanding_start(outstanding, &second);
    assert_ptr_equal(next(), &first);
    assert_null(outstanding_take(outstanding));
    assert_int_equal(outstanding_count(outstanding), 1);
    exchange_free(&first);
    close_all();
    responder_stop(&responder);
}

TEST(when_nobody_listens_all_end_at_once)
{
    struct exchange all[3];
    struct addr nobody;

    close(responder_socket(&nobody));
    open_to(&nobody, &patient);
    for (int i = 0; i < 3; i++)
        start(&all[i], "a.test", TYPE_A);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(next()->state, EXCHANGE_UNREACHABLE);
        assert_int_equal(all[i].error, ECONNREFUSED);
    }
    close_all();
}

TEST(input_ends_a_turn_and_the_questions_go_on)
{
    struct exchange hung;
    int ends[2];

    responder_start(&responder, some_hang);
    open_to(&responder.addr, &patient);
    start(&hung, "hung.test", TYPE_A);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(outstanding_turn(outstanding, ends[0], clock_ms() + 10), WAIT_TIMEOUT);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(outstanding_turn(outstanding, ends[0], WAIT_FOREVER), WAIT_READY);
    assert_int_equal(outstanding_count(outstanding), 1);
    close(ends[0]);
    close(ends[1]);
    close_all();
    responder_stop(&responder);
}

/* TCP: a listener at the responder's port, whose connections the test itself serves. */

static int listen_beside(const struct addr *addr)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(listener, &addr->sock.any, addr->len), 0);
    assert_int_equal(listen(listener, 64), 0);
    return listener;
}

/* Twice, as a network may deliver it. */
static void truncated(struct responder *server, const uint8_t *query, size_t size)
{
    responder_reply(server, query, size, 0x0200, 0, 0, "", 0);
    responder_reply(server, query, size, 0x0200, 0, 0, "", 0);
}

/* Waits for a connection while the questions go on; its descriptor. */
static int accepted(int listener)
{
    while (outstanding_turn(outstanding, listener, WAIT_FOREVER) != WAIT_READY)
        ;
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static size_t read_query(int connection, uint8_t query[static 512])
{
    ssize_t size;

    while (outstanding_turn(outstanding, connection, WAIT_FOREVER) != WAIT_READY)
        ;
    size = read(connection, query, 512);
    assert_true(size > 2);
    return (size_t)size;
}

static void serve_one(int connection)
{
    uint8_t query[512], reply[512];
    size_t size = read_query(connection, query);

    size =
        responder_write(reply + 2, query + 2, size - 2, 0, 1, 0, RECORD_A, sizeof RECORD_A);
    reply[0] = 0;
    reply[1] = (uint8_t)size;
    assert_int_equal(write(connection, reply, size + 2), size + 2);
}

TEST(a_truncated_one_goes_on_over_tcp_beside_others)
{
    struct exchange first, second;
    int listener, connections[2];
    uint8_t query[512];

    responder_start(&responder, truncated);
    listener = listen_beside(&responder.addr);
    open_to(&responder.addr, &patient);
    start(&first, "first.test", TYPE_A);
    start(&second, "second.test", TYPE_A);
    connections[0] = accepted(listener);
    connections[1] = accepted(listener);
    serve_one(connections[1]); /* the first one hangs */
    assert_ptr_equal(next(), &second);
    assert_int_equal(second.state, EXCHANGE_ANSWERED);
    assert_true(second.is_over_tcp);
    assert_false(wire_flags(second.wire) & WIRE_TC);
    assert_int_equal(first.state, EXCHANGE_WAITING);
    read_query(connections[0], query);
    close(connections[0]);
    assert_ptr_equal(next(), &first);
    assert_int_equal(first.state, EXCHANGE_ANSWERED);
    assert_true(wire_flags(first.wire) & WIRE_TC);
    assert_int_equal(first.tcp_error, ENODATA);
    assert_false(first.is_over_tcp);
    close(connections[1]);
    close(listener);
    close_all();
    responder_stop(&responder);
    exchange_free(&first);
    exchange_free(&second);
}

TEST(giving_up_closes_the_connections)
{
    static const struct exchange_manner over_tcp = {.try_ms = 60000, .use_tcp = true};
    struct exchange exchange;
    uint8_t query[512];
    int listener, connection;

    responder_listen(&responder, NULL);
    listener = listen_beside(&responder.addr);
    open_to(&responder.addr, &over_tcp);
    start(&exchange, "a.test", TYPE_A);
    connection = accepted(listener);
    read_query(connection, query);
    close_all();
    assert_int_equal(read(connection, query, sizeof query), 0);
    close(connection);
    close(listener);
    close(responder.fd);
}

/* Nobody sends all records of a name to an address that may be forged. */
TEST(any_is_asked_for_over_tcp)
{
    static const struct exchange_manner udp = {
        .tries = 1, .try_ms = 60000, .keep_to_udp = true};
    struct exchange any;
    int listener, connection;

    responder_start(&responder, responder_addresses);
    listener = listen_beside(&responder.addr);
    open_to(&responder.addr, &patient);
    start(&any, "a.test", TYPE_ANY);
    connection = accepted(listener);
    serve_one(connection);
    assert_ptr_equal(next(), &any);
    assert_true(any.is_over_tcp);
    assert_int_equal(any.tries, 0);
    exchange_free(&any);
    close_all();
    open_to(&responder.addr, &udp);
    start(&any, "a.test", TYPE_ANY);
    assert_ptr_equal(next(), &any);
    assert_false(any.is_over_tcp);
    exchange_free(&any);
    close_all();
    close(connection);
    close(listener);
    responder_stop(&responder);
}

/* BADCOOKIE for all queries whose cookie does not end with "server's". */
static void wants_cookie(struct responder *server, const uint8_t *query, size_t size)
{
    uint8_t reply[512];
    size_t end = (size_t)((const uint8_t *)memmem(query, size, "\0\0\x29", 3) - query);
    bool is_good = memcmp(query + size - 8, "server's", 8) == 0 && query[13] != 'x';
    struct writer out = writer_of(reply, sizeof reply);

    put_bytes(&out, query, end);
    put_u16_at(&out, 2, is_good ? 0x8180 : 0x8187);
    put_bytes(&out, "\0\0\x29\4\xd0", 5);
    put_u8(&out, is_good ? 0 : 1);
    put_bytes(&out, "\0\0\0\0\x14\0\x0a\0\x10", 9);
    put_bytes(&out, query + end + 15, 8);
    put_bytes(&out, "server's", 8);
    responder_send(server, reply, out.pos);
}

static void start_with_cookie(struct exchange *exchange, const char *name)
{
    struct ask_form form = {.cookie_size = 8, .cookie = "client's"};

    assert_int_equal(ask_build(&exchange->ask, name, TYPE_A, &form), 0);
    exchange->manner = manner;
    outstanding_start(outstanding, exchange);
}

TEST(a_cookie_that_is_refused_is_renewed)
{
    struct exchange one;

    responder_start(&responder, wants_cookie);
    open_to(&responder.addr, &patient);
    start_with_cookie(&one, "a.test");
    assert_ptr_equal(next(), &one);
    assert_int_equal(one.state, EXCHANGE_ANSWERED);
    assert_int_equal(one.wire[3], 0x80);
    assert_int_equal(responder.asked, 2);
    exchange_free(&one);
    close_all();
    responder_stop(&responder);
}

TEST(a_cookie_that_is_refused_again_is_left_to_tcp)
{
    struct exchange one;
    int listener, connection;
    uint8_t query[512];

    responder_start(&responder, wants_cookie);
    listener = listen_beside(&responder.addr);
    open_to(&responder.addr, &patient);
    start_with_cookie(&one, "x.test");
    connection = accepted(listener);
    read_query(connection, query);
    assert_int_equal(responder.asked, 2);
    close(connection);
    assert_ptr_equal(next(), &one);
    assert_int_equal(one.state, EXCHANGE_ANSWERED);
    assert_int_equal(one.wire[3], 0x87);
    assert_int_equal(one.tcp_error, ENODATA);
    exchange_free(&one);
    close(listener);
    close_all();
    responder_stop(&responder);
}

TEST(few_connections_are_open_at_a_time)
{
    enum { MANY = 40, AT_ONCE = 16 };
    static const struct exchange_manner over_tcp = {.try_ms = 60000, .use_tcp = true};
    static struct exchange all[MANY];
    int listener, connections[AT_ONCE];

    responder_listen(&responder, NULL);
    listener = listen_beside(&responder.addr);
    open_to(&responder.addr, &over_tcp);
    for (int i = 0; i < MANY; i++)
        start(&all[i], "a.test", TYPE_A);
    for (int i = 0; i < AT_ONCE; i++)
        connections[i] = accepted(listener);
    assert_int_equal(outstanding_turn(outstanding, listener, clock_ms() + 20),
                     WAIT_TIMEOUT);
    for (int i = 0; i < MANY; i++) {
        int last = i + AT_ONCE < MANY;

        serve_one(connections[i % AT_ONCE]);
        exchange_free(next());
        close(connections[i % AT_ONCE]);
        if (last)
            connections[i % AT_ONCE] = accepted(listener);
    }
    assert_int_equal(outstanding_count(outstanding), 0);
    close(listener);
    close(responder.fd);
    close_all();
}

/* In a child: Ctrl+C stays noticed. */
static int interrupted_child(void)
{
    struct exchange hung[2];

    wait_catch_interrupt();
    open_to(&responder.addr, &patient);
    start(&hung[0], "h1.test", TYPE_A);
    start(&hung[1], "h2.test", TYPE_A);
    raise(SIGINT);
    if (outstanding_turn(outstanding, -1, WAIT_FOREVER) != WAIT_INTERRUPTED)
        return 1;
    return outstanding_take(outstanding)->state == EXCHANGE_INTERRUPTED &&
                   outstanding_take(outstanding)->state == EXCHANGE_INTERRUPTED
               ? 0
               : 2;
}

TEST(ctrl_c_ends_all_of_them)
{
    int status;
    pid_t child;

    responder_start(&responder, some_hang);
    child = fork();
    if (child == 0)
        _exit(interrupted_child());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    responder_stop(&responder);
}

static void hear_interrupts(void)
{
    signal(SIGINT, SIG_DFL);
}

GROUP(hear_interrupts, NULL);
