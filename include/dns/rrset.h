/* Sets of records: those of one owner, class and type (RFC 9499 section 5). */
#pragma once

#include "dns/record.h"

struct records {
    struct record **all;
    size_t count;
};

/*
 * Gives all records of a set the lowest TTL among them (RFC 2181 section 5.2). Signatures
 * of different types are different sets. False, with nothing done, when memory is short.
 */
bool rrset_even_ttls(struct records *);

/*
 * Frees each record that is already there, with whatever TTL (RFC 2181 section 5), and
 * closes the gaps. False, with nothing done, when memory is short.
 */
bool rrset_drop_repeated(struct records *);

/* The type that a signature covers (RFC 4034 section 3.1), or 0 if the record is none. */
uint16_t rrset_type_covered(const struct record *);
