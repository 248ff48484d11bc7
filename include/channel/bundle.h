/*
 * Messages that travel together. What a process has to say to another one at a moment costs
 * one datagram of the channel and one wake-up, however many messages it is.
 */
#ifndef CHANNEL_BUNDLE_H
#define CHANNEL_BUNDLE_H

#include "channel/channel.h"

enum { BUNDLE_MAX = MESSAGE_MAX + 4 }; /* each message has its length before it */

/* Large: not for a thread's stack. All zero, it is empty. */
struct bundle {
    size_t len;  /* octets in use */
    size_t read; /* of them, those that bundle_next has passed */
    uint8_t octets[BUNDLE_MAX];
};

/* False if there is no room for the message; an empty bundle has room for any. */
bool bundle_add(struct bundle *, const void *message, size_t len);

/* Sends it and empties it; one that cannot be sent stays as it is. Of an empty one nothing
 * is sent. */
enum channel_result bundle_send(struct bundle *, int end, enum channel_wait);

/* Receives one in place of what it holds. */
enum channel_result bundle_receive(struct bundle *, int end, enum channel_wait);
/* The next message, until the bundle is used otherwise; false at the end. */
bool bundle_next(struct bundle *, const uint8_t **message, size_t *len);

#endif
