/*
 * Passes on what a name server said: from its message to an answer of ours.
 *
 * The answer section is put in the order of the CNAME chain, whatever order it came in, and
 * what does not belong to the chain is left out: who asked for one name is not to be told
 * of another.
 */
#ifndef DNS_RELAY_H
#define DNS_RELAY_H

#include "dns/answer.h"

/* Addresses in the order in which they shall be passed on. */
struct relay_order {
    const uint8_t *addresses; /* `size` octets each; borrowed */
    size_t count, size;
};

/*
 * Adds what the reply says to the answer, and sets its RCODE: every CNAME from the asked
 * name on, then the records of the asked type at the end of the chain, signatures with what
 * they sign. Of a negative reply, or if signatures were asked for, the authority section
 * comes along, and for types other than addresses the additional section.
 *
 * With `order` only its addresses are passed on, in its order; NULL: all, as they came.
 * False if the message cannot be read, or there is no room or memory; the answer then has
 * no records.
 */
bool relay_read(const struct question *, const uint8_t *wire, size_t len,
                const struct relay_order *, struct answer *);

/* True if the answer section has a record of this type with just these octets of data. */
bool relay_has_data(const struct answer *, uint16_t type, const void *data, size_t size);

/* How many records of this type the answer section has; whether it has any. */
size_t relay_count_type(const struct answer *, uint16_t type);
bool relay_has_type(const struct answer *, uint16_t type);

#endif
