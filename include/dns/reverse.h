/* Addresses as names: in-addr.arpa (RFC 1035 section 3.5), ip6.arpa (RFC 3596). */
#pragma once

#include "dns/name.h"

enum reverse_kind {
    REVERSE_NONE,    /* not below in-addr.arpa or ip6.arpa */
    REVERSE_IP4,     /* a whole IPv4 address */
    REVERSE_IP6,     /* a whole IPv6 address */
    REVERSE_PARTIAL, /* an apex, or the first labels of an address */
    REVERSE_JUNK,    /* below an apex, but no part of an address */
};

/* Sets `address`, in network order: 4 or 16 octets for the two whole kinds, as many as the
 * name has for a part. */
enum reverse_kind reverse_parse(struct name, uint8_t address[static 16]);

/* True if the IPv6 address is an IPv4-mapped one (RFC 4291 section 2.5.5.2). libc takes it
 * for the IPv4 address, which is its last four octets. */
bool reverse_is_mapped(const uint8_t address[static 16]);

/* How much of an address a part is. */
struct reverse_part {
    uint8_t size; /* octets of a whole address: 4 or 16 */
    uint8_t bits; /* of them, from the first on; 0 for an apex */
};

/* Reads a name that reverse_parse calls REVERSE_PARTIAL. */
struct reverse_part reverse_part_of(struct name);
