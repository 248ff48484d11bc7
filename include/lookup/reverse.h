/*
 * Addresses to names: gethostbyaddr_r(), which unlike getnameinfo() tells why it failed, in
 * the same three steps as lookup/host.
 */
#ifndef LOOKUP_REVERSE_H
#define LOOKUP_REVERSE_H

#include "dns/reverse.h"
#include "lookup/heard.h"
#include "lookup/libc.h"
#include "lookup/lookup.h"

/* Step 1, for a name that reverse_parse calls this kind and address; libc_dns as for
 * host_probe. */
enum lookup_next reverse_probe(const struct lookup_config *, const struct question *,
                               enum reverse_kind, const uint8_t address[static 16],
                               const struct libc_dns *, struct answer *);

/* Step 3, for PTR of a whole address. */
void reverse_verdict(const struct lookup_config *, const struct question *,
                     const struct heard *, const struct libc_dns *, struct answer *);

#endif
