/*
 * Names that the operator has given fixed addresses, or made aliases of others: whatever
 * the host knows of them. They are built once and then only read.
 */
#ifndef SERVE_NAMES_H
#define SERVE_NAMES_H

#include "dns/answer.h"

struct names;

enum {
    NAMES_TEXT = 65536, /* room for all lines, with the NUL */
    NAMES_CHAIN = 8,    /* aliases one behind another */
    NAMES_REASON = 128,
};

/*
 * Reads lines of "NAME ADDRESS..." or "NAME NAME", each with its newline. The same name may
 * come again with more addresses. NULL with the reason for the last line that does not fit
 * to those before it: what is no name, twice the same alias, a loop.
 */
struct names *names_new(const char *lines, char why[static NAMES_REASON]);
/* Adds one line. False with the reason if it does not fit; then they are of no more use. */
bool names_add(struct names *, const char *line, char why[static NAMES_REASON]);
/* Accepts NULL. */
void names_free(struct names *);

enum names_say {
    NAMES_NOTHING, /* it is no such name */
    NAMES_ALL,     /* the answer is complete */
    NAMES_ALIAS,   /* `target` has to be looked up, and goes behind it: dns/alias */
};

struct names_config {
    const struct names *names;  /* NULL: there are none */
    uint32_t ttl, negative_ttl; /* seconds; a negative TTL of 0: no SOA */
    bool no_aaaa;               /* no name has an IPv6 address */
};

/*
 * What is known of the question. `answer`, initialised for it, gets the records; for an
 * alias these are the CNAME records, and `target` is the question for what they lead to.
 */
enum names_say names_ask(const struct names_config *, const struct question *,
                         struct answer *, struct question *target);

/* True if the question's name is one of these, which may be NULL. */
bool names_have(const struct names *, const struct question *);

/*
 * Makes "no data" of "no such name" that was found for a name above one of these, as "no
 * such name" would deny that too (RFC 8020). The names may be NULL.
 */
void names_see(const struct names *, const struct question *, struct answer *);

#endif
