/*
 * What else is tried while name servers are silent: the query without EDNS, and over TCP. A
 * server, or a firewall on the way to it, may drop queries of the usual form.
 */
#pragma once

#include "upstream/upstream_query.h"

/* For a new question whose turns are known. */
void fallback_start(struct upstream_query *);
void fallback_stop(struct upstream_query *);

/* The server is about to be asked, as its turn begins: decides whether to use EDNS, and
 * returns whether to use TCP. */
bool fallback_choose(struct upstream_query *, size_t server);

/* The server whose turn it is has been asked. */
void fallback_watch(struct upstream_query *);
