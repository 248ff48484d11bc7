/*
 * Domain names in wire form (RFC 1035 section 3.1) and the way to and from the host names
 * of libc. A wire name here is whole, uncompressed and checked: labels of at most 63
 * octets, at most 255 octets with the root label.
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/bytes.h"

enum {
    NAME_WIRE_MAX = 255,
    NAME_LABEL_MAX = 63,
    NAME_TEXT = 254,     /* room for the longest host name and its NUL */
    NAME_PRINTED = 1012, /* the same for any name, each octet written as "\\DDD" */
    NAME_POINTERS_MAX = 127,
};

/* Reads a name that must not be compressed; `name` is borrowed from the data. */
bool name_get(struct reader *, const uint8_t **name, size_t *len);
/* Passes over a name that may end in a compression pointer, which is not followed. */
bool name_skip(struct reader *);

/*
 * Reads a name that may be compressed, into `out` in full. `in` must be over the whole
 * message. More pointers than a name has labels are followed in none: a message of nothing
 * but pointers must not cost more than its length.
 */
bool name_expand(struct reader *in, uint8_t out[static NAME_WIRE_MAX], size_t *len);

/* Lower-cases ASCII letters (RFC 4343). Length octets are below 'A', so bytes will do. */
void name_fold(uint8_t *out, const uint8_t *name, size_t len);
/* Equal but for the case of ASCII letters. */
bool name_equal(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);

/*
 * Where the apex stands in a name that is it or below it: an offset into the name. -1 if it
 * is neither.
 */
int name_apex_at(const uint8_t *name, size_t len, const uint8_t *apex, size_t apex_len);

/* How far libc can carry a name. */
enum name_reach {
    NAME_EVERYWHERE,   /* letters, digits, '-' and '_': every NSS source takes it */
    NAME_LOCAL_SOURCE, /* odd printable characters: /etc/hosts may match, but libc's DNS
                          drops a good answer for such a name */
    NAME_NOWHERE,      /* NUL, a dot inside a label, an escape, a control, 8-bit octets:
                          the C string would be another name */
};

/*
 * The text of a name for libc, without escapes or final dot; "" for the root. For
 * NAME_NOWHERE the text is not to be used.
 */
enum name_reach name_to_host(const uint8_t *name, size_t len, char text[static NAME_TEXT]);

/*
 * The wire form of a name that libc returned, with or without a final dot: its length, or
 * 0 if it is no name that a DNS client could use: empty, too long, with characters beyond
 * letters, digits and "-_", or an address in disguise.
 */
size_t name_from_host(const char *text, uint8_t name[static NAME_WIRE_MAX]);

/*
 * The wire form of a name as people write it (RFC 1035 section 5.1), with or without a
 * final dot: its length, or 0 if it is none.
 */
size_t name_from_text(const char *text, uint8_t name[static NAME_WIRE_MAX]);
/* The other way round, with a final dot; what is odd is escaped. */
const char *name_to_text(const uint8_t *name, size_t len, char text[static NAME_PRINTED]);

/* True if libc would take the text for an address: of IPv4, also in the forms of
 * inet_aton() ("127.1", "0x7f000001", "4"), or of IPv6, whose colons may stand in a label.
 */
bool name_looks_numeric(const char *text);

#endif
