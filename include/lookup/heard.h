/* What the host's name servers said to a question, and what the client is told of it. */
#ifndef LOOKUP_HEARD_H
#define LOOKUP_HEARD_H

#include "dns/answer.h"
#include "dns/relay.h"

/*
 * Servers exist that say NXDOMAIN for a type that a name does not have (RFC 4074 section
 * 4.2), so NXDOMAIN is only believed if the name has no address either: for one family the
 * other has to say it too, for other types both.
 */
enum heard_other {
    HEARD_NO_OTHER,     /* not asked: the reply stands for itself */
    HEARD_OTHER_AGREES, /* no such name */
    HEARD_OTHER_EXISTS, /* the name exists */
    HEARD_OTHER_FAILED, /* nobody can tell */
};

struct heard {
    const uint8_t *reply; /* borrowed; NULL: no usable reply */
    size_t reply_len;
    enum ede ede; /* why there is none */
    const char *failure;
    enum heard_other other;
    bool is_authentic; /* the reply is, says a server that resolv.conf trusts to say so */
};

/* Says to the client what was heard; see relay_read for `order`. True if it was a reply
 * that could be passed on, false if the answer is a failure. */
bool heard_say(const struct heard *, const struct question *,
               const struct relay_order *order, struct answer *);

/* The RCODE of a reply; SERVFAIL if there is none. */
unsigned heard_rcode(const struct heard *);

#endif
