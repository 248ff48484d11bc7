/*
 * Addresses to names: gethostbyaddr_r(), which unlike getnameinfo() tells why it failed.
 * Also says what exists at reverse names for other types than PTR: nothing but the name.
 */
#ifndef LOOKUP_REVERSE_H
#define LOOKUP_REVERSE_H

#include <netinet/in.h>

#include "lookup/lookup.h"

struct reverse_address {
    int family;
    socklen_t size;
    uint8_t octets[16];
};

/* As lookup_local and lookup_network, for a question whose name is this address. */
bool reverse_local(const struct lookup_config *, const struct question *,
                   const struct reverse_address *, struct answer *);
void reverse_network(const struct lookup_config *, const struct question *,
                     const struct reverse_address *, struct answer *);

#endif
