/*
 * One direction of a TCP connection out of a capture: the segments as they were captured
 * go in, DNS messages come out, each behind its length (RFC 7766 section 8).
 *
 * Segments may come twice, in any order, overlap, or be missing. Their octets are borrowed
 * and must stay until the stream has ended.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TCP_STREAM_LATE = 64 }; /* segments behind a gap, before it is given up */

struct tcp_segment {
    uint32_t sequence; /* of the first octet that it carries */
    const uint8_t *octets;
    size_t size;
};

struct tcp_stream_events {
    void (*message)(void *context, const uint8_t *wire, size_t size);
    /* This many octets belong to no message; `why` is a sentence that says the reason. */
    void (*lost)(void *context, size_t octets, const char *why);
    void *context;
};

/* Zeroed: nothing has come yet. */
struct tcp_stream {
    bool has_begun, is_in_step; /* in step: it is known where messages begin */
    bool has_first;             /* SYN has come */
    uint32_t first;             /* the sequence number behind SYN */
    uint32_t next;              /* that of the octet that is due */
    uint8_t *message;           /* what has come of a message, its length included */
    size_t got, room;
    size_t skip;              /* octets of a message that has lost some */
    size_t strayed;           /* octets that have come while not in step */
    struct tcp_segment *late; /* in the order of the stream: up to TCP_STREAM_LATE */
    size_t late_count;
};

/* A connection begins; this is the number of its first octet, where a message begins. An
 * earlier connection on the same ports ends. */
void tcp_stream_begin(struct tcp_stream *, uint32_t sequence,
                      const struct tcp_stream_events *);

/* Takes a segment that has octets. */
void tcp_stream_take(struct tcp_stream *, struct tcp_segment,
                     const struct tcp_stream_events *);

/* Nothing more comes: reports what is left, and frees everything but the struct. */
void tcp_stream_end(struct tcp_stream *, const struct tcp_stream_events *);
