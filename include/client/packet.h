/*
 * The DNS messages among the packets of a capture: over UDP, and over TCP, where a message
 * may lie in many segments.
 */
#pragma once

#include "client/frame.h"
#include "client/sink.h"

struct packets; /* opaque */

struct packets *packets_new(const struct sink *);

/* Hands over the messages that this frame completes; its octets stay until packets_end().
 */
void packets_take(struct packets *, const struct frame *);

/* Tells what is missing, and frees the packets. */
void packets_end(struct packets *);
