/*
 * The frames of a packet capture in the format pcap; client/pcapng.h has the newer one.
 *
 * libpcap reads both, but refuses files of interfaces whose links differ, and brings D-Bus
 * into a program that seldom reads a capture.
 */
#pragma once

#include "client/frame.h"
#include "client/sink.h"

/* Whether octets begin as such a file does. */
bool pcap_is(const uint8_t *octets, size_t size);

/* Hands over the frames of such a file, whose octets are those of the file, and tells the
 * sink what cannot be read. */
void pcap_read(const uint8_t *octets, size_t size, frame_take *, void *context,
               const struct sink *);
