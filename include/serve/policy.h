/* Requests that are answered without a lookup, whatever name they ask for. */
#ifndef SERVE_POLICY_H
#define SERVE_POLICY_H

#include "dns/request.h"
#include "net/prefix.h"
#include "serve/special.h"

struct policy {
    const struct prefix *allow; /* who may ask */
    size_t allow_count;
    bool cookies;         /* they are handed out, so malformed ones are errors */
    const char *identity; /* what CHAOS questions for it are told (RFC 4892); "": nothing */
    struct special_config special; /* for the names of what is left */
};

/* Room for the records of any such answer, in octets. */
enum { POLICY_RECORDS = 128, POLICY_IDENTITY_MAX = 63 };

/* True if the client's address is in one of the blocks. */
bool policy_may_ask(const struct policy *, const struct addr *from);

/*
 * `rcode` is what request_parse said. True if the request is settled by it or by who asks,
 * or by its class, type or signature; `answer`, initialised for the request's
 * question with POLICY_RECORDS octets, then says how.
 */
bool policy_settles(const struct policy *, const struct request *, const struct addr *from,
                    int rcode, struct answer *);

#endif
