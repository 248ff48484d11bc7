/*
 * Replies that libc's DNS module can understand in one way only.
 *
 * libc reads the answer section of a reply leniently: it passes over records that it does
 * not expect, goes by the CNAMEs in the order in which they stand, refuses names that are
 * no host names, and sorts several addresses by the host's routes (RFC 6724). Where none of
 * that can happen, what getaddrinfo() would make of the reply is what stands there.
 */
#ifndef DNS_CLEAR_H
#define DNS_CLEAR_H

#include <stdbool.h>

#include "dns/question.h"

/*
 * True if a reply to this question for A or AAAA of a host name is clear: NXDOMAIN without
 * any answer; or NOERROR with CNAMEs from the asked name on, each where the one before it
 * leads, all of them host names, then at most one address of the asked family, and nothing
 * else. All its sections can be read, so relay_read passes it on unless memory is short.
 */
bool clear_reply(const struct question *, const uint8_t *wire, size_t len);

#endif
