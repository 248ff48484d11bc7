/*
 * Sockets towards servers that the target plays, in the process itself. Nobody waits: when
 * nothing is ready, poll() puts the clock forward to what happens next. Random numbers are
 * the same in each run, so that a finding is shown again.
 */
#pragma once

#include "clock.h"
#include "fuzz.h"

#include "base/random_pool.h"
#include "dns/wire.h"
#include "net/route.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SOCKETS = 64, SOCKETS_FROM = 100, SOCKET_ROOM = 1024 };

struct fake_socket {
    bool is_open, is_stream;
    unsigned server; /* the last octet of its address */
    uint8_t query[SOCKET_ROOM];
    size_t query_len;
    uint8_t how;               /* the target's, of what comes next */
    int64_t due;               /* clock_us() when that comes; 0: nothing does */
    uint8_t come[SOCKET_ROOM]; /* over a stream, with its length in front */
    size_t come_len, come_read;
    unsigned missing; /* octets of its length that never come; set by the target */
    unsigned strays;  /* the target's */
};

static struct fake_socket sockets[SOCKETS];
static unsigned sockets_here; /* bit N: 192.0.2.N is an address of this host */
static uint64_t sockets_random;

/* What the target does when a query has come, when its reply is due, and when the client
 * has read that. The reply has this many octets; 0 is the end of the stream, and -1 an
 * errno. */
static void sockets_asked(struct fake_socket *);
static ssize_t sockets_reply(struct fake_socket *, uint8_t *out);
static void sockets_read(struct fake_socket *, const uint8_t *wire, size_t len);
static void sockets_closed(const struct fake_socket *);

static inline void sockets_begin(void)
{
    fuzz_us = INT64_C(1000000000);
    sockets_random = 1;
}

static inline size_t sockets_open(void)
{
    size_t count = 0;

    for (size_t i = 0; i < SOCKETS; i++)
        count += sockets[i].is_open;
    return count;
}

/* In place of base/random_pool.c. */
bool random_pool_take(void *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        sockets_random =
            sockets_random * UINT64_C(6364136223846793005) + 1442695040888963407;
        ((uint8_t *)out)[i] = (uint8_t)(sockets_random >> 56);
    }
    return true;
}

ssize_t getrandom(void *out, size_t size, unsigned flags)
{
    (void)flags;
    random_pool_take(out, size);
    return (ssize_t)size;
}

static inline struct fake_socket *socket_of(int fd)
{
    must(fd >= SOCKETS_FROM && fd < SOCKETS_FROM + SOCKETS);
    must(sockets[fd - SOCKETS_FROM].is_open);
    return &sockets[fd - SOCKETS_FROM];
}

static inline unsigned sockets_server(const struct sockaddr *addr)
{
    return ntohl(((const struct sockaddr_in *)(const void *)addr)->sin_addr.s_addr) & 0xff;
}

static inline int fail(int error)
{
    errno = error;
    return -1;
}

int socket(int family, int type, int protocol)
{
    int at = 0;

    (void)family;
    (void)protocol;
    while (sockets[at].is_open)
        must(++at < SOCKETS);
    sockets[at].is_open = true;
    sockets[at].is_stream = (type & SOCK_STREAM) != 0;
    sockets[at].due = 0;
    sockets[at].come_len = sockets[at].come_read = sockets[at].query_len = 0;
    sockets[at].strays = sockets[at].missing = 0;
    return SOCKETS_FROM + at;
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    (void)fd;
    (void)len;
    return sockets_here >> sockets_server(addr) & 1 ? 0 : fail(EADDRNOTAVAIL);
}

/* In place of net/route.c: with bind() alone all is said. */
bool route_leaves_host(const struct addr *addr)
{
    (void)addr;
    return false;
}

int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
    (void)len;
    socket_of(fd)->server = sockets_server(addr);
    return socket_of(fd)->is_stream ? fail(EINPROGRESS) : 0;
}

