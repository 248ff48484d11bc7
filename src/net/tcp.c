#include "net/tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "net/clients.h"
#include "net/frames.h"
#include "net/listen.h"

enum {
    ACCEPTS_A_ROUND = 64, /* then others have their turn */
    MESSAGES_A_ROUND = 64,
    ACCEPT_PAUSE_MS = 100, /* when there are no descriptors left, or no memory */
    IDLE_LEAST_MS = 200,   /* with all connections in use */
};

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
    unsigned owed; /* claims there are */

    bool ended;   /* the client sends no more */
    bool reading; /* its messages are being handled: it must not be freed now */
    bool doomed;  /* it ends as soon as that is over */

    /* While it may be closed for being idle: its place in `idle`. `since` is when the last
     * message was whole, the next one began, or an answer or a part of what waits was sent,
     * so octets that trickle in do not count. */
    struct list in_idle;
    int64_t since;         /* clock_ms() */
    struct list in_unread; /* there are messages left to be handled in the next round */
};

/* A listening socket. */
struct door {
    struct tcp *tcp;
    int fd;
    struct watch *watch;
};

struct tcp {
    struct loop *loop;
    struct tcp_limits limits;
    tcp_message *arrived;
    void *context;
    struct door doors[LISTENERS_MAX];
    size_t door_count;
    struct clients clients;
    struct list conns;
    struct list idle;    /* connections by `since` */
    int64_t idle_looked; /* clock_ms() when those were closed that had been idle too long */
    struct list unread;  /* connections */
    size_t count;
    size_t waiting; /* octets in all outboxes */
    struct timer idle_timer, unread_timer, pause_timer;
};

const struct addr *tcp_peer(const struct tcp_conn *conn)
{
    return &conn->peer;
}

static int64_t idle_least_ms(const struct tcp *tcp)
{
    return tcp->limits.idle_ms < IDLE_LEAST_MS ? tcp->limits.idle_ms : IDLE_LEAST_MS;
}

/* RFC 7766 section 6.2.3: seconds, and less when resources run short. The last half of the
 * connections shortens it down to a fiftieth. */
static int64_t shortened_idle_ms(const struct tcp *tcp)
{
    const struct tcp_limits *limits = &tcp->limits;
    int64_t half = (int64_t)(limits->connections + 1) / 2;
    int64_t left = (int64_t)limits->connections - (int64_t)tcp->count;
    int64_t idle = left < half ? limits->idle_ms * left / half : limits->idle_ms;

    return idle > idle_least_ms(tcp) ? idle : idle_least_ms(tcp);
}

/* Others are not to lose theirs because one has opened so many. */
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

/* When the oldest's time is over. If others have less they are looked at now and then. */
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

static void ring_idle(void *context)
{
    struct tcp *tcp = context;
    int64_t now = clock_ms();

    for (struct list *link = tcp->idle.next, *next; link != &tcp->idle; link = next) {
        struct tcp_conn *conn = list_item(link, struct tcp_conn, in_idle);

        next = link->next;
        if (conn->since + shortened_idle_ms(tcp) > now)
            break;
        if (conn->since + tcp_idle_ms(conn) <= now)
            conn_free(conn);
    }
    tcp->idle_looked = now;
    set_idle_timer(tcp);
}

/* Something has happened that counts: the idle time starts again. */
static void touch(struct tcp_conn *conn)
{
    conn->since = clock_ms();
    list_remove(&conn->in_idle);
}

/* Mostly it was touched last of all: the search for its place starts at the end. */
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

/* Closes the one that is idle longest, of this client or network or (NULL) of all. */
static bool close_oldest(struct tcp *tcp, const struct client *group)
{
    for (struct list *link = tcp->idle.next; link != &tcp->idle; link = link->next) {
        struct tcp_conn *conn = list_item(link, struct tcp_conn, in_idle);

        if (outbox_waiting(&conn->out) == 0 &&
            (!group || place_is_of(&conn->place, group))) {
            conn_free(conn);
            return true;
        }
    }
    return false;
}

/* Reading, answering, and what follows from both. */

static bool may_handle(const struct tcp_conn *conn)
{
    return !conn->doomed && conn->owed < TCP_OWED_MAX &&
           outbox_waiting(&conn->out) < TCP_WAITING_MAX;
}

/* After anything that happened to a connection: what to wait for next, or its end. */
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

