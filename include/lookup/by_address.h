/*
 * Addresses to names, in the same three steps as lookup/by_name: gethostbyaddr_r(), which
 * unlike getnameinfo() tells why it failed.
 */
#pragma once

#include "dns/reverse.h"
#include "lookup/config.h"
#include "lookup/libc.h"
#include "lookup/next.h"
#include "lookup/response.h"

/* True if the name is below in-addr.arpa or ip6.arpa. */
bool by_address_is_asked(const struct question *);

/* Step 1, for a name that reverse_parse calls this kind and address. */
enum lookup_next by_address_probe(const struct lookup_config *, const struct question *,
                                  enum reverse_kind, const uint8_t address[static 16],
                                  const struct libc_dns *, struct answer *);

/* True if the hosts file is one of libc's sources and has an address that begins with the
 * octets of this name, so that the name must not be denied (RFC 8020). */
bool by_address_has_below(const struct question *);

/* Step 3, for PTR of a whole address. */
void by_address_verdict(const struct lookup_config *, const struct question *,
                        const struct response *, const struct libc_dns *, struct answer *);
