/*
 * The queries that wait for a lookup. A query that has waited as long as the operator lets
 * it is told SERVFAIL; its flight goes on, and its answer is kept for the next one to ask.
 *
 * There is a fixed number of places, for queries that wait and for flights that nobody
 * waits for any more. When all are taken, the oldest of these flights gives way; then the
 * oldest query of the client that has most (net/clients). Lookup is told which flights have
 * given way, so what it has under way is bounded and shared out as the places are.
 */
#pragma once

#include "serve/lookup_client.h"
#include "serve/query.h"

struct pending_queries {
    struct loop *loop;
    struct lookup_client *lookup; /* borrowed */
    struct clients clients;       /* how many places each of them has */
    size_t per_client;            /* nobody has more */
    int64_t timeout_ms;           /* nobody waits longer */
    struct list waiting;          /* queries, oldest first */
    size_t waiting_count;
    struct list idle; /* flights that nobody waits for, oldest first */
    size_t idle_count;
    struct timer deadline;

    struct list could_be_stale; /* queries that could get a stale answer, oldest first */
    struct timer stale_timeout;
    void (*timed_out)(void *context, struct query *); /* one of them has waited too long */
    void *context;
};

enum { STALE_TIMEOUT_MS = 1800 }; /* the client response timer of RFC 8767 section 5 */

/* The callback is set already. 0, or -1 with errno. `lookup` is used from the first query
 * on. */
int pending_init(struct pending_queries *, struct loop *, struct lookup_client *lookup,
                 const struct serve_config *);
/* The queries end without a reply. */
void pending_free(struct pending_queries *);

/*
 * Lets the query wait for a lookup of the folded question, as the copy that is returned.
 * NULL if there is no place for it, which its client has then been told.
 */
struct query *pending_add(struct pending_queries *, struct query *,
                          const struct question *);
/* A query that waits is answered, or its client is gone. What lookup was asked goes on.
 * True if others wait for the same flight, which may be freed otherwise. */
bool pending_leave(struct query *);

/* Queries that wait. */
size_t pending_count(const struct pending_queries *);

/* After STALE_TIMEOUT_MS a query that waits would rather have a stale answer. */
void pending_prefer_stale(struct query *);

/* Begins a lookup of the folded question that nobody waits for, unless there is one. */
void pending_prefetch(struct pending_queries *, const struct question *);
/* Ends a flight whose answer has come. Nobody may wait for it any more. */
void pending_end(struct pending_queries *, struct flight *);
