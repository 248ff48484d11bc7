/* The data of records as text, for types that ldns does not know or gets wrong. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if data_text knows this type. */
bool data_is_own(uint16_t type);

/* The data in presentation form, printable ASCII. The caller must free() it; NULL if the
 * data breaks the rules of its type, or memory is short. */
char *data_text(uint16_t type, const uint8_t *octets, size_t size);

/*
 * True if the type does not define this form of data: a LOC of an unknown version, with
 * digits above 9, or beyond the poles (RFC 1876 section 2), an APL with an address family
 * other than IPv4 and IPv6, or with a prefix longer than the address (RFC 3123 section 4),
 * an IPSECKEY with an unknown type of gateway (RFC 4025 section 2.3), a list of types that
 * breaks RFC 4034 section 4.1.2. ldns makes sentences and wrong values of them.
 */
bool data_is_foreign(uint16_t type, const uint8_t *octets, size_t size);

/* True if data of this type and size can be shown as octets only, without being wrong. */
bool data_is_opaque(uint16_t type, size_t size);
