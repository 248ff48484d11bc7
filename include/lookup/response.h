/* The response of the host's name servers to a question, and the answer made of it. */
#pragma once

#include "dns/answer.h"
#include "dns/relay.h"

/*
 * Whether the name of a denial exists, as far as responses for other types have told
 * (lookup/address_check). If two of them differ, the one that stands lower here counts.
 */
enum existence {
    EXISTENCE_UNCHECKED, /* not asked: the denial stands for itself */
    EXISTENCE_DENIED,    /* no such name */
    EXISTENCE_UNKNOWN,   /* no response: the denial stands, but not for long */
    EXISTENCE_LOST,      /* this process had no memory or descriptors to learn it */
    EXISTENCE_CONFIRMED, /* the name exists */
};

/* The largest TTL, in seconds, of a denial that no other response has confirmed. */
enum { RESPONSE_UNCONFIRMED_TTL = 30 };

struct response {
    const uint8_t *reply; /* borrowed; NULL: no usable reply */
    size_t reply_len;
    enum ede ede; /* why there is none */
    const char *failure;
    enum existence existence;
    bool is_authentic; /* says a server that resolv.conf trusts to say so */
};

/* Makes an answer of it; see relay_read for `order`. True if it is a reply that can be
 * passed on, false if the answer is a failure. */
bool response_to_answer(const struct response *, const struct question *,
                        const struct relay_order *order, struct answer *);

/* Makes an answer to ANY of those for both families (RFC 8482 section 4.1). */
void response_to_any(const struct question *, const struct response *a,
                     const struct response *aaaa, struct answer *);

/* The RCODE of the reply; SERVFAIL if there is none. */
unsigned response_rcode(const struct response *);
