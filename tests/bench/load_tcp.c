/*
 * Streams. One question a connection: connect, ask, read the reply, close; the window says
 * how many connections are open. Pipelined: some connections stay, and each keeps its share
 * of the window waiting.
 *
 * A connection is idle (fd -1), or connecting or open with octets to write and to read.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

enum { OUT_SIZE = 65536, IN_SIZE = 65536 + 2, EVENTS = 64 };

struct connection {
    int fd;
    unsigned waiting;
    size_t out_len, in_len;
    bool wants_out; /* what epoll was told */
    uint8_t *out, *in;
};

struct streams {
    struct load *load;
    int epoll;
    unsigned count, share; /* connections, and questions on each */
    uint32_t sources;
    struct connection *all;
};

/* A port and an address that were closed a moment ago cannot be used again, so each
 * connection comes from another address of 127.0.0.0/8. */
static void bind_source(struct streams *streams, int fd)
{
    uint32_t number = streams->sources++ % 60000;
    struct sockaddr_in source = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(0x7f010000 + (number / 250 << 8) + number % 250 + 1),
    };
    int yes = 1;

    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (streams->load->source.sin_family != AF_UNSPEC)
        load_bind(streams->load, fd);
    else if ((ntohl(streams->load->server.sin_addr.s_addr) >> 24) == 127)
        bind(fd, (struct sockaddr *)&source, sizeof source);
}

static void tell_epoll(struct streams *streams, unsigned i, int operation, bool out)
{
    struct epoll_event event = {.events = EPOLLIN | (out ? (uint32_t)EPOLLOUT : 0U),
                                .data.u32 = i};

    streams->all[i].wants_out = out;
    epoll_ctl(streams->epoll, operation, streams->all[i].fd, &event);
}

static void open_connection(struct streams *streams, unsigned i)
{
    struct connection *connection = &streams->all[i];
    const struct sockaddr_in *server = &streams->load->server;
    int yes = 1;

    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connection->out_len = connection->in_len = 0;
    if (connection->fd == -1) {
        perror("load: socket");
        exit(1);
    }
    bind_source(streams, connection->fd);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(connection->fd, (const struct sockaddr *)server, sizeof *server) == -1 &&
        errno != EINPROGRESS) {
        perror("load: connect");
        exit(1);
    }
    tell_epoll(streams, i, EPOLL_CTL_ADD, true);
}

static void close_connection(struct streams *streams, unsigned i)
{
    struct connection *connection = &streams->all[i];

    pending_forget(streams->load->pending, (int)i);
    close(connection->fd);
    connection->fd = -1;
    connection->waiting = 0;
}

static bool queue_question(struct streams *streams, unsigned i, int64_t sent)
{
    struct connection *connection = &streams->all[i];
    uint8_t *at = connection->out + connection->out_len;
    struct load *load = streams->load;
    size_t len;

    if (connection->out_len + 2 + QUESTION_SIZE > OUT_SIZE)
        return false;
    len = pending_ask(load->pending, &load->questions, at + 2, sent, (int)i);
    if (len == 0)
        return false;
    at[0] = (uint8_t)(len >> 8);
    at[1] = (uint8_t)len;
    connection->out_len += 2 + len;
    connection->waiting++;
    return true;
}

/* False: the connection is gone. */
static bool write_out(struct streams *streams, unsigned i)
{
    struct connection *connection = &streams->all[i];
    ssize_t sent;

    if (connection->out_len > 0) {
        sent = send(connection->fd, connection->out, connection->out_len, MSG_NOSIGNAL);
        if (sent == -1 && errno != EAGAIN && errno != ENOTCONN)
            return false;
        if (sent > 0) {
            connection->out_len -= (size_t)sent;
            memmove(connection->out, connection->out + sent, connection->out_len);
        }
    }
    if (connection->wants_out != (connection->out_len > 0))
        tell_epoll(streams, i, EPOLL_CTL_MOD, connection->out_len > 0);
    return true;
}

