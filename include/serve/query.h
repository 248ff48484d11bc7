/*
 * One client's question on its way from the socket to the answer, which goes the way that
 * the question came: as a datagram, or over the connection on which it is owed.
 *
 * serve fills in where it came from, request_parse what it says; while it waits for a
 * lookup it hangs in its flight and in the list of deadlines. query_free is its only end.
 */
#ifndef SERVE_QUERY_H
#define SERVE_QUERY_H

#include "base/list.h"
#include "dns/answer.h"
#include "dns/request.h"
#include "net/clients.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "serve/querylog.h"

struct flight;
struct serve_config;

struct query {
    struct request request;
    const struct serve_config *config;
    bool over_tcp;
    bool is_alias;               /* of serve/names: what is looked up goes behind it */
    int fd;                      /* UDP: the socket that the reply goes through; borrowed */
    struct tcp_claim claim;      /* TCP: the reply that is owed; empty if nobody waits */
    struct udp_path path;        /* of TCP only the peer */
    int64_t received;            /* clock_ms() */
    enum querylog_origin origin; /* of what is replied */

    struct flight *flight;   /* what it waits for; NULL until it does */
    struct place place;      /* among those of its client, then */
    struct list in_flight;   /* among those that wait for the same */
    struct list in_deadline; /* among all that wait, oldest first */
    struct list in_patience; /* among those that could have a stale answer */
};

/* A copy on the heap that can wait and takes over the claim; NULL when memory is short. */
struct query *query_new(struct query *);
/* Takes it out of the lists it is in; a reply still owed is not owed any more. */
void query_free(struct query *);

/* Sends the answer, its TTLs lowered by `age` seconds. False if nobody waits for it. */
bool query_reply(struct query *, const struct answer *, uint32_t age);

#endif
