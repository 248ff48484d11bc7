#include "upstream/udp_conn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/random_pool.h"
#include "dns/transaction.h"
#include "upstream/socket.h"

enum {
    OWN_PORTS = 32,    /* connections that are open before queries share them */
    CONN_QUERIES = 16, /* that a connection takes */
    TAKES_MS = 20,     /* and for how long: a name that hangs must not fix the port */
    YOUNG_MS = 100,    /* an older connection is polled seldom, if many are open */
};

struct udp_conns {
    struct loop *loop;
    struct list all; /* the one opened last at the end */
    unsigned count;
    struct udp_conn_events events;
};

struct udp_conn {
    struct list link;
    struct udp_conns *conns;
    struct addr server;
    int fd;
    struct watch *watch;
    struct list queries;
    int64_t opened;             /* clock_ms() */
    unsigned taken;             /* queries it has ever had */
    uint16_t ids[CONN_QUERIES]; /* their ids */
    unsigned strays;            /* datagrams with other ids, or with other questions */
    unsigned attached;          /* queries it has now */
    bool is_avoided;            /* it takes no more, because somebody may know its port */
    struct timer age;
    bool in_callback;     /* its queries are being told: it must not be closed now */
    struct timer refusal; /* set when sending has brought an error for all its queries */
    int refusal_error;
};

struct udp_conns *udp_conns_new(struct loop *loop, const struct udp_conn_events *events)
{
    struct udp_conns *conns = calloc(1, sizeof *conns);

    if (!conns)
        return NULL;
    conns->loop = loop;
    conns->events = *events;
    list_init(&conns->all);
    return conns;
}

static void conn_close(struct udp_conn *conn)
{
    list_remove(&conn->link);
    conn->conns->count--;
    timer_cancel(&conn->refusal);
    timer_cancel(&conn->age);
    loop_unwatch(conn->conns->loop, conn->watch);
    close(conn->fd);
    free(conn);
}

void udp_conns_free(struct udp_conns *conns)
{
    struct udp_conn *conn;

    if (!conns)
        return;
    while ((conn = list_first(&conns->all, struct udp_conn, link)))
        conn_close(conn);
    free(conns);
}

static struct udp_query *find_query(const struct udp_conn *conn, uint16_t id)
{
    list_each(&conn->queries, struct udp_query, query, in_conn)
        if (query->id == id)
            return query;
    return NULL;
}

/* Tells all queries of the connection that they have lost it: of the error, or of an attack
 * if that is 0. */
static void lose_queries(struct udp_conn *conn, int error)
{
    const struct udp_conn_events *events = &conn->conns->events;
    struct list lost;
    struct udp_query *query;

    list_init(&lost);
    while ((query = list_first(&conn->queries, struct udp_query, in_conn))) {
        list_remove(&query->in_conn);
        list_append(&lost, &query->in_conn);
    }
    while ((query = list_first(&lost, struct udp_query, in_conn))) {
        udp_conn_detach(query);
        if (error != 0)
            events->error(query, error);
        else
            events->attacked(query);
    }
}

/* A late reply to a query that is over is no guess. */
static bool has_had_id(const struct udp_conn *conn, uint16_t id)
{
    for (unsigned i = 0; i < conn->taken; i++)
        if (conn->ids[i] == id)
            return true;
    return false;
}

static void note_stray(struct udp_conn *conn)
{
    conn->strays++;
    count(COUNT_STRAY_REPLIES);
}

static void take_datagram(struct udp_conn *conn, const uint8_t *wire, size_t len)
{
    struct udp_query *query = len >= WIRE_HEADER ? find_query(conn, wire_id(wire)) : NULL;

    if (query)
        conn->conns->events.reply(query, wire, len);
    else if (len < WIRE_HEADER || !has_had_id(conn, wire_id(wire)))
        note_stray(conn);
    if (conn->strays > UDP_CONN_STRAYS)
        lose_queries(conn, 0);
}

/* The second fragment of a reply is easily forged: port, id and question are in the first.
 * So the reply counts as truncated, also in dnstap, and is asked for over TCP (RFC 9715
 * section 3.2). */
static void distrust_fragments(uint8_t *wire, size_t len)
{
    if (len >= WIRE_HEADER)
        wire_set_flags(wire, wire_flags(wire) | WIRE_TC);
}

static void read_replies(struct udp_conn *conn)
{
    static uint8_t wire[TRANSACTION_REPLY_MAX];

    for (int i = 0; i < LOOP_BUDGET && conn->attached > 0; i++) {
        bool in_fragments;
        ssize_t got = socket_receive(conn->fd, wire, sizeof wire, &in_fragments);

        if (got == -1) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
                lose_queries(conn, errno);
            return;
        }
        if (in_fragments)
            distrust_fragments(wire, (size_t)got);
        take_datagram(conn, wire, (size_t)got);
    }
}

