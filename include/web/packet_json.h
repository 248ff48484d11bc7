/* A packet octet by octet, as JSON. */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/*
 * {"what", "len", "hex", "fields": [{"offset", "len", "depth", "name", "value", "meaning",
 * "source"}, ...]}: the fields of dns/annotate. Of a packet of `size` octets, `len` are
 * there. NULL if memory is too short.
 */
json_t *packet_json(const char *what, const uint8_t *wire, size_t len, size_t size);
