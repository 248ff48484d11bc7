/*
 * Reads plain questions and writes plain replies with as few steps as possible. What these
 * functions accept, request_parse accepts, and what they write, reply_write would write.
 */
#ifndef DNS_HOT_H
#define DNS_HOT_H

#include "dns/edns.h"
#include "dns/question.h"

/* A question that asks for nothing special. */
struct hot_request {
    struct question question; /* folded */
    bool has_edns;
    uint16_t edns_size; /* 0 without */
    struct edns_options options;
};

/*
 * True if the message is a query with one question of class IN, no other record than
 * perhaps an OPT record of version 0, and nothing behind it.
 */
bool hot_read(struct hot_request *, const uint8_t *wire, size_t len);

/* What the reply says. */
struct hot_answer {
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
size_t hot_write(const struct hot_request *, const uint8_t *wire, const struct hot_answer *,
                 uint8_t *out, size_t limit);

#endif
