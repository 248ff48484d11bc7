/*
 * What a question goes through, while others do the same:
 *
 *   over UDP   `needs_tcp` is false: a datagram is sent, again when the time of a try is
 *              over, until a reply comes or there are no tries left.
 *   in line    `needs_tcp`, no `stream`: the reply was truncated, or TCP is asked for. Few
 *              connections are open at a time, as a server may limit them.
 *   over TCP   `stream`: one connection for one question, with the time of one try.
 *
 * The waiting questions are in the order in which they were started: a reply belongs to the
 * first one that it fits.
 */
#include "client/outstanding.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "client/cookie.h"
#include "client/datagram.h"
#include "client/stream.h"

#include <errno.h>
#include <stdlib.h>

enum {
    STREAMS_MAX = 16,
    RECEIVE_MAX = 1024, /* datagrams in a row: more than a socket's buffer holds */
};

enum { POLL_SOCKET, POLL_INPUT, POLL_STREAMS }; /* places in `polled` */

struct outstanding {
    int socket;
    int udp_error; /* errno, with which the network has refused a datagram */
    struct addr server;
    struct list waiting, ended; /* of exchanges */
    size_t count;               /* of those that wait */
    size_t streams;             /* that are open */
    struct pollfd polled[POLL_STREAMS + STREAMS_MAX];
    uint8_t datagram[DATAGRAM_MAX]; /* that was received last */
};

struct outstanding *outstanding_new(int socket)
{
    struct outstanding *outstanding = xcalloc(1, sizeof *outstanding);

    outstanding->socket = socket;
    outstanding->server.len = sizeof outstanding->server.sock;
    list_init(&outstanding->waiting);
    list_init(&outstanding->ended);
    getpeername(socket, &outstanding->server.sock.any, &outstanding->server.len);
    datagram_make_room(socket);
    return outstanding;
}

/* The question that was started after this one, or the first one if that is NULL; NULL
 * if there is none. */
static struct exchange *next_waiting(const struct outstanding *outstanding,
                                     const struct exchange *after)
{
    struct list *link = after ? after->link.next : outstanding->waiting.next;

    return link == &outstanding->waiting ? NULL : list_item(link, struct exchange, link);
}

static void drop_stream(struct outstanding *outstanding, struct exchange *exchange)
{
    if (!exchange->stream)
        return;
    stream_close(exchange->stream);
    free(exchange->stream);
    exchange->stream = NULL;
    outstanding->streams--;
}

static void end(struct outstanding *outstanding, struct exchange *exchange,
                enum exchange_state state, int error)
{
    drop_stream(outstanding, exchange);
    exchange->state = state;
    exchange->error = error;
    exchange->ended_us = clock_us();
    list_remove(&exchange->link);
    list_append(&outstanding->ended, &exchange->link);
    outstanding->count--;
}

void outstanding_free(struct outstanding *outstanding)
{
    struct exchange *exchange = NULL;

    while ((exchange = next_waiting(outstanding, exchange)))
        drop_stream(outstanding, exchange);
    free(outstanding);
}

size_t outstanding_count(const struct outstanding *outstanding)
{
    return outstanding->count;
}

struct exchange *outstanding_take(struct outstanding *outstanding)
{
    struct exchange *exchange = list_first(&outstanding->ended, struct exchange, link);

    if (exchange)
        list_remove(&exchange->link);
    return exchange;
}

/* The same query each time, id included: a late reply to the first try is still good. */
static void send_try(struct outstanding *outstanding, struct exchange *exchange)
{
    exchange->tries++;
    exchange->deadline = clock_ms() + exchange->manner.try_ms;
    if (exchange->sent_us == 0)
        exchange->sent_us = clock_us();
    if (datagram_send(outstanding->socket, &exchange->ask) != 0)
        outstanding->udp_error = errno;
}

/* An error of the socket concerns every question that was sent through it. */
static void heed_udp_error(struct outstanding *outstanding)
{
    struct exchange *exchange = next_waiting(outstanding, NULL), *next;

    for (; outstanding->udp_error != 0 && exchange; exchange = next) {
        next = next_waiting(outstanding, exchange);
        if (!exchange->needs_tcp)
            end(outstanding, exchange, EXCHANGE_UNREACHABLE, outstanding->udp_error);
    }
    outstanding->udp_error = 0;
}

/* Few servers send all records of a name to an address that may be forged (RFC 8482), so
 * ANY is asked for over TCP, as dig does. */
