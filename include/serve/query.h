/*
 * One client's question on its way from the socket to the answer.
 *
 * serve fills in where it came from, request_parse what it says; while it waits for a
 * lookup it hangs in its flight and in the list of deadlines. query_free is its only end.
 */
#ifndef SERVE_QUERY_H
#define SERVE_QUERY_H

#include "base/list.h"
#include "dns/answer.h"
#include "dns/request.h"
#include "net/udp.h"

struct flight;
struct serve_config;

struct query {
    struct request request;
    int fd; /* the socket it came through, and the reply goes through; borrowed */
    struct udp_path path;
    const struct serve_config *config;
    int64_t received; /* clock_ms() */

    struct flight *flight;   /* what it waits for; NULL until it does */
    struct list in_flight;   /* among those that wait for the same */
    struct list in_deadline; /* among all that wait, oldest first */
};

/* A copy on the heap that can wait; NULL when memory is short. */
struct query *query_new(const struct query *);
/* Takes it out of the lists it is in. */
void query_free(struct query *);

/* Sends the answer, its TTLs lowered by `age` seconds. */
void query_reply(const struct query *, const struct answer *, uint32_t age);

#endif
