/*
 * Handles requests: reads one, and answers it at once or lets its query wait for a lookup.
 * These modules see it in this order, and each leaves to the next what it does not settle:
 *
 *   dns/request     malformed requests
 *   serve/policy    clients that may not ask, and questions that need no name
 *   serve/names     names of the operator's, which may be aliases of others
 *   serve/special   special-use names
 *   serve/flights   everything else, which is the host's to answer
 */
#pragma once

#include "serve/flights.h"
#include "serve/query.h"
#include "serve/ratelimit.h"

struct handler {
    const struct serve_config *config; /* borrowed, as flights are */
    struct flights *flights;
    struct ratelimit errors;
};

/* Handles the request of a query whose origin and time are set. False if it cannot be
 * answered. */
bool handler_request(struct handler *, struct query *, const uint8_t *wire, size_t len);
