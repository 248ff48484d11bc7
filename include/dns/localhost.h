/*
 * The answers for localhost and for loopback addresses if no source of the host knows
 * them (RFC 6761 section 6.3): no name server is asked.
 */
#pragma once

#include "dns/answer.h"

/* The name in wire form, in lower case. */
#define LOCALHOST_WIRE "\11localhost"

/* True if the question is for localhost itself, not for a name below it. */
bool localhost_is_asked(const struct question *);

/* Adds the loopback addresses, of the families that the question is for, at the asked name;
 * with `no_aaaa` there is only IPv4. TTL in seconds. */
void localhost_say(const struct question *, bool no_aaaa, uint32_t ttl, struct answer *);

/* True if the address of 4 or 16 octets in network order is 127.0.0.1 or ::1. */
bool localhost_has_address(const uint8_t *address, size_t size);

/* Adds the name of such an address if the question is for PTR or ANY. TTL in seconds. */
void localhost_say_reverse(const struct question *, uint32_t ttl, struct answer *);
