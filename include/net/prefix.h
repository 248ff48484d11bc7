/* Blocks of addresses, such as 127.0.0.0/8. */
#pragma once

#include "net/addr.h"

/* Room for "IPv6/128" and its NUL. */
enum { PREFIX_TEXT = INET6_ADDRSTRLEN + 4 };

struct prefix {
    struct addr addr; /* its bits behind the prefix are zero */
    unsigned bits;
};

/*
 * Reads ADDRESS or ADDRESS/BITS; without BITS it is one address. False if the text is
 * neither, or if a bit behind the prefix is set, since then address or BITS is a mistake.
 */
bool prefix_parse(struct prefix *, const char *text);

/* True if the address is in the block. An IPv4 address in IPv6's form is an IPv4 address.
 */
bool prefix_has(const struct prefix *, const struct addr *);
