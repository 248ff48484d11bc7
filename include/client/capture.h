/*
 * Reads the DNS messages in a file, which is one message as it is, hexadecimal digits, or a
 * packet capture (pcap, pcapng).
 */
#pragma once

#include "client/sink.h"

enum { CAPTURE_MAX = 256 << 20 };

/*
 * Hands over each message in the octets. The sink is also told what cannot be read, what is
 * missing, and if there is no message at all.
 */
void capture_read(const uint8_t *octets, size_t size, const struct sink *);

/* All octets of a file, or of standard input for "-"; to free. NULL with errno, which is
 * EFBIG if there are more than CAPTURE_MAX of them. */
uint8_t *capture_load(const char *path, size_t *size);
