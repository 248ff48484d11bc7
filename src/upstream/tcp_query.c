#include "upstream/tcp_query.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    QUERY_MAX = 512, /* with the two octets of its length */
    LENGTH = 2,      /* RFC 1035 section 4.2.2 */
};

struct stream {
    struct loop *loop;
    int fd;
    struct watch *watch;
    stream_done *done;
    void *owner;
    uint8_t out[QUERY_MAX]; /* length and query */
    size_t out_len, sent;
    uint8_t head[LENGTH];
    uint8_t *in; /* the reply once its length is known */
    size_t in_len, got;
};

static void finish(struct stream *stream, int error)
{
    if (error)
        stream->done(stream->owner, NULL, 0, error);
    else
        stream->done(stream->owner, stream->in, stream->in_len, 0);
}

/* True while there is more to send; -1 in `error` terms goes to the owner. */
static bool send_query(struct stream *stream, int *error)
{
    ssize_t sent = send(stream->fd, stream->out + stream->sent,
                        stream->out_len - stream->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent == -1 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOTCONN)
        *error = errno;
    if (sent > 0)
        stream->sent += (size_t)sent;
    return stream->sent < stream->out_len;
}

/* Reads into `data` up to `size` octets in all; false when there is no more for now. */
static bool receive(struct stream *stream, uint8_t *data, size_t size, int *error)
{
    ssize_t got = recv(stream->fd, data + stream->got, size - stream->got, MSG_DONTWAIT);

    if (got == 0)
        *error = ECONNRESET;
    else if (got == -1 && errno != EAGAIN && errno != EWOULDBLOCK)
        *error = errno;
    if (got <= 0)
        return false;
    stream->got += (size_t)got;
    return stream->got == size;
}

/* True when the reply is complete. */
static bool read_reply(struct stream *stream, int *error)
{
    if (!stream->in) {
        if (!receive(stream, stream->head, LENGTH, error))
            return false;
        stream->in_len = (size_t)stream->head[0] << 8 | stream->head[1];
        stream->in = malloc(stream->in_len + 1);
        if (!stream->in) {
            *error = ENOMEM;
            return false;
        }
        stream->got = 0;
    }
    return stream->in_len == 0 || receive(stream, stream->in, stream->in_len, error);
}

static void stream_ready(void *context, short revents)
{
    struct stream *stream = context;
    int error = 0;
    bool complete = false;

    (void)revents;
    if (stream->sent < stream->out_len) {
        if (!send_query(stream, &error))
            watch_events(stream->watch, POLLIN);
    } else {
        complete = read_reply(stream, &error);
    }
    if (complete || error)
        finish(stream, error);
}

static int start(struct stream *stream, const struct addr *server)
{
    stream->fd =
        socket(server->sock.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->fd == -1)
        return -1;
    if (connect(stream->fd, &server->sock.any, server->len) == -1 && errno != EINPROGRESS)
        return -1;
    stream->watch = loop_watch(stream->loop, stream->fd, POLLOUT, stream_ready, stream);
    return stream->watch ? 0 : -1;
}

struct stream *stream_open(struct loop *loop, const struct addr *server,
                           const uint8_t *query, size_t len, stream_done *done, void *owner)
{
    struct stream *stream = calloc(1, sizeof *stream);
    int saved;

    if (!stream)
        return NULL;
    stream->loop = loop;
    stream->fd = -1;
    stream->done = done;
    stream->owner = owner;
    stream->out[0] = (uint8_t)(len >> 8);
    stream->out[1] = (uint8_t)len;
    memcpy(stream->out + LENGTH, query, len);
    stream->out_len = LENGTH + len;
    if (start(stream, server) == 0)
        return stream;
    saved = errno;
    stream_free(stream);
    errno = saved;
    return NULL;
}

void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    loop_unwatch(stream->loop, stream->watch);
    if (stream->fd != -1)
        close(stream->fd);
    free(stream->in);
    free(stream);
}
