/* Sets of records: those of one owner, class and type (RFC 9499 section 5). */
#ifndef DNS_RRSET_H
#define DNS_RRSET_H

#include "dns/record.h"

/*
 * Gives all records of a set the lowest TTL among them (RFC 2181 section 5.2). Signatures
 * of different types are different sets. False, with nothing done, when memory is short.
 */
bool rrset_even_ttls(struct record **records, size_t count);

/* The type that a signature covers (RFC 4034 section 3.1), or 0 if the record is none. */
uint16_t rrset_type_covered(const struct record *);

#endif
