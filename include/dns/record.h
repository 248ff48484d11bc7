/*
 * The records of a message from the network: where they stand in it, and copies with
 * their names in full. Only the data of types that may hold compressed names (RFC 3597
 * section 4) is written anew; the data of all others is copied unread, so that no record
 * costs more than its length.
 */
#pragma once

#include "base/arena.h"
#include "dns/name.h"
#include "dns/type.h"

struct record {
    uint16_t type, class;
    uint32_t ttl;
    struct name owner;   /* in `bytes`, or borrowed from a set of names */
    uint32_t number;     /* of the owner in that set, if it is there */
    struct record *next; /* in a list of the reader */
    const uint8_t *data; /* in `bytes`, or borrowed from the message */
    size_t data_len;
    uint8_t bytes[];
};

/*
 * Reads the next record, which the caller must free(). `in` must be over the whole
 * message, since names point back into it. NULL if the record is malformed or memory is
 * short.
 */
struct record *record_read(struct reader *in);

/* True if the record has this type and is of class IN. */
static inline bool record_is(const struct record *known, uint16_t type)
{
    return known->type == type && known->class == CLASS_IN;
}

/* The fields of a record behind its owner, where they stand in the message. */
struct record_head {
    size_t at, ttl_at; /* where the record begins, and where its TTL stands */
    size_t owner_len;  /* octets of the owner, as it stands there */
    uint16_t type, class;
    uint32_t ttl;
    uint16_t data_len;
    const uint8_t *data; /* borrowed */
};

/* Reads the next record and passes over it. False if the record is cut. */
bool record_next(struct reader *, struct record_head *);
/* Reads the next record up to its data, which may be cut. */
bool record_get_head(struct reader *, struct record_head *);

/* As record_read, for a record whose head has been read by record_next with a reader over
 * the whole message, and whose owner, which is borrowed, is known. The record lies in the
 * arena. Adds what the names of its data take to `*cost` (name_expand_at_cost). */
struct record *record_expand(const struct reader *, const struct record_head *,
                             struct name owner, struct arena *, size_t *cost);
