/*
 * Names to addresses: getaddrinfo(), asked so that its result is the truth.
 *
 * getaddrinfo() blends three things that DNS keeps apart: a name that does not exist, a
 * name without data of the asked family, and a failure. Three steps bring them out:
 *
 *  1. host_local: both families, with no name server to ask. Success: a source other than
 *     DNS owns the name and all there is to know about it is known.
 *  2. host_network: the asked family alone, so that the other one's failure or delay
 *     cannot hide or spoil it.
 *  3. where step 2 says "no such name": the other family. If that one knows the name it
 *     exists, and the answer is "no data".
 */
#ifndef LOOKUP_HOST_H
#define LOOKUP_HOST_H

#include "lookup/lookup.h"

bool host_local(const struct lookup_config *, const struct question *, struct answer *);
void host_network(const struct lookup_config *, const struct question *, struct answer *);

/* True if libc's chain of sources gets as far as DNS for a name that nobody else knows. */
bool host_reaches_dns(void);

#endif
