/* Sets of records: those of one owner, class and type (RFC 9499 section 5). */
#pragma once

#include "dns/name_set.h"
#include "dns/record.h"

/* Records of one arena, which outlives them. */
struct records {
    struct record **all;
    size_t count;
    struct name_set *names; /* borrowed; the records' owners are there, and the arena */
};

/*
 * Gives all records of a set the lowest TTL among them (RFC 2181 section 5.2), and drops
 * each record that is already there, with whatever TTL (section 5). Signatures of different
 * types are different sets. False, with nothing done, when memory is short or there are
 * more than 65,535.
 */
bool rrset_tidy(struct records *);

/* The type that a signature covers (RFC 4034 section 3.1), or 0 if the record is none. */
uint16_t rrset_type_covered(const struct record *);
