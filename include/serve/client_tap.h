/* Notes the messages of clients for dnstap. These are called only if that is on
 * (tap_is_on). */
#pragma once

#include "dnstap/tap.h"
#include "serve/query.h"

/* Notes a query that has come, and in it the time. */
void client_tap_query(struct query *, const uint8_t *wire, size_t len);

/* Notes its response. A TCP connection that has ended is not known any more. */
void client_tap_response(const struct query *, const uint8_t *wire, size_t len);

/* Notes a query that the fast path has answered at once, and the response. `at` is the
 * address of the socket. */
void client_tap_answered(const struct addr *at, const struct udp_path *,
                         const uint8_t *query, size_t query_len, const uint8_t *response,
                         size_t response_len);