static bool starts_over_tcp(const struct exchange *exchange)
{
    return exchange->manner.use_tcp ||
           (exchange->ask.question.type == TYPE_ANY && !exchange->manner.keep_to_udp);
}

void outstanding_start(struct outstanding *outstanding, struct exchange *exchange)
{
    if (outstanding->count++ == 0)
        datagram_forget_error(outstanding->socket);
    *exchange = (struct exchange){.ask = exchange->ask,
                                  .manner = exchange->manner,
                                  .owner = exchange->owner,
                                  .needs_tcp = starts_over_tcp(exchange)};
    list_append(&outstanding->waiting, &exchange->link);
    if (!exchange->needs_tcp)
        send_try(outstanding, exchange);
    heed_udp_error(outstanding);
}

/* Over UDP */

/* A reply that is not final is kept as well, since TCP may bring nothing. */
static void keep_datagram(struct outstanding *outstanding, struct exchange *exchange,
                          size_t size, bool is_final)
{
    exchange->wire = xmemdup(outstanding->datagram, size);
    exchange->size = size;
    if (is_final)
        end(outstanding, exchange, EXCHANGE_ANSWERED, 0);
    else
        exchange->needs_tcp = true;
}

static void take_datagram(struct outstanding *outstanding, struct exchange *exchange,
                          size_t size)
{
    const struct exchange_manner *manner = &exchange->manner;
    bool is_whole =
        manner->keep_truncated || !(wire_flags(outstanding->datagram) & WIRE_TC);

    switch (cookie_check(&exchange->ask, outstanding->datagram, size)) {
    case COOKIE_FINE:
        keep_datagram(outstanding, exchange, size, is_whole);
        break;
    case COOKIE_REFUSED:
        keep_datagram(outstanding, exchange, size, manner->keep_to_udp);
        break;
    case COOKIE_RENEWED:
        exchange->tries = 0; /* another question */
        send_try(outstanding, exchange);
        break;
    case COOKIE_FOREIGN:
        break;
    }
}

/* The first question over UDP that the datagram answers, or NULL. */
static struct exchange *find_asked(const struct outstanding *outstanding, size_t size)
{
    struct exchange *exchange = NULL;

    while ((exchange = next_waiting(outstanding, exchange)))
        if (!exchange->needs_tcp &&
            ask_is_reply(&exchange->ask, outstanding->datagram, size))
            break;
    return exchange;
}

/* Receives until there are no more, so that no reply that is here already comes too
 * late; but a flood of false ones must not stop the clock. */
static void receive(struct outstanding *outstanding)
{
    for (size_t i = 0; i < RECEIVE_MAX; i++) {
        ssize_t size = datagram_receive(outstanding->socket, outstanding->datagram);
        struct exchange *exchange;

        if (size == -1 && errno != EAGAIN)
            outstanding->udp_error = errno;
        if (size == -1)
            return;
        exchange = find_asked(outstanding, (size_t)size);
        if (exchange)
            take_datagram(outstanding, exchange, (size_t)size);
    }
}

/* Over TCP */

static void fail_tcp(struct outstanding *outstanding, struct exchange *exchange, int error)
{
    exchange->tcp_error = error;
    if (exchange->wire) /* the truncated reply */
        end(outstanding, exchange, EXCHANGE_ANSWERED, 0);
    else
        end(outstanding, exchange,
            error == ETIMEDOUT ? EXCHANGE_SILENT : EXCHANGE_UNREACHABLE, error);
}

static void take_stream(struct outstanding *outstanding, struct exchange *exchange)
{
    free(exchange->wire);
    exchange->wire = exchange->stream->reply;
    exchange->size = exchange->stream->size;
    exchange->is_over_tcp = true;
    exchange->stream->reply = NULL;
    end(outstanding, exchange, EXCHANGE_ANSWERED, 0);
}

static int open_stream(struct outstanding *outstanding, struct exchange *exchange)
{
    struct stream *stream = xmalloc(sizeof *stream);

    if (stream_open(stream, &outstanding->server, &exchange->ask) != 0) {
        free(stream);
        return -1;
    }
    exchange->stream = stream;
    outstanding->streams++;
    exchange->deadline = clock_ms() + exchange->manner.try_ms;
    if (exchange->sent_us == 0)
        exchange->sent_us = clock_us();
    return 0;
}

