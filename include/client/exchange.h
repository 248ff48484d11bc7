/*
 * One question to a server, and what comes back for it: over UDP, and over TCP if the reply
 * does not fit a datagram.
 */
#pragma once

#include "base/list.h"
#include "dns/ask.h"
#include "dns/received.h"

enum exchange_state {
    EXCHANGE_WAITING,
    EXCHANGE_ANSWERED,    /* the reply has come, and it is the one to this question */
    EXCHANGE_SILENT,      /* no try brought a reply */
    EXCHANGE_UNREACHABLE, /* the network refuses, or the connection fails: see `error` */
    EXCHANGE_INTERRUPTED, /* Ctrl+C */
};

/* How often a question is sent, how many milliseconds each try may take, and over what. */
struct exchange_manner {
    unsigned tries;
    unsigned try_ms;
    bool use_tcp;        /* send no datagram at all */
    bool keep_to_udp;    /* use UDP even for type ANY; only truncated replies lead to TCP */
    bool keep_truncated; /* a truncated reply is not asked for again over TCP */
};

enum verdict {
    VERDICT_RECORDS,     /* what was asked for is there */
    VERDICT_PARTIAL,     /* truncated: some of it is there */
    VERDICT_NO_RECORDS,  /* the name exists, but has no such records (NODATA) */
    VERDICT_NO_NAME,     /* NXDOMAIN */
    VERDICT_FAILED,      /* the server's RCODE says so */
    VERDICT_MALFORMED,   /* part of the reply cannot be read; the rest is there */
    VERDICT_CUT,         /* truncated, and no record asked for is in what came */
    VERDICT_SILENT,      /* no reply */
    VERDICT_UNREACHABLE, /* the network refuses to carry the question */
    VERDICT_INTERRUPTED, /* Ctrl+C */
};

struct stream;

struct exchange {
    /* 1. inquiry_build, or another caller, sets what is asked, and how. */
    struct ask ask;
    struct exchange_manner manner;
    void *owner; /* for outstanding_take's caller */

    /* 2. It waits for a reply (client/outstanding.h): */
    struct list link;
    int64_t deadline; /* of this try */
    bool needs_tcp;
    struct stream *stream; /* NULL: there is no connection */
    size_t polled;         /* the place of the stream among what is polled; 0: none */
    unsigned tries;        /* datagrams sent */

    /* 3. It has ended: */
    enum exchange_state state;
    int error;        /* errno, for EXCHANGE_UNREACHABLE */
    int tcp_error;    /* errno; 0: TCP was not tried, or did not fail */
    uint8_t *wire;    /* the reply; NULL: none */
    size_t size;      /* of it */
    bool is_over_tcp; /* the reply came over a connection */
    int64_t sent_us;  /* clock_us() when the question first left; 0: it did not */
    int64_t ended_us; /* when the reply had come, or none could come any more */

    /* 4. exchange_judge has read the reply: */
    struct received reply; /* empty unless the exchange was answered */
    const char *canonical; /* end of the CNAME chain, as printed; borrowed from above */
    enum verdict verdict;
};

/* Frees the reply. Accepts an exchange of any stage but one that waits. */
void exchange_free(struct exchange *);

void exchange_judge(struct exchange *);

/* True if the record answers the question, at the end of the chain. */
bool exchange_is_answer(const struct exchange *, const struct print_record *);