int close(int fd)
{
    if (fd < SOCKETS_FROM)
        return (int)syscall(SYS_close, fd);
    sockets_closed(socket_of(fd));
    socket_of(fd)->is_open = false;
    return 0;
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
    struct fake_socket *to = socket_of(fd);
    size_t front = to->is_stream ? 2 : 0;

    (void)flags;
    must(len > front && len - front <= sizeof to->query);
    to->query_len = len - front;
    memcpy(to->query, (const uint8_t *)data + front, to->query_len);
    sockets_asked(to);
    return (ssize_t)len;
}

static inline bool socket_is_due(const struct fake_socket *from)
{
    return from->due != 0 && from->due <= fuzz_us;
}

static inline ssize_t recv_datagram(struct fake_socket *from, uint8_t *out)
{
    ssize_t got = socket_is_due(from) ? sockets_reply(from, out) : fail(EAGAIN);

    if (got >= 0)
        sockets_read(from, out, (size_t)got);
    return got;
}

/* What is next on the stream. */
static inline ssize_t fill_stream(struct fake_socket *from)
{
    ssize_t got = socket_is_due(from) ? sockets_reply(from, from->come + 2) : fail(EAGAIN);

    wire_set_u16(from->come, (unsigned)got + from->missing);
    from->come_len = (size_t)got + 2;
    from->come_read = 0;
    return got;
}

static inline ssize_t recv_stream(struct fake_socket *from, uint8_t *out, size_t size)
{
    size_t len = from->come_len - from->come_read;

    if (len == 0) {
        ssize_t got = fill_stream(from);

        if (got <= 0) {
            from->come_len = 0;
            return got;
        }
        len = from->come_len;
    }
    len = len < size ? len : size;
    memcpy(out, from->come + from->come_read, len);
    from->come_read += len;
    if (from->come_read == from->come_len)
        sockets_read(from, from->come + 2, from->come_len - 2);
    return (ssize_t)len;
}

ssize_t recv(int fd, void *out, size_t size, int flags)
{
    (void)flags;
    must(socket_of(fd)->is_stream);
    return recv_stream(socket_of(fd), out, size);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
    (void)level;
    (void)option;
    (void)value;
    (void)len;
    must(!socket_of(fd)->is_stream);
    return 0;
}

/* No datagram comes in fragments. */
ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    (void)flags;
    must(!socket_of(fd)->is_stream && message->msg_iov->iov_len >= SOCKET_ROOM);
    message->msg_controllen = 0;
    return recv_datagram(socket_of(fd), message->msg_iov->iov_base);
}

static inline short socket_events(const struct fake_socket *at)
{
    return socket_is_due(at) || at->come_read < at->come_len ? POLLIN | POLLOUT : POLLOUT;
}

static inline int mark_ready(struct pollfd *polled, nfds_t count)
{
    int ready = 0;

    for (nfds_t i = 0; i < count; i++) {
        polled[i].revents = 0;
        if (polled[i].fd >= 0)
            polled[i].revents = polled[i].events & socket_events(socket_of(polled[i].fd));
        ready += polled[i].revents != 0;
    }
    return ready;
}

/* Puts the clock forward by the milliseconds, or to what comes before that. Without end
 * nothing would ever happen again. */
static inline void pass_time(int ms)
{
    int64_t next = ms > 0 ? fuzz_us + ms * INT64_C(1000) : INT64_MAX;

    for (size_t i = 0; i < SOCKETS; i++)
        if (sockets[i].is_open && sockets[i].due > fuzz_us && sockets[i].due < next)
            next = sockets[i].due;
    must(next != INT64_MAX);
    fuzz_us = next;
}

int poll(struct pollfd *polled, nfds_t count, int ms)
{
    int ready = mark_ready(polled, count);

    if (ready > 0 || ms == 0)
        return ready;
    pass_time(ms);
    return mark_ready(polled, count);
}
