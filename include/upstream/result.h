/*
 * The result of a question to name servers: a reply, or the reason why there is none, and
 * the queries that were sent for it.
 *
 * Nobody waits for a loop check or a recheck, so they have no result. The functions here
 * accept NULL for it, and then note nothing.
 */
#pragma once

#include "dns/answer.h"
#include "net/addr.h"

struct upstream_query;

enum { RESULT_TRIES_MAX = 6 };

/* A query that was sent. */
struct upstream_try {
    uint8_t server; /* its place in the list of servers */
    bool over_tcp;
    uint16_t outcome;  /* RCODE or enum way_outcome */
    uint32_t at, took; /* microseconds since the question was asked, and since the query */
};

struct upstream_result {
    struct upstream_query *query; /* under way; NULL once the result is complete */
    uint8_t *reply;               /* the asker frees it; NULL if there is none */
    size_t reply_len;
    enum ede ede;
    char failure[ANSWER_TEXT];
    bool is_denial; /* the reply is ours, because every server asks us; see `failure` */
    int error;      /* the network's last one, an errno; 0: none */
    unsigned rcode; /* the last server's error; 0: none */
    size_t server;  /* the one that sent the reply, in the list of servers */
    int64_t begun;  /* clock_us() */
    struct upstream_try tries[RESULT_TRIES_MAX]; /* the first queries */
    size_t try_count;                            /* of these */
};

/* Called when the result is complete. */
typedef void result_done(void *owner);

/* Notes why there is no reply, unless one still comes. Formats as printf() does. */
__attribute__((format(printf, 3, 4))) void
result_note_failure(struct upstream_result *, enum ede ede, const char *format, ...);

/* Notes an error of the network, an errno, as the failure. */
void result_note_error(struct upstream_result *, const struct addr *server, int error);

/* True if there is a result, and no failure has been noted in it. */
bool result_lacks_failure(const struct upstream_result *);

/* Notes a query to a server, a place in the list of servers. */
void result_note_try(struct upstream_result *, size_t server, bool over_tcp);

/* Notes an RCODE or enum way_outcome for the last query to this server that has none. */
void result_note_outcome(struct upstream_result *, size_t server, unsigned outcome);

/* Notes how long the last query has been waited for, unless it has an outcome, which may
 * still come. */
void result_note_silence(struct upstream_result *);
