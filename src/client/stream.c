/*
 * A datagram says all or nothing; a connection is a stream of octets, which come in pieces
 * of any size. So each message has its length in front (RFC 1035 section 4.2.2), and both
 * ways are gone through until all of it has passed.
 */
#include "client/stream.h"

#include "client/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH = 2 }; /* octets in front of each message */

/* 0 when the socket is ready; -1 with errno. */
static int wait_for(int fd, bool to_write, int64_t deadline)
{
    switch (to_write ? wait_writable(fd, deadline) : wait_readable(fd, deadline)) {
    case WAIT_READY:
        return 0;
    case WAIT_INTERRUPTED:
        errno = ECANCELED;
        return -1;
    default:
        errno = ETIMEDOUT;
        return -1;
    }
}

/* What connect() found out while nobody waited. */
static int connected(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
        return -1;
    errno = error;
    return error == 0 ? 0 : -1;
}

static int open_to(const struct addr *server, int64_t deadline)
{
    int fd =
        socket(server->sock.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int saved;

    if (fd == -1 || connect(fd, &server->sock.any, server->len) == 0)
        return fd;
    if (errno == EINPROGRESS && wait_for(fd, true, deadline) == 0 && connected(fd) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static bool is_for_now(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static int send_whole(int fd, const uint8_t *octets, size_t size, int64_t deadline)
{
    while (size > 0) {
        ssize_t count = send(fd, octets, size, MSG_NOSIGNAL);

        if (count == -1 && !is_for_now(errno))
            return -1;
        if (count == -1 && wait_for(fd, true, deadline) == -1)
            return -1;
        if (count > 0) {
            octets += count;
            size -= (size_t)count;
        }
    }
    return 0;
}

static int receive_whole(int fd, uint8_t *octets, size_t size, int64_t deadline)
{
    while (size > 0) {
        ssize_t count;

        if (wait_for(fd, false, deadline) == -1)
            return -1;
        count = recv(fd, octets, size, 0);
        if (count == 0) {
            errno = ENODATA;
            return -1;
        }
        if (count == -1 && !is_for_now(errno))
            return -1;
        if (count > 0) {
            octets += count;
            size -= (size_t)count;
        }
    }
    return 0;
}

static int send_query(int fd, const struct ask *ask, int64_t deadline)
{
    uint8_t message[LENGTH + ASK_SIZE] = {(uint8_t)(ask->size >> 8), (uint8_t)ask->size};

    memcpy(message + LENGTH, ask->wire, ask->size);
    return send_whole(fd, message, LENGTH + ask->size, deadline);
}

static uint8_t *receive_reply(int fd, size_t *size, int64_t deadline)
{
    uint8_t length[LENGTH], *reply;

    if (receive_whole(fd, length, sizeof length, deadline) == -1)
        return NULL;
    *size = (size_t)length[0] << 8 | length[1];
    reply = malloc(*size + 1); /* of a length of 0, too */
    if (reply && receive_whole(fd, reply, *size, deadline) == 0)
        return reply;
    free(reply);
    return NULL;
}

static uint8_t *converse(int fd, const struct ask *ask, size_t *size, int64_t deadline)
{
    uint8_t *reply;

    if (send_query(fd, ask, deadline) == -1)
        return NULL;
    reply = receive_reply(fd, size, deadline);
    if (!reply || ask_is_reply(ask, reply, *size))
        return reply;
    free(reply);
    errno = EBADMSG;
    return NULL;
}

int stream_ask(const struct addr *server, const struct ask *ask, int64_t deadline,
               uint8_t **reply, size_t *size)
{
    int fd = open_to(server, deadline), saved;

    if (fd == -1)
        return -1;
    *reply = converse(fd, ask, size, deadline);
    saved = errno;
    close(fd);
    errno = saved;
    return *reply ? 0 : -1;
}
