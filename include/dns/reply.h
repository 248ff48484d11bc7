/* Writes the message that carries an answer to a client. */
#pragma once

#include "dns/answer.h"
#include "dns/edns.h"
#include "dns/request.h"

enum {
    /* Every reply without records fits: header, longest question, OPT with its text. */
    REPLY_SIZE_MIN = 512,
};

/*
 * The longest UDP reply the client may get: 512 octets, or the size that it named with EDNS
 * (0 without), but at least 512 (RFC 6891 section 6.2.3) and at most `most` of ours.
 */
size_t reply_limit(uint16_t edns_size, size_t most);

/*
 * Writes the reply and returns its length, at most `limit`, which is at least
 * REPLY_SIZE_MIN. Records that do not fit are left out whole, with TC set (RFC 2181 section
 * 9). TTLs are lowered by `age` seconds. An OPT record is there if the request had one (RFC
 * 6891 section 6.1.1), with `extras`, which may be NULL.
 */
size_t reply_write(const struct request *, const struct answer *, uint32_t age,
                   const struct edns_extras *extras, uint8_t *out, size_t limit);