/* Hands over whole messages. True if there was any. */
static bool handle_messages(struct tcp_conn *conn, struct reader *unread)
{
    struct tcp *tcp = conn->tcp;
    const uint8_t *message;
    size_t len;
    int count = 0;

    conn->reading = true;
    while (count < MESSAGES_A_ROUND && may_handle(conn)) {
        if (frame_length(unread, &len) && len < tcp->limits.shortest) {
            conn->doomed = true;
            break;
        }
        if (!frame_take(unread, &message, &len))
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

static void ring_unread(void *context)
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

/* An error or a hang-up of both directions is told without being asked for. */
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

/* The connection that the claim was on, or NULL; it is not owed any more. */
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

/* Any small write is a whole answer: it must not wait to be sent with the next one. */
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
    set_idle_timer(tcp); /* one more may have shortened the time of all */
    return true;
}

/* Of the client that has most, for another one: if none is idle the oldest goes, or he who
 * keeps all of his busy would keep everybody out. */
static void close_one_of(struct tcp *tcp, struct place *most)
{
    if (!close_oldest(tcp, most->client))
        conn_free(list_item(most, struct tcp_conn, place));
}

/* Nobody has more than the peer would: only an idle one of his own makes room; if he has
 * none at all one of his network's, and if that has none anybody's. */
static bool close_idle_for(struct tcp *tcp, const struct addr *peer)
{
    const struct client *client = clients_find(&tcp->clients, peer);

    return close_oldest(tcp, client ? client : clients_find_network(&tcp->clients, peer));
}

/* RFC 7766 section 6.2.2: there is a limit, for each client and for all. */
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

static void admit(struct tcp *tcp, int fd, const struct addr *peer)
{
    if (!has_room(tcp, peer) || !conn_new(tcp, fd, peer)) {
        count(COUNT_TCP_REFUSED);
        close(fd);
    }
}

static void open_doors(struct tcp *tcp, bool open)
{
    for (size_t i = 0; i < tcp->door_count; i++)
        watch_events(tcp->doors[i].watch, open ? POLLIN : 0);
}

static void ring_pause(void *context)
{
    open_doors(context, true);
}

/* accept() goes on failing while nothing is closed: trying on would turn the loop hot. */
static void pause_accepting(struct tcp *tcp)
{
    log_debug("no more TCP connections for now: %m");
    open_doors(tcp, false);
    timer_set(tcp->loop, &tcp->pause_timer, clock_ms() + ACCEPT_PAUSE_MS);
}

/* For one whose peer is not known yet. */
static bool close_idle(struct tcp *tcp)
{
    const struct place *most = clients_most(&tcp->clients, NULL);

    return (most && close_oldest(tcp, most->client)) || close_oldest(tcp, NULL);
}

/* What the end of a connection mends. */
static bool wants_descriptor(int error)
{
    return error == EMFILE || error == ENFILE;
}

static bool means_shortage(int error)
{
    return wants_descriptor(error) || error == ENOBUFS || error == ENOMEM;
}

/*
 * A new connection's descriptor, or -1 if there is none now. accept() asks for a descriptor
 * before it looks whether anybody waits: only if somebody does, which poll() knows, is a
 * shortage a reason to close a connection.
 */
static int take_connection(struct tcp *tcp, int door, struct addr *peer, bool waits)
{
    int fd;

    do {
        peer->len = sizeof peer->sock;
        fd = accept4(door, &peer->sock.any, &peer->len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (fd == -1 && (errno == EINTR || errno == ECONNABORTED ||
                          (waits && wants_descriptor(errno) && close_idle(tcp))));
    if (fd == -1 && waits && means_shortage(errno))
        pause_accepting(tcp);
    return fd;
}

static void door_ready(void *context, short revents)
{
    const struct door *door = context;
    struct addr peer;
    int fd;

    (void)revents;
    for (int i = 0; i < ACCEPTS_A_ROUND; i++) {
        fd = take_connection(door->tcp, door->fd, &peer, i == 0);
        if (fd == -1)
            break;
        admit(door->tcp, fd, &peer);
    }
}

int tcp_listen(struct tcp *tcp, int fd)
{
    struct door *door = &tcp->doors[tcp->door_count];

    if (tcp->door_count == LISTENERS_MAX)
        return -1;
    *door = (struct door){.tcp = tcp, .fd = fd};
    door->watch = loop_watch(tcp->loop, fd, POLLIN, door_ready, door);
    if (!door->watch)
        return -1;
    tcp->door_count++;
    return 0;
}

struct tcp *tcp_new(struct loop *loop, const struct tcp_limits *limits,
                    tcp_message *arrived, void *context)
{
    struct tcp *tcp = malloc(sizeof *tcp);

    if (!tcp)
        return NULL;
    *tcp = (struct tcp){
        .loop = loop, .limits = *limits, .arrived = arrived, .context = context};
    if (clients_init(&tcp->clients) == -1) {
        free(tcp);
        return NULL;
    }
    list_init(&tcp->conns);
    list_init(&tcp->idle);
    list_init(&tcp->unread);
    timer_init(&tcp->idle_timer, ring_idle, tcp);
    timer_init(&tcp->unread_timer, ring_unread, tcp);
    timer_init(&tcp->pause_timer, ring_pause, tcp);
    return tcp;
}

static void close_doors(struct tcp *tcp)
{
    while (tcp->door_count > 0)
        loop_unwatch(tcp->loop, tcp->doors[--tcp->door_count].watch);
    timer_cancel(&tcp->pause_timer);
}

void tcp_retire(struct tcp *tcp, int64_t idle_ms)
{
    close_doors(tcp);
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
    close_doors(tcp);
    timer_cancel(&tcp->idle_timer);
    timer_cancel(&tcp->unread_timer);
    clients_free(&tcp->clients);
    free(tcp);
}
