/*
 * UDP sockets towards the name servers.
 *
 * A connection is a socket on a random port, connected to one server: the kernel drops what
 * comes from elsewhere. It is closed when the last of its queries is over. Every query has
 * a connection, and so a port, of its own (RFC 5452 section 9) until many are open; then
 * those of one moment share one, so that ten thousand that hang need few sockets; and
 * sockets that have been waited at for a while are looked at less often (watch_seldom).
 */
#ifndef UPSTREAM_UDP_CONN_H
#define UPSTREAM_UDP_CONN_H

#include "net/addr.h"
#include "net/loop.h"

struct udp_conns;
struct udp_conn;

/* A query on its way: its id in the connection, and who waits for the reply. */
struct udp_query {
    struct list in_conn;
    struct list in_owner; /* the owner's */
    struct udp_conn *conn;
    uint16_t id;
    bool edns;
    unsigned server; /* the owner's number of the server */
    void *owner;
};

/* Told of a datagram with the query's id; it may not be a reply to it. */
typedef void udp_conn_reply(struct udp_query *, const uint8_t *wire, size_t len);
/* Told that the server's host or network refuses (ICMP): the query is lost. */
typedef void udp_conn_error(struct udp_query *, int error);

/* NULL when memory is short. */
struct udp_conns *udp_conns_new(struct loop *, udp_conn_reply *, udp_conn_error *);
void udp_conns_free(struct udp_conns *);

/*
 * Takes a place for a query in a connection to the server, with an id that no other query
 * there has. 0, or -1 with errno.
 */
int udp_conn_attach(struct udp_conns *, const struct addr *server, struct udp_query *);
/*
 * Sends the query. 0, or -1 with errno. An error that may be another query's as well
 * is told to all that share the connection, a moment later.
 */
int udp_conn_send(const struct udp_query *, const void *wire, size_t len);
/* Gives the place back; harmless for a query without one. */
void udp_conn_detach(struct udp_query *);

#endif
