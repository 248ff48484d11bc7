#include "net/tcp.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "net/acceptor.h"
#include "net/clients.h"
#include "net/frames.h"

struct tcp_conn {
    struct tcp *tcp;
    struct place place; /* among those of its client */
    struct addr peer;
    int fd;
    struct watch *watch;
    struct list link; /* in `conns` */
    struct inbox in;
    struct outbox out;
    struct list claims;
    unsigned owed; /* the number of `claims` */

    bool ended;   /* the client sends no more */
    bool reading; /* its messages are being handled, so it must not be freed now */
    bool doomed;  /* it ends when they have been handled */

    /*
     * While it may be closed for being idle it is in `idle`. `since` is when the last
     * message was whole, the next one began, or an answer, or a part of what waits, was
     * sent. Octets that trickle in do not count.
     */
    struct list in_idle;
    int64_t since;         /* clock_ms() */
    struct list in_unread; /* while messages are left to be handled in the next round */
};

struct tcp {
    struct loop *loop;
    struct tcp_limits limits;
    tcp_message *arrived;
    void *context;
    struct acceptor acceptor;
    struct clients clients;
    struct list conns;
    struct list idle;    /* connections by `since` */
    int64_t idle_looked; /* clock_ms() when idle connections were last closed */
    struct list unread;  /* connections */
    size_t count;
    size_t waiting; /* octets in all outboxes */
    struct timer idle_timer, unread_timer;
};

const struct addr *tcp_peer(const struct tcp_conn *conn)
{
    return &conn->peer;
}

bool tcp_local(const struct tcp_conn *conn, struct addr *addr)
{
    return addr_of_socket(addr, conn->fd);
}

static int64_t idle_least_ms(const struct tcp *tcp)
{
    const struct tcp_limits *limits = &tcp->limits;

    return limits->idle_ms < limits->least_idle_ms ? limits->idle_ms
                                                   : limits->least_idle_ms;
}

/* The idle time is seconds, and less when resources run short (RFC 7766 section 6.2.3): the
 * second half of the connections shortens it, down to the least. */
static int64_t shortened_idle_ms(const struct tcp *tcp)
{
    const struct tcp_limits *limits = &tcp->limits;
    int64_t half = (int64_t)(limits->connections + 1) / 2;
    int64_t left = (int64_t)limits->connections - (int64_t)tcp->count;
    int64_t idle = left < half ? limits->idle_ms * left / half : limits->idle_ms;

    return idle > idle_least_ms(tcp) ? idle : idle_least_ms(tcp);
}

/* Clients with few connections must not lose them because another has opened many. */
int64_t tcp_idle_ms(const struct tcp_conn *conn)
{
    const struct tcp *tcp = conn->tcp;

    return 2 * client_has(conn->place.client) > tcp->count ? shortened_idle_ms(tcp)
                                                           : tcp->limits.idle_ms;
}

/* The end of a connection. */

static void conn_free(struct tcp_conn *conn)
{
    struct tcp *tcp = conn->tcp;
    struct tcp_claim *claim;

    while ((claim = list_first(&conn->claims, struct tcp_claim, link))) {
        list_remove(&claim->link);
        claim->conn = NULL;
        if (claim->lost)
            claim->lost(claim);
    }
    loop_unwatch(tcp->loop, conn->watch);
    close(conn->fd);
    list_remove(&conn->link);
    list_remove(&conn->in_idle);
    list_remove(&conn->in_unread);
    inbox_free(&conn->in);
    tcp->waiting -= outbox_waiting(&conn->out);
    outbox_free(&conn->out);
    clients_give_back(&tcp->clients, &conn->place);
    count_set(COUNT_TCP_OPEN, --tcp->count);
    free(conn);
}

void tcp_close(struct tcp_conn *conn)
{
    conn->doomed = true;
    if (!conn->reading)
        conn_free(conn);
}

/* Idle connections. */

/* When the time of the oldest is over. Others may have less time, so all are checked now
 * and then. */
static int64_t idle_due(const struct tcp *tcp, const struct tcp_conn *oldest)
{
    int64_t due = oldest->since + tcp_idle_ms(oldest);
    int64_t shortened = oldest->since + shortened_idle_ms(tcp);
    int64_t look = tcp->idle_looked + idle_least_ms(tcp);

    if (look < shortened)
        look = shortened;
    return due < look ? due : look;
}

