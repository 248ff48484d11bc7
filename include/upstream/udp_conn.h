/*
 * UDP sockets towards the name servers.
 *
 * A connection is a socket on a random port, connected to one server: the kernel drops what
 * comes from elsewhere. It is closed when the last of its queries is over. Every query has
 * a connection, and so a port, of its own (RFC 5452 section 9) until many are open. Then
 * queries of the same moment share one, so that ten thousand that hang need few sockets,
 * and old sockets are polled less often (watch_seldom).
 */
#pragma once

#include "net/addr.h"
#include "net/loop.h"

struct udp_conns;
struct udp_conn;

/* A query in its connection, part of the owner's struct. Zeroed it has no connection. */
struct udp_query {
    struct list in_conn;
    struct udp_conn *conn;
    uint16_t id; /* no other query in the connection has it */
};

/* Called with a datagram that has the query's id; it need not be a reply to it. */
typedef void udp_conn_reply(struct udp_query *, const uint8_t *wire, size_t len);
/* Called when an ICMP message says that the server's port is closed, which may be forged.
 * The query has lost its connection. */
typedef void udp_conn_error(struct udp_query *, int error);
/* Called when more datagrams than UDP_CONN_STRAYS have come for the connection that reply
 * to none of its queries. Somebody may be guessing ids (RFC 5452 section 9.1), so the query
 * has lost its connection. */
typedef void udp_conn_attacked(struct udp_query *);

enum { UDP_CONN_STRAYS = 3 };

struct udp_conn_events {
    udp_conn_reply *reply;
    udp_conn_error *error;
    udp_conn_attacked *attacked;
};

/* NULL when memory is short. */
struct udp_conns *udp_conns_new(struct loop *, const struct udp_conn_events *);
void udp_conns_free(struct udp_conns *);

/* Puts the query in a connection to the server, and draws its id. 0, or -1 with errno. */
int udp_conn_attach(struct udp_conns *, const struct addr *server, struct udp_query *);
/* Sends the query. 0, or -1 with errno. An error that may be about another query is
 * reported a moment later, to all queries that share the connection. */
int udp_conn_send(const struct udp_query *, const void *wire, size_t len);
/* A datagram with the query's id is no reply to it after all. For udp_conn_reply alone. */
void udp_conn_note_stray(const struct udp_query *);
/* No other query joins its connection, so that the next one has another port. */
void udp_conn_avoid(const struct udp_query *);
/* Our own address in its connection, for which the kernel is asked. False with errno. */
bool udp_conn_local(const struct udp_query *, struct addr *);
/* Takes the query out of its connection; harmless if it has none. */
void udp_conn_detach(struct udp_query *);
