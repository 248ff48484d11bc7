/*
 * One record of a message that somebody sent, with its names in full.
 *
 * Only the types whose data may hold compressed names (RFC 3597 section 4) are written
 * anew; the data of all others is taken as it is, so that no record costs more than its
 * length.
 */
#ifndef DNS_RECORD_H
#define DNS_RECORD_H

#include "base/bytes.h"

struct record {
    uint16_t type, class;
    uint32_t ttl;
    const uint8_t *owner; /* in `bytes` */
    size_t owner_len;
    const uint8_t *data; /* in `bytes`, or borrowed from the message */
    size_t data_len;
    uint8_t bytes[];
};

/*
 * Reads the next record. `in` must be over the whole message, for names point back into it.
 * To be free()d; NULL if it is malformed or memory is short.
 */
struct record *record_read(struct reader *in);

/* The type of the next record, which stays unread; 0 if it cannot be read. */
uint16_t record_peek_type(const struct reader *in);
bool record_skip(struct reader *in);

#endif
