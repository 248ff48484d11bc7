/*
 * All TCP connections of a process, and the messages that come and go on them (RFC 7766,
 * RFC 9210). It knows lengths and octets, no DNS.
 *
 * Whoever is given a message may owe an answer to it, by a claim on the connection. Answers
 * leave in the order in which they are given, whatever the order of the messages was. A
 * connection ends
 *
 *   - when the client has sent all it will send and has every answer that is owed;
 *   - when the idle time has passed with no answer owed and no new message whole, or with
 *     none of what waits to be sent being taken;
 *   - when there is no room for a new one, and its client has most connections
 *     (net/clients): then the one that is idle longest of these, or the oldest if all are
 *     busy, which never ends one of who has no more than the new one's client;
 *   - when it is lost, breaks the framing, or tcp_close says so.
 *
 * Claims on a connection that has ended are empty: who answers one answers nobody.
 *
 * A client is read from only as long as few answers are owed to it and little waits to be
 * sent to it; everything else stays in the kernel, which tells the client to wait.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "net/addr.h"
#include "net/loop.h"

struct tcp;
struct tcp_conn;

struct tcp_limits {
    size_t connections; /* at the same time */
    size_t per_client;  /* of these with one client (net/clients) */
    int64_t idle_ms;    /* while few connections are in use, or the client has few */
    size_t shortest;    /* a message of fewer octets ends the connection */
};

enum {
    TCP_OWED_MAX = 128,           /* answers on one connection: then it is not read from */
    TCP_WAITING_MAX = 128 * 1024, /* octets to be sent on one connection: likewise */
    TCP_WAITING_ALL = 64 << 20,   /* on all; who would exceed it loses its connection */
};

/* A message has come; it is borrowed. The callee may owe an answer, give it, or close. */
typedef void tcp_message(void *context, struct tcp_conn *, const uint8_t *message,
                         size_t len);

/* NULL when memory is short. `context` goes to `arrived`. */
struct tcp *tcp_new(struct loop *, const struct tcp_limits *, tcp_message *arrived,
                    void *context);
/* Ends all connections; listening sockets stay open. Accepts NULL. */
void tcp_free(struct tcp *);

/* Takes connections from a listening, non-blocking socket. 0, or -1 when memory is short or
 * there are LISTENERS_MAX already. */
int tcp_listen(struct tcp *, int fd);

/* Takes no connections any more; those there are may be idle for `idle_ms` at the most. */
void tcp_retire(struct tcp *, int64_t idle_ms);

/* Connections there are. */
size_t tcp_count(const struct tcp *);

/* How long the connection may be idle at this moment: less if its client has more than half
 * of those there are, and few are left. */
int64_t tcp_idle_ms(const struct tcp_conn *);

const struct addr *tcp_peer(const struct tcp_conn *);
/* Ends the connection at once, or after the message that is being handled. */
void tcp_close(struct tcp_conn *);

/* An answer that is owed. It belongs to the struct of who owes it. */
struct tcp_claim {
    struct list link;
    struct tcp_conn *conn; /* NULL: nobody waits for the answer */
    void (*lost)(
        struct tcp_claim *); /* called when the connection has ended; may be NULL */
};

/* From here on one more answer is owed. */
void tcp_owe(struct tcp_conn *, struct tcp_claim *);
/* `to` takes over, but for `lost`; `from` becomes empty. */
void tcp_claim_move(struct tcp_claim *to, struct tcp_claim *from);
/*
 * Sends the answer, of at most 65,535 octets, or lets it wait to be sent. The claim is
 * empty afterwards. False if there was nobody to send it to.
 */
bool tcp_answer(struct tcp_claim *, const uint8_t *message, size_t len);
/* There will be no answer. */
void tcp_forgo(struct tcp_claim *);

#endif
