/*
 * Sends the reply to a query the way that the query came: as a datagram, or over the
 * connection on which it is owed. Counts it, and logs it if the operator wants that.
 */
#pragma once

#include "serve/query.h"

/* The answer's TTLs are lowered by `age` seconds. False if nobody waits for the reply. */
bool respond(struct query *, const struct answer *, uint32_t age);
