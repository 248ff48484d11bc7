#include "dnstap/tap_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { RETRY_MS = 1000 };

enum tap_socket_state {
    STATE_CLOSED, /* there is no reader; `retry` is set */
    STATE_READY,  /* READY has been sent; ACCEPT is to come, perhaps much later */
    STATE_OPEN,   /* START has been sent, and so are frames */
    STATE_STOP,   /* STOP has been sent; FINISH is to come */
    STATE_ENDED,
};

struct tap_socket {
    struct loop *loop;
    const char *path;
    struct tap_socket_owner owner;
    enum tap_socket_state state;
    int fd; /* -1 if closed */
    struct watch *watch;
    struct timer retry;
    struct tap_batch *batch; /* being sent; NULL: none */
    uint8_t in[TAP_FRAME_CONTROL_MAX];
    size_t in_len;
    bool is_told; /* the log tells that there is no reader */
};

static void close_fd(struct tap_socket *sock)
{
    loop_unwatch(sock->loop, sock->watch);
    sock->watch = NULL;
    if (sock->fd != -1)
        close(sock->fd);
    sock->fd = -1;
    sock->in_len = 0;
}

static void settle(struct tap_socket *sock)
{
    if (sock->batch)
        tap_batch_settle(sock->batch);
    sock->batch = NULL;
}

/* The log tells of the first failure, and then of the reader's return. */
static void lose(struct tap_socket *sock, const char *why)
{
    bool has_ended = sock->state >= STATE_STOP;

    if (!sock->is_told && !has_ended)
        log_warning("dnstap has no reader at %s: %s; it is tried again each second, and "
                    "frames are lost meanwhile",
                    sock->path, why);
    sock->is_told = true;
    close_fd(sock);
    settle(sock);
    sock->state = has_ended ? STATE_ENDED : STATE_CLOSED;
    if (!has_ended)
        timer_set(sock->loop, &sock->retry, clock_ms() + RETRY_MS);
    sock->owner.changed(sock->owner.context);
}

static void lose_with_errno(struct tap_socket *sock)
{
    lose(sock, strerror(errno));
}

/* A control frame is short, and goes only where nothing else waits to be sent. */
static bool send_control(struct tap_socket *sock, enum tap_frame frame)
{
    uint8_t octets[TAP_FRAME_CONTROL_MAX];
    size_t len = tap_frame_write(frame, octets);
    ssize_t sent = send(sock->fd, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (len > 0 && sent == (ssize_t)len)
        return true;
    if (sent >= 0)
        errno = ENOBUFS;
    return false;
}

static void begin_frames(struct tap_socket *sock)
{
    if (!send_control(sock, TAP_FRAME_START)) {
        lose_with_errno(sock);
        return;
    }
    sock->state = STATE_OPEN;
    sock->is_told = false;
    log_info("dnstap has a reader at %s", sock->path);
    sock->owner.changed(sock->owner.context);
}

static void frame_came(struct tap_socket *sock, enum tap_frame frame)
{
    if (sock->state == STATE_READY && frame == TAP_FRAME_ACCEPT)
        begin_frames(sock);
    else if (frame == TAP_FRAME_FINISH)
        lose(sock, "the reader has ended the stream");
    else
        lose(sock, "the reader says what it may not say at this moment");
}

static void read_frame(struct tap_socket *sock)
{
    enum tap_frame frame;
    size_t len;

    switch (tap_frame_read(sock->in, sock->in_len, &frame, &len)) {
    case TAP_FRAME_PART:
        break;
    case TAP_FRAME_WRONG:
        lose(sock, "the reader does not speak Frame Streams, or wants something else than "
                   "dnstap");
        break;
    case TAP_FRAME_WHOLE:
        sock->in_len -= len;
        memmove(sock->in, sock->in + len, sock->in_len);
        frame_came(sock, frame);
    }
}

static void receive(struct tap_socket *sock)
{
    ssize_t got = recv(sock->fd, sock->in + sock->in_len, sizeof sock->in - sock->in_len,
                       MSG_DONTWAIT);

    if (got > 0) {
        sock->in_len += (size_t)got;
        read_frame(sock);
    } else if (got == 0) {
        lose(sock, "the reader has closed the connection");
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        lose_with_errno(sock);
    }
}

/* False if the connection is lost. */
static bool send_batch(struct tap_socket *sock)
{
    struct tap_batch *batch = sock->batch;
    ssize_t sent = send(sock->fd, batch->octets + batch->sent, batch->len - batch->sent,
                        MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent == -1 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        lose_with_errno(sock);
        return false;
    }
    if (sent > 0)
        batch->sent += (size_t)sent;
    return true;
}

static void socket_ready(void *context, short revents)
{
    struct tap_socket *sock = context;

    if (sock->batch && (revents & POLLOUT))
        tap_socket_send(sock, sock->batch);
    if (sock->fd != -1 && (revents & ~POLLOUT))
        receive(sock);
}

/* The request may be lost, so the timer runs until there is a connection. */
static void retry_expired(void *context)
{
    struct tap_socket *sock = context;

    timer_set(sock->loop, &sock->retry, clock_ms() + RETRY_MS);
    sock->owner.connect(sock->owner.context);
}

static void begin(struct tap_socket *sock, int fd)
{
    timer_cancel(&sock->retry);
    sock->fd = fd;
    sock->watch = loop_watch(sock->loop, fd, POLLIN, socket_ready, sock);
    if (!sock->watch || !send_control(sock, TAP_FRAME_READY))
        lose_with_errno(sock);
    else
        sock->state = STATE_READY;
}

void tap_socket_connected(struct tap_socket *sock, int fd, int error)
{
    if (sock->state == STATE_CLOSED && fd != -1)
        begin(sock, fd);
    else if (sock->state == STATE_CLOSED)
        lose(sock, strerror(error));
    else if (fd != -1)
        close(fd);
}

struct tap_socket *tap_socket_new(struct loop *loop, const char *path,
                                  const struct tap_socket_owner *owner)
{
    struct tap_socket *sock = calloc(1, sizeof *sock);

    if (!sock)
        return NULL;
    sock->loop = loop;
    sock->path = path;
    sock->owner = *owner;
    sock->fd = -1;
    timer_init(&sock->retry, retry_expired, sock);
    timer_set(loop, &sock->retry, clock_ms());
    return sock;
}

void tap_socket_free(struct tap_socket *sock)
{
    if (!sock)
        return;
    timer_cancel(&sock->retry);
    settle(sock);
    close_fd(sock);
    free(sock);
}

bool tap_socket_is_open(const struct tap_socket *sock)
{
    return sock->state == STATE_OPEN;
}

void tap_socket_send(struct tap_socket *sock, struct tap_batch *batch)
{
    sock->batch = batch;
    if (!send_batch(sock))
        return;
    watch_events(sock->watch, batch->sent < batch->len ? POLLIN | POLLOUT : POLLIN);
    if (batch->sent < batch->len)
        return;
    settle(sock);
    sock->owner.changed(sock->owner.context);
}

/* A frame that is cut would make what follows unreadable. */
void tap_socket_end(struct tap_socket *sock)
{
    bool can_say = sock->state == STATE_OPEN && !sock->batch;

    timer_cancel(&sock->retry);
    if (can_say && send_control(sock, TAP_FRAME_STOP)) {
        sock->state = STATE_STOP;
        return;
    }
    close_fd(sock);
    settle(sock);
    sock->state = STATE_ENDED;
    sock->owner.changed(sock->owner.context);
}

bool tap_socket_has_ended(const struct tap_socket *sock)
{
    return sock->state == STATE_ENDED;
}
