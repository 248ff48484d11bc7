/*
 * Reads plain questions and writes plain replies in as few steps as possible, for the
 * fast path. request_parse accepts whatever plain_read accepts, and plain_write writes
 * what reply_write would write.
 */
#pragma once

#include "dns/request.h"

/*
 * Reads a query with one question of class IN, at most one OPT record of version 0, and
 * nothing else. False for any other message, and for one that asks for the way of its
 * answer (dns/way). It sets only the question, in lower case, and what the request says of
 * EDNS: setting the rest would cost time on the fast path.
 */
bool plain_read(struct request *, const uint8_t *wire, size_t len);

/* What the reply says. */
struct plain_answer {
    const uint8_t *records; /* in wire form, as struct answer has them */
    size_t len;
    const uint16_t *count; /* of each section */
    uint8_t rcode;
    bool is_authentic; /* see struct answer */
    uint32_t age;      /* seconds, taken from the TTLs */
};

/*
 * Writes the reply to the message that was read as `request`; its length, or 0 if it would
 * be longer than `limit`.
 */
size_t plain_write(const struct request *, const uint8_t *wire, const struct plain_answer *,
                   uint8_t *out, size_t limit);
