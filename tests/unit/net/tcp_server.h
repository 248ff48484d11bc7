/* A TCP server on a free port, and clients of it, for tests. */
#pragma once

#include "../turn.h"
#include "sockets.h"

#include "net/listen.h"
#include "net/tcp.h"

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
static inline void message_arrived(void *context, struct tcp_conn *conn,
                                   const uint8_t *message, size_t len)
{
    struct tcp_claim claim;

    assert_ptr_equal(context, &listener);
    last = conn;
    arrived++;
    switch (len > 0 ? *message : 0) {
    case 'o':
        assert_true(claim_count < CLAIMS_MAX);
        tcp_conn_owe(conn, &claims[claim_count++]);
        break;
    case 'c':
        tcp_conn_close(conn);
        break;
    case 'n':
        break;
    default:
        tcp_conn_owe(conn, &claim);
        assert_true(tcp_claim_answer(&claim, message, len));
        assert_null(claim.conn);
    }
}

static inline void set_up_idle(size_t connections, size_t per_client, int64_t idle_ms,
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
static inline void set_up(size_t connections, size_t per_client)
{
    set_up_idle(connections, per_client, AN_HOUR, AN_HOUR);
}

static inline void set_up_usual(void)
{
    set_up(100, 100);
}

static inline void tear_down(void)
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
static inline int client_from(const char *source)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct addr from = address_of(source);

    assert_true(client_count < CLIENTS_MAX);
    clients[client_count++] = fd;
    assert_int_equal(bind(fd, &from.sock.any, from.len), 0);
    assert_int_equal(connect(fd, &listener.addr.sock.any, listener.addr.len), 0);
    return fd;
}

static inline int client(void)
{
    return client_from(HERE);
}

static inline void send_octets(int fd, const void *octets, size_t count)
{
    assert_int_equal(send(fd, octets, count, MSG_NOSIGNAL), count);
}

static inline void say(int fd, const char *text)
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
static inline struct tcp_conn *said(int fd, const char *text)
{
    int before = arrived;

    say(fd, text);
    wait_for(arrived > before);
    return last;
}

/* A client that the server can accept now. */
static inline int client_that_waits(void)
{
    int fd = client();

    assert_int_equal(
        poll(&(struct pollfd){.fd = listener.tcp, .events = POLLIN}, 1, PATIENCE_MS), 1);
    return fd;
}

/* A client that has said this. */
static inline int client_that_said(const char *source, const char *text)
{
    int fd = client_from(source);

    said(fd, text);
    return fd;
}

static inline bool readable(int fd)
{
    char octet;

    return recv(fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) != -1 || errno != EAGAIN;
}

static inline bool is_closed(int fd)
{
    char octet;
    ssize_t got = recv(fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT);

    return got == 0 || (got == -1 && errno == ECONNRESET);
}

/* Receives so many octets, which may come in pieces. */
static inline void receive(int fd, void *octets, size_t count)
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
static inline const char *heard(int fd)
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

static inline bool answer(int claim, const char *text)
{
    return tcp_claim_answer(&claims[claim], (const uint8_t *)text, strlen(text));
}

static inline void reset(int fd)
{
    const struct linger now = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    client_count--; /* it was the last */
}
