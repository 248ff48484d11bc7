/* Messages to and from the host's name servers. */
#ifndef DNS_UPSTREAM_H
#define DNS_UPSTREAM_H

#include "dns/answer.h"

/* Longest question message: header, name, type and class. */
enum { UPSTREAM_QUERY_MAX = 12 + NAME_WIRE_MAX + 4 };

/* A question with RD set and without EDNS; returns its length. */
size_t upstream_write_query(uint16_t id, const struct question *,
                            uint8_t out[static UPSTREAM_QUERY_MAX]);

/*
 * Turns a name server's reply into an answer: the CNAME chain from the asked name in its
 * order, then the records of the asked type at its end, with the server's TTLs; records
 * that do not belong to the chain are left out. False if the bytes are no reply to the
 * question or cannot be read; the answer is then empty. Negative answers come without an
 * SOA.
 */
bool upstream_read_reply(const struct question *, const uint8_t *wire, size_t len,
                         struct answer *);

#endif
