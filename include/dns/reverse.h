/* Addresses in the form of names: in-addr.arpa (RFC 1035 section 3.5), ip6.arpa (RFC 3596).
 */
#ifndef DNS_REVERSE_H
#define DNS_REVERSE_H

#include "dns/name.h"

enum reverse_kind {
    REVERSE_NONE,    /* not below in-addr.arpa or ip6.arpa */
    REVERSE_IP4,     /* a whole IPv4 address */
    REVERSE_IP6,     /* a whole IPv6 address */
    REVERSE_PARTIAL, /* an apex, or the first labels of an address: exists, has no data */
    REVERSE_JUNK,    /* below an apex but no part of an address */
};

/* Sets `address` for the two whole kinds: 4 or 16 octets in network order. */
enum reverse_kind reverse_parse(const uint8_t *name, size_t len,
                                uint8_t address[static 16]);

#endif
