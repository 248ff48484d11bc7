/* Finds the datagram or segment in a frame that was captured on a link. */
#pragma once

#include "base/bytes.h"

#include <stdbool.h>

/* When a frame was captured, since 1970, UTC. */
struct frame_time {
    bool is_known, has_nanoseconds; /* else microseconds */
    int64_t seconds;
    uint32_t nanoseconds;
};

struct frame {
    uint32_t link;         /* https://www.tcpdump.org/linktypes.html */
    const uint8_t *octets; /* as captured; borrowed */
    size_t size;
    size_t original; /* how many octets there were on the link */
    size_t number;   /* in its file, from 1 */
    struct frame_time time;
};

typedef void frame_take(void *context, const struct frame *);

enum { FRAME_UDP = 17, FRAME_TCP = 6, FRAME_ADDRESS = 16 };

struct frame_end {
    uint8_t address[FRAME_ADDRESS]; /* IPv4: the first four octets */
    uint16_t port;
};

/* The two ends that a frame travelled between. memcmp() can compare them, as nothing is
 * between the fields, and the octets that IPv4 does not use are 0. */
struct frame_ends {
    struct frame_end from, to;
    uint32_t is_ipv6;
};

struct frame_content {
    struct frame_ends ends;
    uint8_t protocol; /* FRAME_UDP or FRAME_TCP */
    bool is_fragment; /* the first fragment, which has the ports */
    size_t missing;   /* octets at its end that were on the link, but not captured */
    /* UDP: what the datagram carries. TCP: what the segment carries. */
    const uint8_t *octets; /* borrowed from the frame */
    size_t size;
    uint32_t sequence; /* TCP */
    bool is_first;     /* TCP: SYN */
};

enum frame_result {
    FRAME_READ,
    FRAME_OTHER,        /* not IP, not UDP or TCP, a later fragment, or malformed */
    FRAME_UNKNOWN_LINK, /* a kind of link that is not known here */
    FRAME_CUT,          /* the headers were not captured completely */
};

enum frame_result frame_read(const struct frame *, struct frame_content *);

/* True if octets of an unknown kind begin like an IP packet with UDP or TCP, alone or
 * behind the header of a link; sets *link to the kind of link. */
bool frame_guess_link(const uint8_t *octets, size_t size, uint32_t *link);