static void set_idle_timer(struct tcp *tcp)
{
    const struct tcp_conn *oldest = list_first(&tcp->idle, struct tcp_conn, in_idle);

    if (oldest)
        timer_set(tcp->loop, &tcp->idle_timer, idle_due(tcp, oldest));
    else
        timer_cancel(&tcp->idle_timer);
}

static void idle_expired(void *context)
{
    struct tcp *tcp = context;
    int64_t now = clock_ms();

    list_each(&tcp->idle, struct tcp_conn, conn, in_idle) {
        if (conn->since + shortened_idle_ms(tcp) > now)
            break;
        if (conn->since + tcp_idle_ms(conn) <= now)
            conn_free(conn);
    }
    tcp->idle_looked = now;
    set_idle_timer(tcp);
}

/* The connection is in use: its idle time begins anew. */
static void touch(struct tcp_conn *conn)
{
    conn->since = clock_ms();
    list_remove(&conn->in_idle);
}

/* It was mostly in use last of all, so the search for its place starts at the end. */
static void enter_idle(struct tcp_conn *conn)
{
    struct tcp *tcp = conn->tcp;
    struct list *before = tcp->idle.prev;

    while (before != &tcp->idle &&
           list_item(before, struct tcp_conn, in_idle)->since > conn->since)
        before = before->prev;
    list_append(before->next, &conn->in_idle);
    if (tcp->idle.next == &conn->in_idle)
        set_idle_timer(tcp);
}

/* Closes the connection that is idle longest, of this client or network, or with NULL of
 * all. False if there is none. */
static bool close_oldest(struct tcp *tcp, const struct client *group)
{
    list_each(&tcp->idle, struct tcp_conn, conn, in_idle)
        if (outbox_waiting(&conn->out) == 0 &&
            (!group || place_is_of(&conn->place, group))) {
            conn_free(conn);
            return true;
        }
    return false;
}

/* Reading, answering, and what follows from both. */

static bool may_handle(const struct tcp_conn *conn)
{
    return !conn->doomed && conn->owed < TCP_OWED_MAX &&
           outbox_waiting(&conn->out) < TCP_WAITING_MAX;
}

/* Call this after anything has happened to a connection: it sets what that waits for, or
 * ends it. */
static void settle(struct tcp_conn *conn)
{
    bool waiting = outbox_waiting(&conn->out) > 0;

    if (conn->reading)
        return;
    if (conn->doomed || (conn->ended && conn->owed == 0 && !waiting)) {
        conn_free(conn);
        return;
    }
    watch_events(conn->watch, (short)((!conn->ended && may_handle(conn) ? POLLIN : 0) |
                                      (waiting ? POLLOUT : 0)));
    if (inbox_has_message(&conn->in) && may_handle(conn) && list_empty(&conn->in_unread)) {
        list_append(&conn->tcp->unread, &conn->in_unread);
        timer_set(conn->tcp->loop, &conn->tcp->unread_timer, clock_ms());
    }
    if (conn->owed > 0 && !waiting)
        list_remove(&conn->in_idle);
    else if (list_empty(&conn->in_idle))
        enter_idle(conn);
}

/* Hands whole messages over. True if there was one. */
static bool handle_messages(struct tcp_conn *conn, struct reader *unread)
{
    struct tcp *tcp = conn->tcp;
    const uint8_t *message;
    size_t len;
    int count = 0;

    conn->reading = true;
    while (count < LOOP_BUDGET && may_handle(conn)) {
        if (frames_length(unread, &len) && len < tcp->limits.shortest) {
            conn->doomed = true;
            break;
        }
        if (!frames_take(unread, &message, &len))
            break;
        tcp->arrived(tcp->context, conn, message, len);
        count++;
    }
    conn->reading = false;
    return count > 0;
}

