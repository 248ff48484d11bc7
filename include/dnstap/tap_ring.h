/*
 * A queue of DNS messages in memory that two processes share: one puts, the other takes,
 * and neither waits. A message that finds no room is refused.
 *
 * The process that puts reads packets of strangers and may have been taken over. So the one
 * that takes copies a record before it looks at it, and checks every length in the copy.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TAP_MESSAGE_MAX = 65535,   /* octets of a DNS message */
    TAP_RING_OCTETS = 2 << 20, /* a power of two */
    TAP_RING_SIZE = 4096 + TAP_RING_OCTETS,
};

/* The types of messages, with the numbers of dnstap.proto. */
enum tap_type {
    TAP_CLIENT_QUERY = 5,
    TAP_CLIENT_RESPONSE = 6,
    TAP_FORWARDER_QUERY = 7,
    TAP_FORWARDER_RESPONSE = 8,
};

enum { TAP_ADDRESS = 16 };

/* A message; its octets stand behind it in the ring. */
struct tap_record {
    uint32_t len; /* octets of the message */
    uint8_t type; /* enum tap_type */
    bool over_tcp;
    bool is_ip6;
    bool has_server;                  /* the address of the side that answers is known */
    uint16_t asker_port, server_port; /* in host order */
    uint8_t asker[TAP_ADDRESS];       /* 4 octets, or 16 if is_ip6 is set */
    uint8_t server[TAP_ADDRESS];      /* as well */
    int64_t asked, answered;          /* nanoseconds since 1970; 0: not told */
};

/* Memory of TAP_RING_SIZE octets, aligned to a page. */
struct tap_ring;

/* Before its first message a process that puts claims the ring. What it finds there is kept
 * if it has this version's layout. */
void tap_ring_open(struct tap_ring *);

/* False if there is no room. `message` has record->len octets, TAP_MESSAGE_MAX at most. */
bool tap_ring_put(struct tap_ring *, const struct tap_record *, const void *message);

enum tap_ring_result {
    TAP_RING_TAKEN,
    TAP_RING_EMPTY,
    TAP_RING_BROKEN, /* what is there is no record; everything has been thrown away */
};

/* Takes the oldest message. */
enum tap_ring_result tap_ring_take(struct tap_ring *, struct tap_record *,
                                   uint8_t message[static TAP_MESSAGE_MAX]);
