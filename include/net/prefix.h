/* Blocks of addresses, as 127.0.0.0/8 names one. */
#ifndef NET_PREFIX_H
#define NET_PREFIX_H

#include "net/addr.h"

/* Room for "IPv6/128" and its NUL. */
enum { PREFIX_TEXT = INET6_ADDRSTRLEN + 4 };

struct prefix {
    struct addr addr; /* the bits behind the prefix are zero */
    unsigned bits;
};

/*
 * Reads ADDRESS or ADDRESS/BITS; without BITS it is one address. False if it is neither,
 * and if a bit behind the prefix is set, since then one of the two is a mistake.
 */
bool prefix_parse(struct prefix *, const char *text);

/* True if the address is in the block. An IPv4 address in IPv6's form is an IPv4 address.
 */
bool prefix_has(const struct prefix *, const struct addr *);

#endif
