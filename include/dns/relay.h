/*
 * Makes an answer of ours from a name server's message, in which all records of a set have
 * one TTL and no record stands twice. The answer section is put in the order of the CNAME
 * chain, in whatever order it came. Records that do not belong to the chain are left out: a
 * client that asked for one name must not be told of another.
 */
#pragma once

#include "dns/answer.h"

/* Addresses in the order in which they shall be passed on. */
struct relay_order {
    const uint8_t *addresses; /* `size` octets each; borrowed */
    size_t count, size;
    bool is_part; /* of the reply's; if the reply has all of these, its others follow */
};

/*
 * Adds what the reply says to the answer, and sets its RCODE: every CNAME from the asked
 * name on, then the records of the asked type at the end of the chain, and the
 * signatures of these. The authority section comes along if the reply is negative or
 * signatures were asked for, and the additional section for types other than addresses,
 * both without records that do not belong to the answer (dns/bailiwick). With `order` only
 * its addresses are passed on, in its order; with NULL all are, as they came. False if the
 * message cannot be read, or there is no room or memory; the answer then has no records.
 */
bool relay_read(const struct question *, const uint8_t *wire, size_t len,
                const struct relay_order *, struct answer *);

/*
 * The same for a reader that needs only the first records of the asked type, as many as
 * `most`, and takes TTLs and records as they are: they may differ within a set, and come
 * again. DNAMEs are left out: the CNAMEs made of them say as much.
 */
bool relay_read_first(const struct question *, const uint8_t *wire, size_t len, size_t most,
                      struct answer *);
