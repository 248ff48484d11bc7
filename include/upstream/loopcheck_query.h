/*
 * Loop checks under way: a server is asked for a random name below another one, and all
 * that matters is whether that question comes back to us. A client's question may wait for
 * what a check finds out.
 */
#pragma once

#include "upstream/upstream_query.h"

/* Checks whether these servers send us everything, if that is due. */
void loopcheck_query_servers(struct upstream *, const struct resolv_conf *);

/* Checks whether the server asks us for the name of this question. */
void loopcheck_query_name(struct upstream_query *, size_t server);

/* True if what a check under way finds out will hold for this name, too. */
bool loopcheck_query_covers(const struct upstream *, const struct route *);

/* The check under way that asks this question, or NULL. */
struct upstream_query *loopcheck_query_find(const struct upstream *,
                                            const struct question *);
