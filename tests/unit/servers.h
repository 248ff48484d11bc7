/*
 * Name servers that a case plays itself, one question at a time, on addresses of the lab's
 * loopback interface that nobody else has; and a loop that turns until something happened.
 */
#pragma once

#include "lab.h"
#include "turn.h"

#include "net/addr.h"

#include <sys/socket.h>

/* A UDP or TCP socket bound to the address; a TCP socket listens. */
static inline int server_open(const char *address, int type)
{
    const struct timeval patience = {.tv_sec = 60}; /* then the test fails */
    struct addr addr;
    int one = 1, fd;

    assert_true(addr_parse(&addr, address, 53));
    fd = socket(addr.sock.any.sa_family, type | SOCK_CLOEXEC, 0);
    assert_int_not_equal(fd, -1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    assert_int_equal(bind(fd, &addr.sock.any, addr.len), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 64), 0);
    return fd;
}

static inline struct addr bound_addr(int fd)
{
    struct addr addr = {.len = sizeof addr.sock};

    assert_int_equal(getsockname(fd, &addr.sock.any, &addr.len), 0);
    return addr;
}

/* A query that a server has got, and from where. */
struct got {
    struct addr from;
    size_t len;
    uint8_t wire[512];
};

static inline struct got server_receive(int fd)
{
    struct got got = {.from.len = sizeof got.from.sock};
    ssize_t len =
        recvfrom(fd, got.wire, sizeof got.wire, 0, &got.from.sock.any, &got.from.len);

    assert_true(len > 0);
    got.len = (size_t)len;
    return got;
}

static inline bool server_is_idle(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == -1;
}

static inline void server_send(int fd, const struct got *to, const void *wire, size_t len)
{
    assert_int_equal(sendto(fd, wire, len, 0, &to->from.sock.any, to->from.len), len);
}

/* Octets of header and question of a query. */
static inline size_t question_end(const struct got *got)
{
    struct reader in = reader_of(got->wire, got->len);

    in.pos = 12;
    assert_true(name_skip(&in) && get_skip(&in, 4));
    return in.pos;
}

/* Our own question, by which a server that leads back to us is found. */
static inline bool is_loop_check(const struct got *got)
{
    uint8_t folded[sizeof got->wire];

    name_fold(folded, got->wire, got->len);
    return memmem(folded, got->len, "loop-check", 10) != NULL;
}

/* A server's next question that is no loop check; those are told that there is no such
 * name.
 */
static inline struct got server_asked(int fd)
{
    for (;;) {
        struct got got = server_receive(fd);

        if (!is_loop_check(&got))
            return got;
        got.wire[2] = 0x81;
        got.wire[3] = 0x83;
        memset(got.wire + 6, 0, 6);
        server_send(fd, &got, got.wire, question_end(&got));
    }
}

/* A reply with these flags; NOERROR has the address 192.0.2.LAST if that is not 0. */
static inline size_t reply_to(const struct got *got, uint8_t *out, unsigned flags,
                              uint8_t last)
{
    const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, last};
    size_t end = question_end(got);

    memcpy(out, got->wire, end);
    out[2] = (uint8_t)(flags >> 8);
    out[3] = (uint8_t)flags;
    memset(out + 6, 0, 6);
    if (last == 0)
        return end;
    out[7] = 1;
    memcpy(out + end, record, sizeof record);
    return end + sizeof record;
}

enum { REPLY_FLAGS = 0x8180, REPLY_TC = 0x0200 };

static inline void server_reply(int fd, const struct got *got, unsigned flags, uint8_t last)
{
    uint8_t out[600];

    server_send(fd, got, out, reply_to(got, out, flags, last));
}

/* Turns the loop until the server is asked a question that is no loop check. */
static inline struct got turn_until_asked(struct loop *loop, int fd)
{
    for (;;) {
        struct got got;

        turn_until_readable(loop, fd);
        got = server_receive(fd);
        if (!is_loop_check(&got))
            return got;
        server_reply(fd, &got, REPLY_FLAGS | RCODE_NXDOMAIN, 0);
    }
}
