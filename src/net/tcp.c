#include "net/tcp.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/counters.h"
#include "net/tcp_state.h"

static void close_idle(struct idle_link *link)
{
    tcp_conn_free(list_item(link, struct tcp_conn, idle));
}

/* Closes the connection that is idle longest, of this client or network, or with NULL of
 * all. False if there is none. */
static bool close_oldest(struct tcp *tcp, const struct client *group)
{
    list_each(&tcp->idle.links, struct tcp_conn, conn, idle.list)
        if (outbox_waiting(&conn->out) == 0 &&
            (!group || place_is_of(&conn->place, group))) {
            tcp_conn_free(conn);
            return true;
        }
    return false;
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
        tcp_conn_read_on(conn);
    }
}

/*
 * Closes a connection of the client that has most, for another client. If none is idle it
 * is the oldest, since a client that keeps all of its connections busy must not keep others
 * out.
 */
static void close_one_of(struct tcp *tcp, struct place *most)
{
    if (!close_oldest(tcp, most->client))
        tcp_conn_free(list_item(most, struct tcp_conn, place));
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

    if (client && client_has(client) >= tcp->per_client)
        return close_oldest(tcp, client);
    if (tcp->idle.count < tcp->idle.most)
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

    if (!has_room(tcp, peer) || !tcp_conn_new(tcp, fd, peer)) {
        count(COUNT_TCP_REFUSED);
        close(fd);
    }
}

/* For a connection whose peer is not known yet. */
static bool close_any(void *context)
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
    *tcp = (struct tcp){.loop = loop,
                        .shortest = limits->shortest,
                        .per_client = limits->per_client,
                        .arrived = arrived,
                        .context = context};
    tcp->idle = (struct idle){.loop = loop,
                              .most = limits->connections,
                              .ms = limits->idle_ms,
                              .least_ms = limits->least_idle_ms,
                              .close = close_idle};
    tcp->acceptor = (struct acceptor){
        .loop = loop, .accepted = admit, .close_one = close_any, .context = tcp};
    idle_init(&tcp->idle);
    acceptor_init(&tcp->acceptor);
    if (clients_init(&tcp->clients) == -1) {
        free(tcp);
        return NULL;
    }
    list_init(&tcp->conns);
    list_init(&tcp->unread);
    timer_init(&tcp->unread_timer, unread_expired, tcp);
    return tcp;
}

void tcp_retire(struct tcp *tcp, int64_t idle_ms)
{
    acceptor_close(&tcp->acceptor);
    if (tcp->idle.ms > idle_ms)
        tcp->idle.ms = idle_ms;
    idle_set_timer(&tcp->idle);
}

size_t tcp_count(const struct tcp *tcp)
{
    return tcp->idle.count;
}

void tcp_free(struct tcp *tcp)
{
    struct tcp_conn *conn;

    if (!tcp)
        return;
    while ((conn = list_first(&tcp->conns, struct tcp_conn, link)))
        tcp_conn_free(conn);
    acceptor_close(&tcp->acceptor);
    timer_cancel(&tcp->idle.timer);
    timer_cancel(&tcp->unread_timer);
    clients_free(&tcp->clients);
    free(tcp);
}
