/*
 * Data frames on their way to a socket or file, which may take a part of them only. When
 * that is over, tap_batch_settle counts those that went out whole, and the others as lost.
 */
#pragma once

#include "dnstap/tap_encode.h"
#include "dnstap/tap_frame.h"

enum { TAP_BATCH_OCTETS = 256 * 1024 };

struct tap_batch {
    size_t len;
    size_t sent; /* octets that the output has taken */
    uint8_t octets[TAP_BATCH_OCTETS];
};

/* True if any message finds room. */
bool tap_batch_has_room(const struct tap_batch *);
void tap_batch_add(struct tap_batch *, const struct tap_config *, const struct tap_record *,
                   const uint8_t *message);
/* Octets of frames that are sent as a whole. */
size_t tap_batch_whole(const struct tap_batch *);
/* Counts the frames and forgets them. */
void tap_batch_settle(struct tap_batch *);
