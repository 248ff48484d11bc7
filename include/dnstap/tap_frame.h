/*
 * Control frames of Frame Streams, which carry dnstap. On a socket both sides agree first:
 * READY and ACCEPT name the content type, START begins the data frames, STOP ends them, and
 * FINISH says that all has been read. A file has START, data frames and STOP.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The types of control frames, with the numbers of Frame Streams. */
enum tap_frame {
    TAP_FRAME_ACCEPT = 1,
    TAP_FRAME_START = 2,
    TAP_FRAME_STOP = 3,
    TAP_FRAME_READY = 4,
    TAP_FRAME_FINISH = 5,
};

enum {
    TAP_FRAME_LENGTH = 4,        /* octets of a length, most significant first */
    TAP_FRAME_CONTROL_MAX = 520, /* octets of a control frame, with two lengths before it */
};

/* Writes a control frame for dnstap's content type; its length, or 0 when memory is short.
 */
size_t tap_frame_write(enum tap_frame, uint8_t out[static TAP_FRAME_CONTROL_MAX]);

enum tap_frame_result {
    TAP_FRAME_WHOLE,
    TAP_FRAME_PART,  /* more octets are needed */
    TAP_FRAME_WRONG, /* no control frame, or for content other than dnstap */
};

/* Reads the control frame at the front of what has come, and its length. */
enum tap_frame_result tap_frame_read(const uint8_t *data, size_t len, enum tap_frame *,
                                     size_t *frame_len);
