/*
 * The TCP connections of clients, and the messages on them (RFC 7766, RFC 9210). It knows
 * lengths and octets, but not DNS.
 *
 * A connection (net/tcp_conn) ends
 *
 *   - when the client has sent all that it will send, and has every answer that is owed;
 *   - when the idle time has passed, and meanwhile no answer was owed and no new message
 *     became whole, or the client took nothing of what waits to be sent;
 *   - when there is no room for a new one, and its client has most connections
 *     (net/clients): of these the one that is idle longest, or the oldest if all are busy.
 *     A client that has no more than the new connection's client loses none;
 *   - when it is lost, breaks the framing, or tcp_conn_close is called.
 */
#pragma once

#include "net/loop.h"
#include "net/tcp_conn.h"

struct tcp_limits {
    size_t connections;    /* at the same time */
    size_t per_client;     /* those of one client (net/clients) */
    int64_t idle_ms;       /* while few connections are in use, or the client has few */
    int64_t least_idle_ms; /* while all are in use */
    size_t shortest;       /* a message of fewer octets ends the connection */
};

/* NULL when memory is short. `context` goes to `arrived`. */
struct tcp *tcp_new(struct loop *, const struct tcp_limits *, tcp_message *arrived,
                    void *context);
/* Ends all connections; listening sockets stay open. Accepts NULL. */
void tcp_free(struct tcp *);

/* Accepts connections from a listening, non-blocking socket. 0, or -1 when memory is short
 * or there are LISTENERS_MAX already. */
int tcp_listen(struct tcp *, int fd);

/* Accepts no connections any more. Open ones may be idle for `idle_ms` at the most. */
void tcp_retire(struct tcp *, int64_t idle_ms);

/* The number of open connections. */
size_t tcp_count(const struct tcp *);