/* If descriptors are short, the question waits for one that another gives back. */
static bool may_wait(const struct outstanding *outstanding, int error)
{
    return outstanding->streams > 0 && (error == EMFILE || error == ENFILE);
}

static void open_streams(struct outstanding *outstanding)
{
    struct exchange *exchange = next_waiting(outstanding, NULL), *next;

    for (; exchange && outstanding->streams < STREAMS_MAX; exchange = next) {
        next = next_waiting(outstanding, exchange);
        if (!exchange->needs_tcp || exchange->stream ||
            open_stream(outstanding, exchange) == 0)
            continue;
        if (may_wait(outstanding, errno))
            return;
        fail_tcp(outstanding, exchange, errno);
    }
}

static void continue_stream(struct outstanding *outstanding, struct exchange *exchange)
{
    switch (stream_continue(exchange->stream)) {
    case STREAM_WAITS:
        break;
    case STREAM_DONE:
        take_stream(outstanding, exchange);
        break;
    case STREAM_FAILED:
        fail_tcp(outstanding, exchange, errno);
        break;
    }
}

static void continue_streams(struct outstanding *outstanding)
{
    struct exchange *exchange = next_waiting(outstanding, NULL), *next;

    for (; exchange; exchange = next) {
        next = next_waiting(outstanding, exchange);
        if (exchange->polled > 0 && outstanding->polled[exchange->polled].revents != 0)
            continue_stream(outstanding, exchange);
    }
}

/* The turn */

/* A question that waits for its turn over TCP has no deadline. */
static bool has_deadline(const struct exchange *exchange)
{
    return !exchange->needs_tcp || exchange->stream;
}

static void end_try(struct outstanding *outstanding, struct exchange *exchange)
{
    if (exchange->stream)
        fail_tcp(outstanding, exchange, ETIMEDOUT);
    else if (exchange->tries < exchange->manner.tries)
        send_try(outstanding, exchange);
    else
        end(outstanding, exchange, EXCHANGE_SILENT, 0);
}

static void end_tries(struct outstanding *outstanding)
{
    struct exchange *exchange = next_waiting(outstanding, NULL), *next;
    int64_t now = clock_ms();

    for (; exchange; exchange = next) {
        next = next_waiting(outstanding, exchange);
        if (has_deadline(exchange) && exchange->deadline <= now)
            end_try(outstanding, exchange);
    }
}

static int64_t first_deadline(const struct outstanding *outstanding, int64_t until)
{
    int64_t first = until == WAIT_FOREVER ? INT64_MAX : until;
    const struct exchange *exchange = NULL;

    if (!list_empty(&outstanding->ended))
        return 0;
    while ((exchange = next_waiting(outstanding, exchange)))
        if (has_deadline(exchange) && exchange->deadline < first)
            first = exchange->deadline;
    return first == INT64_MAX ? WAIT_FOREVER : first;
}

static size_t fill_polled(struct outstanding *outstanding, int input)
{
    struct exchange *exchange = NULL;
    size_t count = POLL_STREAMS;

    outstanding->polled[POLL_SOCKET] = (struct pollfd){outstanding->socket, POLLIN, 0};
    outstanding->polled[POLL_INPUT] = (struct pollfd){input, POLLIN, 0};
    while ((exchange = next_waiting(outstanding, exchange))) {
        const struct stream *stream = exchange->stream;

        exchange->polled = stream ? count : 0;
        if (stream)
            outstanding->polled[count++] =
                (struct pollfd){stream->fd, stream_writes(stream) ? POLLOUT : POLLIN, 0};
    }
    return count;
}

enum wait_result outstanding_turn(struct outstanding *outstanding, int input, int64_t until)
{
    struct exchange *exchange;
    size_t count;

    open_streams(outstanding);
    count = fill_polled(outstanding, input);
    if (wait_any(outstanding->polled, count, first_deadline(outstanding, until)) ==
        WAIT_INTERRUPTED) {
        while ((exchange = next_waiting(outstanding, NULL)))
            end(outstanding, exchange, EXCHANGE_INTERRUPTED, 0);
        return WAIT_INTERRUPTED;
    }
    if (outstanding->polled[POLL_SOCKET].revents != 0)
        receive(outstanding);
    heed_udp_error(outstanding);
    continue_streams(outstanding);
    end_tries(outstanding);
    heed_udp_error(outstanding);
    return outstanding->polled[POLL_INPUT].revents != 0 ? WAIT_READY : WAIT_TIMEOUT;
}
