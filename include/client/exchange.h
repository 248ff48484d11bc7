/*
 * Questions and their replies over one UDP socket: send, wait, check, try again; and over
 * TCP where the reply does not fit a datagram.
 */
#ifndef CLIENT_EXCHANGE_H
#define CLIENT_EXCHANGE_H

#include "dns/ask.h"
#include "net/addr.h"

enum { EXCHANGE_REPLY_MAX = 4096 }; /* a longer datagram is ignored */

enum exchange_state {
    EXCHANGE_WAITING,
    EXCHANGE_ANSWERED,    /* the reply is there, and is the one to this question */
    EXCHANGE_SILENT,      /* no reply to any try */
    EXCHANGE_UNREACHABLE, /* the network says no, or the connection fails: see `error` */
    EXCHANGE_INTERRUPTED, /* Ctrl+C */
};

struct exchange {
    struct ask ask; /* by the caller; all else is set by exchange_run */
    enum exchange_state state;
    int error;      /* errno, for EXCHANGE_UNREACHABLE */
    int tcp_error;  /* errno; 0: TCP was not tried, or did not fail */
    uint8_t *reply; /* exchange_free gives it back; NULL: none */
    size_t size;
};

/* How often a question is sent, how many milliseconds each try may take, and over what. */
struct exchange_manner {
    unsigned tries;
    unsigned try_ms;
    bool use_tcp;        /* and no datagram */
    bool keep_truncated; /* a reply that did not fit is not asked for again over TCP */
};

/* A non-blocking UDP socket towards the server, to close(); or -1 with errno. */
int exchange_open(const struct addr *server);

/* Sends all questions at once and returns when none is EXCHANGE_WAITING any more. A
 * truncated reply stays where TCP fails. */
void exchange_run(int socket, struct exchange *all, size_t count,
                  const struct exchange_manner *);
void exchange_free(struct exchange *);

#endif
