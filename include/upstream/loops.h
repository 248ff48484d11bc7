/*
 * Domains that a name server on this host sends back to us.
 *
 * A forwarder may send one domain here and be the host's name server as well. Then it asks
 * us for what we ask it in that domain, and both wait. Only a check tells for certain
 * whether a name comes back, so nothing here ever answers a question: it says when a check
 * is worth a packet, and when the check should go first, in place of the question.
 *
 * A domain is believed to come back for a minute. After that it stays known, so that the
 * next question for one of its names has it checked at once.
 *
 * Nobody tells how wide a domain is. It is taken to be as wide as it can be below the root,
 * and becomes smaller when a name below it does not come back.
 */
#pragma once

#include "dns/name.h"
#include "net/addr.h"

enum {
    LOOPS_VALID_MS = 60000, /* a forwarder may be corrected, or set up anew */
    LOOPS_KNOWN = 32,       /* domains */
    LOOPS_MARKS = 4096,     /* names and domains that need no check for a minute */
};

/* A name at a server, both borrowed. */
struct route {
    const struct addr *server;
    struct name name;
};

struct loops;

/* NULL when memory is short. */
struct loops *loops_new(void);
void loops_free(struct loops *);

/* True if a name like this one has come back within the minute. */
bool loops_expect(struct loops *, const struct route *, int64_t now);

/* True if one has come back before that, and has not been checked since. The caller checks
 * it now. */
bool loops_renew(struct loops *, const struct route *, int64_t now);

/* The server is slow to answer. True if that is worth a check: once a minute for all names
 * with the same parent, or for a name right below a top-level domain. */
bool loops_suspect(struct loops *, const struct route *, int64_t now);

/* True if what a check of one of these names finds out will hold for the other one. */
bool loops_are_alike(struct loops *, const struct route *, const struct route *,
                     int64_t now);

/* The name has come back. True if no name like it ever had. */
bool loops_came_back(struct loops *, const struct route *, int64_t now);

/* The server has answered a check, so the name does not come back. */
void loops_led_elsewhere(struct loops *, const struct route *, int64_t now);

/* The server has asked us for the name, and does not answer for this type by itself. That
 * needs no other check for a minute. */
void loops_settle(struct loops *, const struct route *, uint16_t type, int64_t now);
bool loops_are_settled(struct loops *, const struct route *, uint16_t type, int64_t now);

/* The host has changed: no domain is believed before it has been checked again. */
void loops_forget(struct loops *);
