/*
 * One client's question, from the socket to the reply. Its stages, and what each fills in:
 *
 *   - serve notes where it came from and when (fd or claim, at, path, received and
 *     received_us, config);
 *   - request_parse reads what it asks (request);
 *   - handler notes whether the client gets the way of the answer (wants_way), and the
 *     chain if the name is an alias of the operator's;
 *   - shown_begin keeps the octets of a question that the web page is to show (shown);
 *   - pending has a copy on the heap wait (query_new), with a place among those of its
 *     client, a flight, and a link in each list that it is in;
 *   - whoever has an answer notes where that was found (origin, steps), and respond sends
 *     the reply.
 *
 * query_free ends a copy; query_end ends what a query on the stack still has.
 */
#pragma once

#include "base/list.h"
#include "dns/answer.h"
#include "dns/request.h"
#include "net/clients.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "serve/config.h"

struct flight;
struct pending_queries;

struct query {
    struct request request;
    const struct serve_config *config;
    bool over_tcp;
    int fd;                      /* UDP: the socket that the reply goes through; borrowed */
    struct tcp_claim claim;      /* TCP: the reply that is owed; empty if nobody waits */
    const struct addr *at;       /* UDP: the address that the socket is at; borrowed */
    struct udp_path path;        /* of TCP only the peer */
    int64_t received;            /* clock_ms() */
    int64_t received_us;         /* clock_us(), the same moment */
    enum querylog_origin origin; /* of the answer */
    bool wants_way;              /* and gets it: see serve/account */
    bool has_joined;             /* a flight that others began */
    int64_t tapped_ns;           /* clock_unix_ns() when it came, if dnstap is on */
    const uint8_t *steps;        /* lookup's, borrowed while it is replied to; or NULL */
    size_t steps_len;
    struct cname_chain *chain;    /* goes before the answer; NULL: none */
    struct shown_question *shown; /* NULL: it is not shown */

    struct pending_queries *pending; /* what it waits in; NULL: it does not wait */
    struct flight *flight;           /* the lookup that it waits for */
    struct place place;              /* among those of its client */
    struct list in_flight;           /* among those that wait for the same lookup */
    struct list in_deadline;         /* among all that wait, oldest first */
    struct list in_stale_timeout;    /* among those that could have a stale answer */
};

/* CNAME records of our own (serve/names), and the question for the name they lead to. */
struct cname_chain {
    struct question target;
    struct answer answer;
    uint8_t records[];
};

/* A question as it came, for serve/shown. */
struct shown_question {
    size_t size, len; /* octets that there were, and that are kept */
    uint8_t wire[];
};

/* A copy that can wait, and takes over claim, chain and shown; NULL when memory is short.
 */
struct query *query_new(struct query *);
/* Takes it out of all lists, and ends it. */
void query_free(struct query *);
/* The reply is not owed any more; chain and shown are freed. */
void query_end(struct query *);

/* The chain's records are copied. False when memory is short. */
bool query_set_chain(struct query *, const struct answer *, const struct question *target);

/* True if the options of a request change its reply. Inline for the fast path. */
static inline bool query_has_extras(const struct serve_config *config,
                                    const struct edns_options *asked)
{
    return (asked->nsid && *config->nsid) || (asked->padding && config->padding) ||
           config->policy.cookies;
}
