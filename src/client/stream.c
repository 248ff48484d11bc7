/*
 * A datagram is complete or lost, but a connection is a stream of octets that come in
 * pieces of any size. So each message has its length in front (RFC 1035 section 4.2.2), and
 * sending and receiving go on until all of it has passed.
 */
#include "client/stream.h"

#include "base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t query_size(const struct stream *stream)
{
    return STREAM_LENGTH + stream->ask->size;
}

static void put_query(struct stream *stream, const struct ask *ask)
{
    stream->query[0] = (uint8_t)(ask->size >> 8);
    stream->query[1] = (uint8_t)ask->size;
    memcpy(stream->query + STREAM_LENGTH, ask->wire, ask->size);
}

/* Until the connection is established send() fails with EAGAIN, and if it never is, with
 * the reason. */
int stream_open(struct stream *stream, const struct addr *server, const struct ask *ask)
{
    int saved;

    *stream = (struct stream){.ask = ask};
    put_query(stream, ask);
    stream->fd =
        socket(server->sock.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->fd == -1 || connect(stream->fd, &server->sock.any, server->len) == 0 ||
        errno == EINPROGRESS)
        return stream->fd == -1 ? -1 : 0;
    saved = errno;
    close(stream->fd);
    errno = saved;
    return -1;
}

static enum stream_result failed(int error)
{
    errno = error;
    return STREAM_FAILED;
}

static enum stream_result without_octets(int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR)
        return STREAM_WAITS;
    return failed(error);
}

static enum stream_result send_query(struct stream *stream)
{
    while (stream_writes(stream)) {
        ssize_t count = send(stream->fd, stream->query + stream->sent,
                             query_size(stream) - stream->sent, MSG_NOSIGNAL);

        if (count == -1)
            return without_octets(errno);
        stream->sent += (size_t)count;
    }
    return STREAM_DONE;
}

static enum stream_result receive(struct stream *stream, uint8_t *octets, size_t size)
{
    while (stream->received < size) {
        ssize_t count =
            recv(stream->fd, octets + stream->received, size - stream->received, 0);

        if (count == -1)
            return without_octets(errno);
        if (count == 0)
            return failed(ENODATA);
        stream->received += (size_t)count;
    }
    return STREAM_DONE;
}

static enum stream_result receive_length(struct stream *stream)
{
    enum stream_result result = receive(stream, stream->length, STREAM_LENGTH);

    if (result != STREAM_DONE)
        return result;
    stream->has_length = true;
    stream->received = 0;
    stream->size = (size_t)stream->length[0] << 8 | stream->length[1];
    stream->reply = xmalloc(stream->size);
    return STREAM_DONE;
}

enum stream_result stream_continue(struct stream *stream)
{
    enum stream_result result = send_query(stream);

    if (result == STREAM_DONE && !stream->has_length)
        result = receive_length(stream);
    if (result == STREAM_DONE)
        result = receive(stream, stream->reply, stream->size);
    if (result == STREAM_DONE && !ask_is_reply(stream->ask, stream->reply, stream->size))
        result = failed(EBADMSG);
    return result;
}

bool stream_writes(const struct stream *stream)
{
    return stream->sent < query_size(stream);
}

void stream_close(struct stream *stream)
{
    free(stream->reply);
    close(stream->fd);
}
