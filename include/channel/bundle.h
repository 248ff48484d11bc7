/*
 * Messages that travel together: all that a process sends at a moment costs one datagram of
 * the channel, and wakes the receiver once.
 */
#pragma once

#include "channel/channel.h"

enum { BUNDLE_MAX = MESSAGE_MAX + 4 }; /* each message has its length before it */

/* Too large for a thread's stack. A zeroed bundle is empty. */
struct bundle {
    size_t len;  /* octets in use */
    size_t read; /* those that bundle_next has passed */
    uint8_t octets[BUNDLE_MAX];
};

/* False if there is no room for the message; an empty bundle has room for any. */
bool bundle_add(struct bundle *, const void *message, size_t len);

/* Sends the messages and empties the bundle, which stays as it is if they cannot be sent.
 * An empty one is not sent. */
enum channel_result bundle_send(struct bundle *, int end, enum channel_wait);

/* Receives a bundle in place of what this one holds. */
enum channel_result bundle_receive(struct bundle *, int end, enum channel_wait);
/* The next message, valid until the bundle is changed; false at the end. */
bool bundle_next(struct bundle *, const uint8_t **message, size_t *len);
