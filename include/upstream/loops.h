/*
 * Domains that a name server on this host sends back to us.
 *
 * A forwarder may send one domain here and be the host's name server as well: what it is
 * asked of that domain it asks us, and both wait. Only a check tells for certain whether a
 * name comes back, so what is kept here never answers a question: it says when a check is
 * worth a packet, and when the check should go first, in place of the question.
 *
 * Names below a domain from which one has come back are checked first. How wide the domain
 * is nobody tells: it is taken to be as wide as it can be below the root, and becomes
 * smaller when a name below it does not come back.
 */
#ifndef UPSTREAM_LOOPS_H
#define UPSTREAM_LOOPS_H

#include "dns/name.h"
#include "net/addr.h"

enum {
    LOOPS_VALID_MS = 60000, /* a forwarder may be corrected, or set up anew */
    LOOPS_KNOWN = 32,       /* domains */
    LOOPS_MARKS = 4096,     /* of names and domains that need no check for a minute */
};

/* A name in wire form at a server, both borrowed. */
struct route {
    const struct addr *server;
    const uint8_t *name;
    size_t name_len;
};

struct loops;

/* NULL when memory is short. */
struct loops *loops_new(void);
void loops_free(struct loops *);

/* True if a name like this one has come back, so that a check should go first. */
bool loops_expect(struct loops *, const struct route *, int64_t now);

/* The server is slow to answer: true if that is worth a check, which it is once a minute
 * for the name's parent, or for a name right below a top-level domain. */
bool loops_suspect(struct loops *, const struct route *, int64_t now);

/* The name has come back. */
void loops_came_back(struct loops *, const struct route *, int64_t now);

/* The server has answered a check, so the name does not come back. */
void loops_led_elsewhere(struct loops *, const struct route *, int64_t now);

/* The server has asked us for the name, and does not answer for this type by itself: for a
 * minute that needs no other check. */
void loops_settle(struct loops *, const struct route *, uint16_t type, int64_t now);
bool loops_are_settled(struct loops *, const struct route *, uint16_t type, int64_t now);

/* The host has changed. */
void loops_forget(struct loops *);

#endif