static void tell_queries(struct udp_conn *conn, void (*tell)(struct udp_conn *))
{
    conn->in_callback = true;
    tell(conn);
    conn->in_callback = false;
    if (conn->attached == 0)
        conn_close(conn);
}

static void conn_ready(void *context, short revents)
{
    (void)revents;
    tell_queries(context, read_replies);
}

static void tell_refusal(struct udp_conn *conn)
{
    lose_queries(conn, conn->refusal_error);
}

static void refusal_expired(void *context)
{
    tell_queries(context, tell_refusal);
}

/* Its queries hang, or nearly so. Others must not wait for a poll() of hundreds. */
static void age_expired(void *context)
{
    struct udp_conn *conn = context;

    if (conn->conns->count > OWN_PORTS)
        watch_seldom(conn->watch);
}

static struct udp_conn *conn_open(struct udp_conns *conns, const struct addr *server)
{
    struct udp_conn *conn = calloc(1, sizeof *conn);
    int saved;

    if (!conn)
        return NULL;
    conn->conns = conns;
    conn->server = *server;
    conn->opened = clock_ms();
    list_init(&conn->queries);
    list_init(&conn->link);
    timer_init(&conn->refusal, refusal_expired, conn);
    timer_init(&conn->age, age_expired, conn);
    conn->fd = socket_connect(server, SOCK_DGRAM);
    if (conn->fd == -1 ||
        !(conn->watch = loop_watch(conns->loop, conn->fd, POLLIN, conn_ready, conn))) {
        saved = errno;
        if (conn->fd != -1)
            close(conn->fd);
        free(conn);
        errno = saved;
        return NULL;
    }
    list_append(&conns->all, &conn->link);
    conns->count++;
    timer_set(conns->loop, &conn->age, conn->opened + YOUNG_MS);
    return conn;
}

/* The connection to the server that was opened last, if it still takes queries. */
static struct udp_conn *conn_with_room(struct udp_conns *conns, const struct addr *server)
{
    if (conns->count < OWN_PORTS)
        return NULL;
    for (struct list *link = conns->all.prev; link != &conns->all; link = link->prev) {
        struct udp_conn *conn = list_item(link, struct udp_conn, link);

        if (addr_equal(&conn->server, server))
            return conn->taken < CONN_QUERIES && !conn->is_avoided &&
                           clock_ms() - conn->opened < TAKES_MS
                       ? conn
                       : NULL;
    }
    return NULL;
}

static bool draw_id(const struct udp_conn *conn, uint16_t *id)
{
    do {
        if (!random_pool_take(id, sizeof *id))
            return false;
    } while (find_query(conn, *id));
    return true;
}

int udp_conn_attach(struct udp_conns *conns, const struct addr *server,
                    struct udp_query *query)
{
    struct udp_conn *conn = conn_with_room(conns, server);

    if (!conn)
        conn = conn_open(conns, server);
    if (!conn)
        return -1;
    if (!draw_id(conn, &query->id)) {
        if (conn->attached == 0 && !conn->in_callback)
            conn_close(conn);
        return -1;
    }
    query->conn = conn;
    list_append(&conn->queries, &query->in_conn);
    conn->ids[conn->taken++] = query->id;
    conn->attached++;
    return 0;
}

static bool send_now(const struct udp_conn *conn, const void *wire, size_t len)
{
    return send(conn->fd, wire, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/*
 * The kernel reports an ICMP error to the next call on the socket, which may be for another
 * query than the one that the error is about. All queries of the connection went to the
 * same server, so all are refused. The loop does that, because the caller is in the middle
 * of sending. If there is no other query, such an error is forged, or about one that is
 * over. The kernel reports it only once, so the query is sent again.
 */
int udp_conn_send(const struct udp_query *query, const void *wire, size_t len)
{
    struct udp_conn *conn = query->conn;

    if (send_now(conn, wire, len))
        return 0;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
        return -1;
    if (conn->attached == 1)
        return send_now(conn, wire, len) ? 0 : -1;
    conn->refusal_error = errno;
    timer_set(conn->conns->loop, &conn->refusal, clock_ms());
    return 0;
}

void udp_conn_note_stray(const struct udp_query *query)
{
    note_stray(query->conn);
}

void udp_conn_avoid(const struct udp_query *query)
{
    query->conn->is_avoided = true;
}

bool udp_conn_local(const struct udp_query *query, struct addr *addr)
{
    return addr_of_socket(addr, query->conn->fd);
}

void udp_conn_detach(struct udp_query *query)
{
    struct udp_conn *conn = query->conn;

    if (!conn)
        return;
    query->conn = NULL;
    list_remove(&query->in_conn);
    conn->attached--;
    if (conn->attached == 0 && !conn->in_callback)
        conn_close(conn);
}
