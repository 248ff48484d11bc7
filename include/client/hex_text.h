/*
 * Reads messages in hexadecimal digits: plain ones, or as xxd, hexdump -C, od -t x1,
 * tcpdump -x, dig and +wire show them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEX_TEXT_ERROR = 128 };

/* Takes octets that stand together, in the room of hex_text_read(): a message, or a
 * packet if the dump is tcpdump's. */
typedef void hex_text_take(void *context, const uint8_t *octets, size_t size,
                           bool is_packet);

/* True if the octets of a file are text. */
bool hex_text_is(const uint8_t *octets, size_t size);

/* How many octets of room the text takes at most. */
size_t hex_text_room(const uint8_t *octets, size_t size);

/* Hands over one message after the other. False with a sentence about the first line that
 * cannot be read, which ends the reading. */
bool hex_text_read(const uint8_t *octets, size_t size, uint8_t *room, hex_text_take *,
                   void *context, char error[static HEX_TEXT_ERROR]);
