/*
 * Server selection: asks the servers of a client's question one after another, each for its
 * share of the time. A server is named by its place in the question's list.
 */
#pragma once

#include "upstream/upstream_query.h"

/* A client's question. NULL when memory is short. */
struct upstream_query *selection_new(struct upstream *, const struct resolv_conf *,
                                     const struct question *);

/* Settles the order of the servers, and the time that each of them has. */
void selection_begin(struct upstream_query *);

/* Asks the server whose turn is next, and leaves out those that cannot help. The question
 * ends if no reply can come any more. */
void selection_next(struct upstream_query *);

/* A server has been found to send us everything: no question waits for it. */
void selection_leave_loops(struct upstream *);
