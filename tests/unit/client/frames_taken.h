/* The frames of a capture file: their number, and the last one. */
#pragma once

#include "captured.h"
#include "client/frame.h"

static struct frame last;
static size_t count;

static inline void take_frame(void *context, const struct frame *frame)
{
    (void)context;
    last = *frame;
    count++;
}

#define READ_FRAMES(read, octets, size)                                                    \
    (forget_captured(), count = 0,                                                         \
     read((const uint8_t *)(octets), size, take_frame, NULL, &captured))
