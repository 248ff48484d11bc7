/*
 * Names to addresses: getaddrinfo(), asked so that its result is the truth.
 *
 * getaddrinfo() blends what DNS keeps apart: a name that does not exist, a name without
 * data of the asked family, and a failure. It hides TTLs and CNAMEs, and it may wait for
 * the network for ever. Three steps bring out the truth:
 *
 *  1. Probe: libc is asked for both families, without a name server. Success means that a
 *     source other than DNS owns the name, so all there is to know about it is known.
 *  2. Ask: upstream asks the name servers for exactly this name and type, without a thread.
 *  3. Verdict: libc is asked for the family of the question, and the libc stub answers its
 *     query with the response. nsswitch.conf's rules and libc's own checks decide; if libc
 *     went by the response, the client gets the response's own records.
 */
#pragma once

#include "lookup/config.h"
#include "lookup/libc.h"
#include "lookup/next.h"
#include "lookup/nss_answer.h"
#include "lookup/response.h"

/*
 * Step 1. If nsswitch.conf has sources behind DNS, libc is sent to the stub, which fails
 * and notes that libc came: a name found before that belongs to a source before DNS. Then
 * the same calls of libc tell the answer for the other address family, unless its struct is
 * NULL.
 */
enum lookup_next by_name_probe(const struct lookup_config *, const struct question *,
                               const struct libc_dns *, struct answer *,
                               struct twin_answer *);

/* Step 1 for a name that libc cannot carry to DNS: only the name servers themselves can
 * tell, if nsswitch.conf leads to them. */
enum lookup_next by_name_probe_past_libc(const struct lookup_config *,
                                         const struct question *, struct answer *);

/* True if the hosts file is one of libc's sources and has a name below this one, so that
 * the name must not be denied (RFC 8020). */
bool by_name_has_below(const struct question *);

/* True if getaddrinfo() can answer the question: its type is A, or AAAA unless no name is
 * to have any. */
bool by_name_asks_addresses(const struct lookup_config *, const struct question *);

/* Step 3, for A and AAAA of a name after LOOKUP_VERDICT or LOOKUP_DNS_DECIDES. */
void by_name_verdict(const struct lookup_config *, const struct question *,
                     const struct response *, const struct libc_dns *, struct answer *);
