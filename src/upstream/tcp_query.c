#include "upstream/tcp_query.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "upstream/socket.h"

enum {
    QUERY_MAX = 512, /* with the two octets of its length */
    LENGTH = 2,      /* RFC 1035 section 4.2.2 */
};

struct tcp_query {
    struct loop *loop;
    int fd;
    struct watch *watch;
    tcp_query_done *done;
    void *owner;
    uint8_t out[QUERY_MAX]; /* length and query */
    size_t out_len, sent;
    uint8_t head[LENGTH];
    uint8_t *in; /* the reply once its length is known */
    size_t in_len, got;
};

static void finish(struct tcp_query *query, int error)
{
    if (error)
        query->done(query->owner, NULL, 0, error);
    else
        query->done(query->owner, query->in, query->in_len, 0);
}

/* True while there is more to send. `error` is set if that fails. */
static bool send_query(struct tcp_query *query, int *error)
{
    ssize_t sent = send(query->fd, query->out + query->sent, query->out_len - query->sent,
                        MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent == -1 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOTCONN)
        *error = errno;
    if (sent > 0)
        query->sent += (size_t)sent;
    return query->sent < query->out_len;
}

/* Reads until `data` has `size` octets; false if there are no more for now. */
static bool receive(struct tcp_query *query, uint8_t *data, size_t size, int *error)
{
    ssize_t got = recv(query->fd, data + query->got, size - query->got, MSG_DONTWAIT);

    if (got == 0)
        *error = ECONNRESET;
    else if (got == -1 && errno != EAGAIN && errno != EWOULDBLOCK)
        *error = errno;
    if (got <= 0)
        return false;
    query->got += (size_t)got;
    return query->got == size;
}

/* True when the reply is complete. */
static bool read_reply(struct tcp_query *query, int *error)
{
    if (!query->in) {
        if (!receive(query, query->head, LENGTH, error))
            return false;
        query->in_len = (size_t)query->head[0] << 8 | query->head[1];
        query->in = malloc(query->in_len + 1);
        if (!query->in) {
            *error = ENOMEM;
            return false;
        }
        query->got = 0;
    }
    return query->in_len == 0 || receive(query, query->in, query->in_len, error);
}

static void query_ready(void *context, short revents)
{
    struct tcp_query *query = context;
    int error = 0;
    bool complete = false;

    (void)revents;
    if (query->sent < query->out_len) {
        if (!send_query(query, &error))
            watch_events(query->watch, POLLIN);
    } else {
        complete = read_reply(query, &error);
    }
    if (complete || error)
        finish(query, error);
}

static int start(struct tcp_query *query, const struct addr *server)
{
    query->fd = socket_connect(server, SOCK_STREAM);
    if (query->fd == -1)
        return -1;
    query->watch = loop_watch(query->loop, query->fd, POLLOUT, query_ready, query);
    return query->watch ? 0 : -1;
}

struct tcp_query *tcp_query_start(struct loop *loop, const struct addr *server,
                                  const uint8_t *wire, size_t len, tcp_query_done *done,
                                  void *owner)
{
    struct tcp_query *query = calloc(1, sizeof *query);
    int saved;

    if (!query)
        return NULL;
    query->loop = loop;
    query->fd = -1;
    query->done = done;
    query->owner = owner;
    query->out[0] = (uint8_t)(len >> 8);
    query->out[1] = (uint8_t)len;
    memcpy(query->out + LENGTH, wire, len);
    query->out_len = LENGTH + len;
    if (start(query, server) == 0)
        return query;
    saved = errno;
    tcp_query_free(query);
    errno = saved;
    return NULL;
}

bool tcp_query_local(const struct tcp_query *query, struct addr *addr)
{
    return addr_of_socket(addr, query->fd);
}

void tcp_query_free(struct tcp_query *query)
{
    if (!query)
        return;
    loop_unwatch(query->loop, query->watch);
    if (query->fd != -1)
        close(query->fd);
    free(query->in);
    free(query);
}