static void take_messages(struct streams *streams, struct connection *connection)
{
    size_t at = 0;
    int64_t now = clock_ns();

    while (connection->in_len - at >= 2) {
        const uint8_t *head = connection->in + at;
        size_t len = (size_t)head[0] << 8 | head[1];

        if (connection->in_len - at < 2 + len)
            break;
        if (pending_take(streams->load->pending, head + 2, len, now) != -1)
            connection->waiting--;
        at += 2 + len;
    }
    connection->in_len -= at;
    memmove(connection->in, connection->in + at, connection->in_len);
}

/* False: the connection is gone. */
static bool read_in(struct streams *streams, struct connection *connection)
{
    ssize_t got = recv(connection->fd, connection->in + connection->in_len,
                       IN_SIZE - connection->in_len, 0);

    if (got == -1)
        return errno == EAGAIN;
    if (got == 0)
        return false;
    connection->in_len += (size_t)got;
    take_messages(streams, connection);
    return true;
}

static void connection_ready(struct streams *streams, unsigned i, uint32_t events)
{
    struct connection *connection = &streams->all[i];
    bool open = true;

    if (connection->fd == -1)
        return;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        open = read_in(streams, connection);
    if (open && (events & EPOLLOUT))
        open = write_out(streams, i);
    if (!open || (streams->load->connections == 0 && connection->waiting == 0))
        close_connection(streams, i);
}

static void ask(struct streams *streams)
{
    struct load *load = streams->load;
    int64_t now = clock_ns();
    unsigned due = load_due(load, now);

    for (unsigned i = 0; i < streams->count && due > 0; i++) {
        struct connection *connection = &streams->all[i];
        bool open = true, queued = false;

        if (connection->fd != -1 && load->connections == 0)
            continue;
        if (connection->fd == -1)
            open_connection(streams, i);
        while (due > 0 && connection->waiting < streams->share &&
               queue_question(streams, i, load->rate > 0 ? load_next(load) : now)) {
            due--;
            queued = true;
        }
        if (queued && !connection->wants_out)
            open = write_out(streams, i);
        if (!open)
            close_connection(streams, i);
    }
}

/* A connection whose question was given up is of no use any more. */
static void expire(struct streams *streams)
{
    struct load *load = streams->load;

    if (pending_expire(load->pending, clock_ns() - load->time_out) == 0)
        return;
    for (unsigned i = 0; i < streams->count; i++)
        if (streams->all[i].fd != -1)
            close_connection(streams, i);
}

static void wait_for(struct streams *streams)
{
    struct epoll_event events[EVENTS];
    int64_t ns = load_wait_ns(streams->load, clock_ns());
    int count = epoll_wait(streams->epoll, events, EVENTS, (int)((ns + 999999) / 1000000));

    for (int i = 0; i < count; i++)
        connection_ready(streams, events[i].data.u32, events[i].events);
}

static void open_streams(struct streams *streams, struct load *load)
{
    *streams = (struct streams){.load = load, .epoll = epoll_create1(0)};
    streams->count = load->connections ? load->connections : load->window;
    streams->share = load->connections ? load->window / load->connections : 1;
    streams->share += streams->share == 0;
    streams->all = calloc(streams->count, sizeof *streams->all);
    if (!streams->all)
        abort();
    for (unsigned i = 0; i < streams->count; i++) {
        struct connection *connection = &streams->all[i];

        connection->fd = -1;
        connection->out = malloc(OUT_SIZE);
        connection->in = malloc(IN_SIZE);
        if (!connection->out || !connection->in)
            abort();
    }
}

static void close_streams(struct streams *streams)
{
    for (unsigned i = 0; i < streams->count; i++) {
        if (streams->all[i].fd != -1)
            close_connection(streams, i);
        free(streams->all[i].out);
        free(streams->all[i].in);
    }
    free(streams->all);
    close(streams->epoll);
}

void load_tcp(struct load *load)
{
    struct streams streams;

    open_streams(&streams, load);
    while (!load_is_over(load, clock_ns())) {
        ask(&streams);
        wait_for(&streams);
        expire(&streams);
    }
    close_streams(&streams);
}