static void read_messages(struct tcp_conn *conn)
{
    bool began = conn->in.len > 0;
    struct reader unread;

    switch (inbox_read(&conn->in, conn->fd, &unread)) {
    case INBOX_FILLED:
        if ((handle_messages(conn, &unread) || !began) && outbox_waiting(&conn->out) == 0)
            touch(conn);
        if (!inbox_keep(&conn->in, &unread))
            conn->doomed = true;
        break;
    case INBOX_EMPTY:
        break;
    case INBOX_ENDED:
        conn->ended = true;
        inbox_free(&conn->in);
        break;
    case INBOX_BROKEN:
        conn->doomed = true;
    }
}

static void unread_expired(void *context)
{
    struct tcp *tcp = context;
    struct list now;
    struct tcp_conn *conn;

    list_init(&now);
    list_append(&tcp->unread, &now);
    list_remove(&tcp->unread); /* `now` has taken its place as the head */
    list_init(&tcp->unread);
    while ((conn = list_first(&now, struct tcp_conn, in_unread))) {
        list_remove(&conn->in_unread);
        if (may_handle(conn))
            read_messages(conn);
        settle(conn);
    }
}

static void flush(struct tcp_conn *conn)
{
    size_t before = outbox_waiting(&conn->out);

    if (!outbox_flush(&conn->out, conn->fd))
        conn->doomed = true;
    if (outbox_waiting(&conn->out) < before)
        touch(conn);
    conn->tcp->waiting -= before - outbox_waiting(&conn->out);
}

/* poll() tells of an error, and of the end of both directions, without being asked. */
static void conn_ready(void *context, short revents)
{
    struct tcp_conn *conn = context;

    if (revents & (POLLERR | POLLHUP))
        conn->doomed = true;
    if (!conn->doomed && (revents & POLLOUT))
        flush(conn);
    if (!conn->doomed && (revents & POLLIN) && may_handle(conn))
        read_messages(conn);
    settle(conn);
}

void tcp_owe(struct tcp_conn *conn, struct tcp_claim *claim)
{
    claim->conn = conn;
    claim->lost = NULL;
    list_init(&claim->link);
    list_append(&conn->claims, &claim->link);
    conn->owed++;
}

void tcp_claim_move(struct tcp_claim *to, struct tcp_claim *from)
{
    to->conn = from->conn;
    to->lost = NULL;
    list_init(&to->link);
    if (!from->conn)
        return;
    list_append(&from->link, &to->link);
    list_remove(&from->link);
    from->conn = NULL;
}

/* Empties the claim. Returns the connection that it was on, or NULL. */
static struct tcp_conn *give_up(struct tcp_claim *claim)
{
    struct tcp_conn *conn = claim->conn;

    if (!conn)
        return NULL;
    list_remove(&claim->link);
    claim->conn = NULL;
    conn->owed--;
    return conn;
}

bool tcp_answer(struct tcp_claim *claim, const uint8_t *message, size_t len)
{
    struct tcp_conn *conn = give_up(claim);
    size_t before, waiting;

    if (!conn)
        return false;
    before = outbox_waiting(&conn->out);
    if (!conn->doomed && (conn->tcp->waiting + len > TCP_WAITING_ALL ||
                          !outbox_send(&conn->out, conn->fd, message, len)))
        conn->doomed = true;
    waiting = outbox_waiting(&conn->out);
    conn->tcp->waiting += waiting - before;
    if (before == 0 && (conn->in.len == 0 || waiting > 0))
        touch(conn);
    settle(conn);
    return true;
}

void tcp_forgo(struct tcp_claim *claim)
{
    struct tcp_conn *conn = give_up(claim);

    if (conn)
        settle(conn);
}

/* New connections. */

