/*
 * Questions and their replies over one UDP socket: send, wait, check, try again.
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
    EXCHANGE_UNREACHABLE, /* the network says no: see `error` */
    EXCHANGE_INTERRUPTED, /* Ctrl+C */
};

struct exchange {
    struct ask ask; /* by the caller; all else is set by exchange_run */
    enum exchange_state state;
    int error; /* errno, for EXCHANGE_UNREACHABLE */
    uint8_t reply[EXCHANGE_REPLY_MAX];
    size_t size;
};

/* How often a question is sent, and how many milliseconds each try may take. */
struct exchange_patience {
    unsigned tries;
    unsigned try_ms;
};

/* A non-blocking UDP socket towards the server, to close(); or -1 with errno. */
int exchange_open(const struct addr *server);

/* Sends all questions at once and returns when none is EXCHANGE_WAITING any more. */
void exchange_run(int socket, struct exchange *all, size_t count, struct exchange_patience);

#endif
