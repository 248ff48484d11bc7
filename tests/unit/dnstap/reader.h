/* A reader of dnstap that a test plays: a listening Unix socket, and control frames. */
#pragma once

#include "../folder.h"
#include "../turn.h"

#include "dnstap/tap_frame.h"

#include <sys/socket.h>
#include <sys/un.h>

static char reader_path[64];
static int reader_listener = -1, reader_fd = -1;

static inline void reader_listen(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    strcpy(addr.sun_path, reader_path);
    unlink(reader_path);
    reader_listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(reader_listener, (struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(listen(reader_listener, 8), 0);
}

static inline void reader_close(void)
{
    if (reader_fd != -1)
        close(reader_fd);
    if (reader_listener != -1)
        close(reader_listener);
    reader_fd = reader_listener = -1;
}

/* A socket that is connected to it, or -1 with errno. */
static inline int reader_connect(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), saved;

    strcpy(addr.sun_path, reader_path);
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static inline void reader_accept(struct loop *loop)
{
    turn_until_readable(loop, reader_listener);
    reader_fd = accept(reader_listener, NULL, NULL);
    assert_int_not_equal(reader_fd, -1);
}

/* Reads so many octets while the loop turns. */
static inline void reader_read(struct loop *loop, void *data, size_t len)
{
    for (size_t got = 0; got < len;) {
        ssize_t more;

        turn_until_readable(loop, reader_fd);
        more = recv(reader_fd, (char *)data + got, len - got, 0);
        assert_true(more > 0);
        got += (size_t)more;
    }
}

/* The next control frame. */
static inline enum tap_frame reader_heard(struct loop *loop)
{
    uint8_t octets[TAP_FRAME_CONTROL_MAX];
    enum tap_frame frame;
    size_t len;

    reader_read(loop, octets, 8);
    assert_in_range(octets[7], 4, 200);
    reader_read(loop, octets + 8, octets[7]);
    assert_int_equal(tap_frame_read(octets, 8U + octets[7], &frame, &len), TAP_FRAME_WHOLE);
    return frame;
}

static inline void reader_say(enum tap_frame frame)
{
    uint8_t octets[TAP_FRAME_CONTROL_MAX];
    size_t len = tap_frame_write(frame, octets);

    assert_int_equal(send(reader_fd, octets, len, 0), len);
}

/* Takes the stream up. */
static inline void reader_begin(struct loop *loop)
{
    reader_accept(loop);
    assert_int_equal(reader_heard(loop), TAP_FRAME_READY);
    reader_say(TAP_FRAME_ACCEPT);
    assert_int_equal(reader_heard(loop), TAP_FRAME_START);
}

/* True when the other side has closed the connection. */
static inline bool reader_is_left(struct loop *loop)
{
    char octet;

    turn_until_readable(loop, reader_fd);
    return recv(reader_fd, &octet, 1, 0) <= 0;
}
