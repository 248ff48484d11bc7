/* Questions over TCP to the first name server that the case plays. */
#pragma once

#include "questions.h"

static struct {
    int listener, fd;
} stream = {-1, -1};

static inline void close_stream(void)
{
    close(stream.fd);
    close(stream.listener);
    stream.fd = stream.listener = -1;
    tear_down();
}

FIXTURE(stream, NULL, close_stream);

static inline void listen_at(const char *address)
{
    stream.listener = server_open(address, SOCK_STREAM);
}

/* The first server truncates its reply over UDP, and listens. */
static inline void truncate_first(struct scene *at)
{
    struct got got = asked_first(at);

    listen_at("127.0.0.5");
    server_reply(scene.udp[0], &got, REPLY_FLAGS | REPLY_TC, 66);
}

static inline void accept_stream(void)
{
    const struct timeval patience = {.tv_sec = 60};

    turn_until_readable(scene.loop, stream.listener);
    stream.fd = accept(stream.listener, NULL, NULL);
    assert_int_not_equal(stream.fd, -1);
    setsockopt(stream.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

/* The query on the next connection, without its length. */
static inline struct got stream_asked(void)
{
    struct got got = {0};
    uint8_t data[514];
    ssize_t len;

    accept_stream();
    turn_until_readable(scene.loop, stream.fd);
    len = recv(stream.fd, data, sizeof data, 0);
    assert_true(len > 14);
    assert_int_equal(data[0] << 8 | data[1], len - 2);
    got.len = (size_t)len - 2;
    memcpy(got.wire, data + 2, got.len);
    return got;
}

static inline void stream_send(const uint8_t *wire, size_t len)
{
    uint8_t out[602] = {(uint8_t)(len >> 8), (uint8_t)len};

    memcpy(out + 2, wire, len);
    assert_int_equal(send(stream.fd, out, len + 2, MSG_NOSIGNAL), len + 2);
}

static inline void stream_reply(const struct got *got, uint8_t last)
{
    uint8_t out[600];

    stream_send(out, reply_to(got, out, REPLY_FLAGS, last));
}

/* Answers a query on the stream, and that is the outcome. */
static inline void is_answered_over_tcp(const struct got *got)
{
    stream_reply(got, 1);
    assert_string_equal(outcome(scene.one), "1");
    close(stream.fd);
    stream.fd = -1;
}
