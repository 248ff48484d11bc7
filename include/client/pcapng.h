/* The frames of a pcapng file. The functions are those of client/pcap.h. */
#pragma once

#include "client/frame.h"
#include "client/sink.h"

bool pcapng_is(const uint8_t *octets, size_t size);
void pcapng_read(const uint8_t *octets, size_t size, frame_take *, void *context,
                 const struct sink *);
