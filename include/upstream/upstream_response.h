/*
 * What a name server's reply means for a question: its end, another query to the same
 * server, or a failure of the server. What it tells of the server goes to the
 * infrastructure cache.
 */
#pragma once

#include "upstream/upstream_query.h"

/* Takes a reply that transaction_is_reply() or transaction_is_bare_error() has approved.
 * The question may have ended, and been freed, when this returns. */
void upstream_response_take(const struct sent_query *, const uint8_t *wire, size_t len);
