/*
 * The TCP connections of clients, and the messages on them (RFC 7766, RFC 9210). It knows
 * lengths and octets, but not DNS.
 *
 * The callee that gets a message may owe an answer to it, by a claim on the connection.
 * Answers leave in the order in which they are given, whatever the order of the messages
 * was. A connection ends
 *
 *   - when the client has sent all that it will send, and has every answer that is owed;
 *   - when the idle time has passed, and meanwhile no answer was owed and no new message
 *     became whole, or the client took nothing of what waits to be sent;
 *   - when there is no room for a new one, and its client has most connections
 *     (net/clients): of these the one that is idle longest, or the oldest if all are busy.
 *     A client that has no more than the new connection's client loses none;
 *   - when it is lost, breaks the framing, or tcp_close is called.
 *
 * Claims on a connection that has ended are empty, so an answer to one goes to nobody.
 *
 * A client is read from only while few answers are owed to it and little waits to be sent
 * to it. Everything else stays in the kernel, which tells the client to wait.
 */
#pragma once

#include "net/addr.h"
#include "net/loop.h"

struct tcp;
struct tcp_conn;

struct tcp_limits {
    size_t connections;    /* at the same time */
    size_t per_client;     /* those of one client (net/clients) */
    int64_t idle_ms;       /* while few connections are in use, or the client has few */
    int64_t least_idle_ms; /* while all are in use */
    size_t shortest;       /* a message of fewer octets ends the connection */
};

enum {
    /* A connection is not read from while it owes this many answers, or this many octets
     * wait to be sent on it. */
    TCP_OWED_MAX = 128,
    TCP_WAITING_MAX = 128 * 1024,
    /* Octets that wait on all connections; one that would exceed that is closed. */
    TCP_WAITING_ALL = 64 << 20,
};

/* A message has come, which is borrowed. The callee may owe an answer, give one, or close
 * the connection. */
typedef void tcp_message(void *context, struct tcp_conn *, const uint8_t *message,
                         size_t len);

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

/* How long the connection may be idle at this moment: less if few connections are left, and
 * its client has more than half of them. */
int64_t tcp_idle_ms(const struct tcp_conn *);

const struct addr *tcp_peer(const struct tcp_conn *);
/* Our own address, for which the kernel is asked. False with errno. */
bool tcp_local(const struct tcp_conn *, struct addr *);
/* Ends the connection at once, or after the message that is being handled. */
void tcp_close(struct tcp_conn *);

/* An answer that is owed; part of its owner's struct. */
struct tcp_claim {
    struct list link;
    struct tcp_conn *conn; /* NULL: nobody waits for the answer */
    void (*lost)(
        struct tcp_claim *); /* called when the connection has ended; may be NULL */
};

/* One more answer is owed on the connection. */
void tcp_owe(struct tcp_conn *, struct tcp_claim *);
/* `to` takes the claim over, but for `lost`; `from` becomes empty. */
void tcp_claim_move(struct tcp_claim *to, struct tcp_claim *from);
/* Sends the answer, of at most 65,535 octets, or keeps it until it can be sent. The claim
 * is empty afterwards. False if it was empty before. */
bool tcp_answer(struct tcp_claim *, const uint8_t *message, size_t len);
/* No answer will be given. The claim is empty afterwards. */
void tcp_forgo(struct tcp_claim *);
