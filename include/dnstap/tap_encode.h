/* Writes a message as dnstap has it: a Dnstap message of Protocol Buffers with the DNS
 * message and what is known of it (src/dnstap/dnstap.proto). */
#pragma once

#include "dnstap/config.h"
#include "dnstap/tap_ring.h"

/* Octets that one is long at most: the fields besides the three texts take far fewer than
 * 256. */
enum { TAP_ENCODED_MAX = TAP_MESSAGE_MAX + 2 * TAP_TEXT_MAX + 256 };

/* `message` has record->len octets. Returns the length. */
size_t tap_encode(const struct tap_config *, const struct tap_record *,
                  const uint8_t *message, uint8_t out[static TAP_ENCODED_MAX]);
