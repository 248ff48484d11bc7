#include "net/acceptor.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/log.h"

enum { PAUSE_MS = 100 };

static void watch_all(struct acceptor *acceptor, short events)
{
    for (size_t i = 0; i < acceptor->listener_count; i++)
        watch_events(acceptor->listeners[i].watch, events);
}

static void pause_expired(void *context)
{
    watch_all(context, POLLIN);
}

static void pause_accepting(struct acceptor *acceptor)
{
    log_debug("no TCP connections are accepted for %d ms: %m", PAUSE_MS);
    watch_all(acceptor, 0);
    timer_set(acceptor->loop, &acceptor->pause, clock_ms() + PAUSE_MS);
}

/* These errors pass when a connection ends. */
static bool wants_descriptor(int error)
{
    return error == EMFILE || error == ENFILE;
}

static bool means_shortage(int error)
{
    return wants_descriptor(error) || error == ENOBUFS || error == ENOMEM;
}

/*
 * The descriptor of a new connection, or -1 if there is none now. accept() takes a
 * descriptor before it looks whether a connection waits, so a shortage is a reason to close
 * one only if poll() has said that one waits.
 */
static int take(const struct tcp_listener *listener, struct addr *peer, bool waits)
{
    struct acceptor *acceptor = listener->acceptor;
    int fd;

    do {
        peer->len = sizeof peer->sock;
        fd = accept4(listener->fd, &peer->sock.any, &peer->len,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (fd == -1 && (errno == EINTR || errno == ECONNABORTED ||
                          (waits && wants_descriptor(errno) &&
                           acceptor->close_one(acceptor->context))));
    if (fd == -1 && waits && means_shortage(errno))
        pause_accepting(acceptor);
    return fd;
}

static void listener_ready(void *context, short revents)
{
    const struct tcp_listener *listener = context;
    const struct acceptor *acceptor = listener->acceptor;
    struct addr peer;
    int fd;

    (void)revents;
    for (int i = 0; i < LOOP_BUDGET; i++) {
        fd = take(listener, &peer, i == 0);
        if (fd == -1)
            break;
        acceptor->accepted(acceptor->context, fd, &peer);
    }
}

void acceptor_init(struct acceptor *acceptor)
{
    timer_init(&acceptor->pause, pause_expired, acceptor);
}

int acceptor_listen(struct acceptor *acceptor, int fd)
{
    struct tcp_listener *listener = &acceptor->listeners[acceptor->listener_count];

    if (acceptor->listener_count == LISTENERS_MAX)
        return -1;
    *listener = (struct tcp_listener){.acceptor = acceptor, .fd = fd};
    listener->watch = loop_watch(acceptor->loop, fd, POLLIN, listener_ready, listener);
    if (!listener->watch)
        return -1;
    acceptor->listener_count++;
    return 0;
}

void acceptor_close(struct acceptor *acceptor)
{
    while (acceptor->listener_count > 0)
        loop_unwatch(acceptor->loop, acceptor->listeners[--acceptor->listener_count].watch);
    timer_cancel(&acceptor->pause);
}