/* Any small write is a whole answer, which must not wait to be sent with the next one. */
static void set_no_delay(int fd)
{
    int one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static bool conn_new(struct tcp *tcp, int fd, const struct addr *peer)
{
    struct tcp_conn *conn = malloc(sizeof *conn);

    if (!conn)
        return false;
    *conn = (struct tcp_conn){.tcp = tcp, .peer = *peer, .fd = fd, .since = clock_ms()};
    conn->watch = loop_watch(tcp->loop, fd, POLLIN, conn_ready, conn);
    if (!conn->watch || !clients_take(&tcp->clients, peer, &conn->place)) {
        loop_unwatch(tcp->loop, conn->watch);
        free(conn);
        return false;
    }
    list_init(&conn->claims);
    list_init(&conn->in_idle);
    list_init(&conn->in_unread);
    list_init(&conn->link);
    list_append(&tcp->conns, &conn->link);
    count(COUNT_TCP_ACCEPTED);
    count_set(COUNT_TCP_OPEN, ++tcp->count);
    set_no_delay(fd);
    enter_idle(conn);
    set_idle_timer(tcp); /* it may have shortened the time of all */
    return true;
}

/*
 * Closes a connection of the client that has most, for another client. If none is idle it
 * is the oldest, since a client that keeps all of its connections busy must not keep others
 * out.
 */
static void close_one_of(struct tcp *tcp, struct place *most)
{
    if (!close_oldest(tcp, most->client))
        conn_free(list_item(most, struct tcp_conn, place));
}

/* No client has more than the peer's would have. Then only an idle connection makes room:
 * one of its own if it has any, else one of its network, or if that has none, of anybody.
 */
static bool close_idle_for(struct tcp *tcp, const struct addr *peer)
{
    const struct client *client = clients_find(&tcp->clients, peer);

    return close_oldest(tcp, client ? client : clients_find_network(&tcp->clients, peer));
}

/* There is a limit for each client and for all (RFC 7766 section 6.2.2). */
static bool has_room(struct tcp *tcp, const struct addr *peer)
{
    const struct client *client = clients_find(&tcp->clients, peer);
    struct place *most;

    if (client && client_has(client) >= tcp->limits.per_client)
        return close_oldest(tcp, client);
    if (tcp->count < tcp->limits.connections)
        return true;
    most = clients_most(&tcp->clients, peer);
    if (!most)
        return close_idle_for(tcp, peer);
    close_one_of(tcp, most);
    return true;
}

static void admit(void *context, int fd, const struct addr *peer)
{
    struct tcp *tcp = context;

    if (!has_room(tcp, peer) || !conn_new(tcp, fd, peer)) {
        count(COUNT_TCP_REFUSED);
        close(fd);
    }
}

/* For a connection whose peer is not known yet. */
static bool close_idle(void *context)
{
    struct tcp *tcp = context;
    const struct place *most = clients_most(&tcp->clients, NULL);

    return (most && close_oldest(tcp, most->client)) || close_oldest(tcp, NULL);
}

int tcp_listen(struct tcp *tcp, int fd)
{
    return acceptor_listen(&tcp->acceptor, fd);
}

struct tcp *tcp_new(struct loop *loop, const struct tcp_limits *limits,
                    tcp_message *arrived, void *context)
{
    struct tcp *tcp = malloc(sizeof *tcp);

    if (!tcp)
        return NULL;
    *tcp = (struct tcp){
        .loop = loop, .limits = *limits, .arrived = arrived, .context = context};
    tcp->acceptor = (struct acceptor){
        .loop = loop, .accepted = admit, .close_one = close_idle, .context = tcp};
    acceptor_init(&tcp->acceptor);
    if (clients_init(&tcp->clients) == -1) {
        free(tcp);
        return NULL;
    }
    list_init(&tcp->conns);
    list_init(&tcp->idle);
    list_init(&tcp->unread);
    timer_init(&tcp->idle_timer, idle_expired, tcp);
    timer_init(&tcp->unread_timer, unread_expired, tcp);
    return tcp;
}

void tcp_retire(struct tcp *tcp, int64_t idle_ms)
{
    acceptor_close(&tcp->acceptor);
    if (tcp->limits.idle_ms > idle_ms)
        tcp->limits.idle_ms = idle_ms;
    set_idle_timer(tcp);
}

size_t tcp_count(const struct tcp *tcp)
{
    return tcp->count;
}

void tcp_free(struct tcp *tcp)
{
    struct tcp_conn *conn;

    if (!tcp)
        return;
    while ((conn = list_first(&tcp->conns, struct tcp_conn, link)))
        conn_free(conn);
    acceptor_close(&tcp->acceptor);
    timer_cancel(&tcp->idle_timer);
    timer_cancel(&tcp->unread_timer);
    clients_free(&tcp->clients);
    free(tcp);
}
