/*
 * One TCP connection of a client: its messages, and the answers that are owed.
 *
 * The callee that gets a message may owe an answer to it, by a claim on the connection.
 * Answers leave in the order in which they are given, whatever the order of the messages
 * was. Claims on a connection that has ended are empty, so an answer to one goes to nobody.
 *
 * A client is read from only while few answers are owed to it and little waits to be sent
 * to it. Everything else stays in the kernel, which tells the client to wait.
 */
#pragma once

#include <stdbool.h>

#include "base/list.h"
#include "net/addr.h"

struct tcp;
struct tcp_conn;

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

const struct addr *tcp_conn_peer(const struct tcp_conn *);
/* Our own address, for which the kernel is asked. False with errno. */
bool tcp_conn_local(const struct tcp_conn *, struct addr *);
/* How long it may be idle at this moment, in ms (net/idle). */
int64_t tcp_conn_idle_ms(const struct tcp_conn *);
/* Ends the connection at once, or after the message that is being handled. */
void tcp_conn_close(struct tcp_conn *);

/* An answer that is owed; part of its owner's struct. */
struct tcp_claim {
    struct list link;
    struct tcp_conn *conn; /* NULL: nobody waits for the answer */
    void (*lost)(
        struct tcp_claim *); /* called when the connection has ended; may be NULL */
};

/* One more answer is owed on the connection. */
void tcp_conn_owe(struct tcp_conn *, struct tcp_claim *);
/* `to` takes the claim over, but for `lost`; `from` becomes empty. */
void tcp_claim_move(struct tcp_claim *to, struct tcp_claim *from);
/* Sends the answer, of at most 65,535 octets, or keeps it until it can be sent. The claim
 * is empty afterwards. False if it was empty before. */
bool tcp_claim_answer(struct tcp_claim *, const uint8_t *message, size_t len);
/* No answer will be given. The claim is empty afterwards. */
void tcp_claim_forgo(struct tcp_claim *);

/* For net/tcp: */

/* Begins to read from an accepted socket, which belongs to the connection from now on.
 * False when memory is short; then the socket is still the caller's. */
bool tcp_conn_new(struct tcp *, int fd, const struct addr *peer);
void tcp_conn_free(struct tcp_conn *);
/* Handles the messages that were left in the round before. */
void tcp_conn_read_on(struct tcp_conn *);
