/* Requests that are answered without a lookup, whatever the host knows. */
#ifndef SERVE_POLICY_H
#define SERVE_POLICY_H

#include "dns/answer.h"
#include "dns/request.h"

/*
 * `rcode` is what request_parse said. True if the request is settled by it or by its class,
 * type or signature; `answer`, initialised for the request's question, then says how.
 */
bool policy_settles(const struct request *, int rcode, struct answer *);

#endif
