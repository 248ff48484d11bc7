/*
 * Finds replies that libc's DNS module can understand in one way only. libc reads the
 * answer section of a reply leniently: it passes over records that it does not expect,
 * follows CNAMEs in the order in which they stand, refuses names that are no host names,
 * and sorts several addresses by the host's routes (RFC 6724). If none of this can
 * happen, getaddrinfo() would return exactly what stands in the reply.
 */
#pragma once

#include <stdbool.h>

#include "dns/question.h"

/*
 * True if a reply to this question for A, AAAA or PTR of a host name is clear. NXDOMAIN is
 * clear without any answer. NOERROR is clear if the answer section has nothing but a chain
 * of CNAMEs from the asked name on, in order and all of them host names, and then at most
 * one address of the asked family, or any PTR records, of which libc takes one. All
 * sections of a clear reply can be read, so relay_read passes it on unless memory is short.
 */
bool clear_reply(const struct question *, const uint8_t *wire, size_t len);
