/*
 * Names to addresses: getaddrinfo(), asked so that its result is the truth.
 *
 * getaddrinfo() blends what DNS keeps apart: a name that does not exist, a name without
 * data of the asked family, and a failure; it hides TTLs and CNAMEs; and it may wait for
 * the network for ever. Three steps bring out the truth:
 *
 *  1. Probe: both families, with no name server to ask. Success: a source other than DNS
 *     owns the name, and all there is to know about it is known.
 *  2. Ask: upstream asks the name servers for just this name and type, without a thread.
 *  3. Verdict: getaddrinfo() for the asked family, with the name servers' reply in hand at
 *     the door. nsswitch.conf's rules and libc's own checks decide; if libc went by the
 *     reply, the client gets the reply's own records.
 *
 * The verdict is left out where it is known. Where DNS is the last source and libc has come
 * to it in the probe, for both families and for the asked one alone, it would come there
 * again; so of a reply that it can understand in one way only, or of no reply at all, its
 * verdict is what was heard.
 */
#ifndef LOOKUP_HOST_H
#define LOOKUP_HOST_H

#include "lookup/heard.h"
#include "lookup/libc.h"
#include "lookup/lookup.h"

/*
 * Step 1. Where nsswitch.conf has sources behind DNS, libc is sent to the door, which fails
 * and notes that libc came: a name found before that belongs to a source before DNS.
 */
enum lookup_next host_probe(const struct lookup_config *, const struct question *,
                            const struct libc_dns *, struct answer *);

/* True if the hosts file is one of libc's sources and has a name below this one, so that
 * nobody may deny it (RFC 8020). */
bool host_has_below(const struct question *);

/* Step 1 for a name that libc cannot carry to DNS: only the name servers themselves can
 * tell, if nsswitch.conf leads to them. */
enum lookup_next host_probe_odd(const struct lookup_config *, const struct question *,
                                struct answer *);

/* Step 3, for A and AAAA of a name whose probe said LOOKUP_VERDICT or LOOKUP_DNS_DECIDES.
 */
void host_verdict(const struct lookup_config *, const struct question *,
                  const struct heard *, const struct libc_dns *, struct answer *);

/* ANY, from what was heard of both families (RFC 8482 section 4.1). */
void host_say_any(const struct question *, const struct heard *a, const struct heard *aaaa,
                  struct answer *);

#endif
