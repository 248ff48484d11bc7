/*
 * A question goes out as one datagram and the reply comes back as another. With the server
 * on this host both travel through the loopback interface: the kernel hands the bytes from
 * our socket to the server's and never touches a network card. Even so UDP promises
 * nothing: a datagram may get lost, and anybody may send us one that is no reply. Hence the
 * second try, and the checks before a reply is believed.
 */
#include "client/exchange.h"

#include "base/clock.h"
#include "client/stream.h"
#include "client/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * SOCK_NONBLOCK: from its birth the socket never makes us wait. recv() without a datagram
 * fails with EAGAIN; the waiting is left to wait_readable(), which knows when to stop.
 *
 * connect() sends nothing, UDP has no connections. It makes the kernel drop datagrams from
 * other addresses and ports, and report it when the server's host says that nobody listens
 * there (ECONNREFUSED), which an unconnected socket never hears.
 */
int exchange_open(const struct addr *server)
{
    int fd =
        socket(server->sock.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int saved;

    if (fd == -1 || connect(fd, &server->sock.any, server->len) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static bool is_waiting(const struct exchange *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].state == EXCHANGE_WAITING)
            return true;
    return false;
}

/* What holds for every question that has no reply yet. */
static void settle(struct exchange *all, size_t count, enum exchange_state state, int error)
{
    for (size_t i = 0; i < count; i++) {
        if (all[i].state != EXCHANGE_WAITING)
            continue;
        all[i].state = state;
        all[i].error = error;
    }
}

/* EAGAIN: no room or nothing there at this moment; a datagram less, as if it were lost. */
static bool is_passing(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

static void send_all(int fd, struct exchange *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (all[i].state != EXCHANGE_WAITING)
            continue;
        if (send(fd, all[i].ask.wire, all[i].ask.size, 0) == -1 && !is_passing(errno))
            settle(all, count, EXCHANGE_UNREACHABLE, errno);
    }
}

/* Without memory for a reply there is none. */
static void take(struct exchange *exchange, uint8_t *reply, size_t size)
{
    free(exchange->reply);
    exchange->reply = reply;
    exchange->size = size;
    exchange->state = reply ? EXCHANGE_ANSWERED : EXCHANGE_UNREACHABLE;
    exchange->error = ENOMEM;
}

/* Gives the datagram to the question that it answers; if there is none, it is nothing. */
static void take_reply(struct exchange *all, size_t count, const uint8_t *wire, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        if (all[i].state != EXCHANGE_WAITING || !ask_is_reply(&all[i].ask, wire, size))
            continue;
        take(&all[i], size > 0 ? malloc(size) : NULL, size);
        if (all[i].reply)
            memcpy(all[i].reply, wire, size);
        return;
    }
}

static void receive(int fd, struct exchange *all, size_t count)
{
    uint8_t wire[EXCHANGE_REPLY_MAX];
    ssize_t size = recv(fd, wire, sizeof wire, MSG_TRUNC); /* its true length, cut or not */

    if (size == -1 && !is_passing(errno))
        settle(all, count, EXCHANGE_UNREACHABLE, errno);
    if (size > 0 && (size_t)size <= sizeof wire)
        take_reply(all, count, wire, (size_t)size);
}

/* One look at the clock for each datagram: a flood of false ones ends with the try. */
static void receive_until(int64_t deadline, int fd, struct exchange *all, size_t count)
{
    do {
        switch (wait_readable(fd, deadline)) {
        case WAIT_READY:
            receive(fd, all, count);
            break;
        case WAIT_TIMEOUT:
            return;
        case WAIT_INTERRUPTED:
            settle(all, count, EXCHANGE_INTERRUPTED, 0);
            break;
        }
    } while (is_waiting(all, count) && clock_ms() < deadline);
}

/* An error that a datagram of an earlier question met waits in the socket: take it out. */
static void forget_old_error(int fd)
{
    int error;
    socklen_t size = sizeof error;

    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
}

static void run_udp(int fd, struct exchange *all, size_t count,
                    const struct exchange_manner *manner)
{
    forget_old_error(fd);
    /* The same query again, id included: a late reply to the first try is still good. */
    for (unsigned try = 0; try < manner->tries && is_waiting(all, count); try++) {
        send_all(fd, all, count);
        if (is_waiting(all, count))
            receive_until(clock_ms() + manner->try_ms, fd, all, count);
    }
}

static enum exchange_state state_of(int error)
{
    switch (error) {
    case ETIMEDOUT:
        return EXCHANGE_SILENT;
    case ECANCELED:
        return EXCHANGE_INTERRUPTED;
    default:
        return EXCHANGE_UNREACHABLE;
    }
}

static void run_tcp(int fd, struct exchange *exchange, const struct exchange_manner *manner)
{
    struct addr server = {.len = sizeof server.sock};
    uint8_t *reply;
    size_t size;

    if (getpeername(fd, &server.sock.any, &server.len) == 0 &&
        stream_ask(&server, &exchange->ask, clock_ms() + manner->try_ms, &reply, &size) ==
            0) {
        take(exchange, reply, size);
        return;
    }
    exchange->tcp_error = errno;
    if (!exchange->reply || errno == ECANCELED) {
        exchange->state = state_of(errno);
        exchange->error = errno;
    }
}

static bool needs_tcp(const struct exchange *exchange, const struct exchange_manner *manner)
{
    if (manner->use_tcp)
        return true;
    return exchange->state == EXCHANGE_ANSWERED && !manner->keep_truncated &&
           ask_is_truncated(exchange->reply);
}

void exchange_run(int fd, struct exchange *all, size_t count,
                  const struct exchange_manner *manner)
{
    for (size_t i = 0; i < count; i++) {
        all[i].state = EXCHANGE_WAITING;
        all[i].error = all[i].tcp_error = 0;
        all[i].reply = NULL;
    }
    if (!manner->use_tcp)
        run_udp(fd, all, count, manner);
    for (size_t i = 0; i < count; i++)
        if (needs_tcp(&all[i], manner))
            run_tcp(fd, &all[i], manner);
    settle(all, count, EXCHANGE_SILENT, 0);
}

void exchange_free(struct exchange *exchange)
{
    free(exchange->reply);
    exchange->reply = NULL;
}
