#include "net/tcp_conn.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "net/tcp_state.h"

const struct addr *tcp_conn_peer(const struct tcp_conn *conn)
{
    return &conn->peer;
}

bool tcp_conn_local(const struct tcp_conn *conn, struct addr *addr)
{
    return addr_of_socket(addr, conn->fd);
}

int64_t tcp_conn_idle_ms(const struct tcp_conn *conn)
{
    return idle_time_of(&conn->tcp->idle, &conn->idle);
}

void tcp_conn_free(struct tcp_conn *conn)
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
    idle_leave(&conn->idle);
    list_remove(&conn->in_unread);
    inbox_free(&conn->in);
    tcp->waiting -= outbox_waiting(&conn->out);
    outbox_free(&conn->out);
    clients_give_back(&tcp->clients, &conn->place);
    count_set(COUNT_TCP_OPEN, --tcp->idle.count);
    free(conn);
}

void tcp_conn_close(struct tcp_conn *conn)
{
    conn->doomed = true;
    if (!conn->reading)
        tcp_conn_free(conn);
}

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
        tcp_conn_free(conn);
        return;
    }
    watch_events(conn->watch, (short)((!conn->ended && may_handle(conn) ? POLLIN : 0) |
                                      (waiting ? POLLOUT : 0)));
    if (inbox_has_message(&conn->in) && may_handle(conn) && list_empty(&conn->in_unread)) {
        list_append(&conn->tcp->unread, &conn->in_unread);
        timer_set(conn->tcp->loop, &conn->tcp->unread_timer, clock_ms());
    }
    if (conn->owed > 0 && !waiting)
        idle_leave(&conn->idle);
    else if (list_empty(&conn->idle.list))
        idle_enter(&conn->tcp->idle, &conn->idle);
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
        if (frames_length(unread, &len) && len < tcp->shortest) {
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
            idle_use(&conn->idle);
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

void tcp_conn_read_on(struct tcp_conn *conn)
{
    if (may_handle(conn))
        read_messages(conn);
    settle(conn);
}

static void flush(struct tcp_conn *conn)
{
    size_t before = outbox_waiting(&conn->out);

    if (!outbox_flush(&conn->out, conn->fd))
        conn->doomed = true;
    if (outbox_waiting(&conn->out) < before)
        idle_use(&conn->idle);
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

void tcp_conn_owe(struct tcp_conn *conn, struct tcp_claim *claim)
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

bool tcp_claim_answer(struct tcp_claim *claim, const uint8_t *message, size_t len)
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
        idle_use(&conn->idle);
    settle(conn);
    return true;
}

void tcp_claim_forgo(struct tcp_claim *claim)
{
    struct tcp_conn *conn = give_up(claim);

    if (conn)
        settle(conn);
}

/* Any small write is a whole answer, which must not wait to be sent with the next one. */
static void set_no_delay(int fd)
{
    int one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

bool tcp_conn_new(struct tcp *tcp, int fd, const struct addr *peer)
{
    struct tcp_conn *conn = malloc(sizeof *conn);

    if (!conn)
        return false;
    *conn = (struct tcp_conn){.tcp = tcp, .peer = *peer, .fd = fd};
    conn->idle = (struct idle_link){.place = &conn->place, .since = clock_ms()};
    conn->watch = loop_watch(tcp->loop, fd, POLLIN, conn_ready, conn);
    if (!conn->watch || !clients_take(&tcp->clients, peer, &conn->place)) {
        loop_unwatch(tcp->loop, conn->watch);
        free(conn);
        return false;
    }
    list_init(&conn->claims);
    list_init(&conn->idle.list);
    list_init(&conn->in_unread);
    list_init(&conn->link);
    list_append(&tcp->conns, &conn->link);
    count(COUNT_TCP_ACCEPTED);
    count_set(COUNT_TCP_OPEN, ++tcp->idle.count);
    set_no_delay(fd);
    idle_enter(&tcp->idle, &conn->idle);
    idle_set_timer(&tcp->idle); /* it may have shortened the time of all */
    return true;
}
