/*
 * Domain names in wire form (RFC 1035 section 3.1), and their conversion from and to the
 * host names of libc. A name in wire form is whole, uncompressed and checked here: its
 * labels have at most 63 octets, and the whole of it at most 255 with the root label.
 */
#pragma once

#include "base/bytes.h"

enum {
    NAME_WIRE_MAX = 255,
    NAME_LABEL_MAX = 63,
    NAME_TEXT = 254,     /* room for the longest host name and its NUL */
    NAME_PRINTED = 1012, /* the same for any name, each octet written as "\\DDD" */
    NAME_POINTERS_MAX = 127,
    NAME_POINTER = 0xc000, /* with the place it leads to: RFC 1035 section 4.1.4 */
};

/* A name, borrowed. */
struct name {
    const uint8_t *wire;
    size_t len;
};

/* The name whose labels are written as NAME_OF("\7example"); its end is the NUL. */
#define NAME_OF(labels)                                                                    \
    {                                                                                      \
        (const uint8_t *)(labels), sizeof(labels)                                          \
    }

/* Reads a name that must not be compressed; `name` is borrowed from the data. */
bool name_get(struct reader *, struct name *name);
/* Passes over a name that may end in a compression pointer, which is not followed. */
bool name_skip(struct reader *);

/*
 * Reads a name that may be compressed, into `out` in full. `in` must be over the whole
 * message. A name with more pointers than a name has labels is refused, since a message
 * of nothing but pointers must not cost more than its length.
 */
bool name_expand(struct reader *in, uint8_t out[static NAME_WIRE_MAX], size_t *len);

/*
 * The same, and adds to `*cost` what that takes: 1 for each octet of the name and 8 for
 * each pointer. A pointer of two octets may stand for 255, so the names of a message may be
 * many times as long as the message. Those of one that anybody could mean are not, and
 * whoever reads a whole message gives up beyond NAME_COST_MAX.
 */
bool name_expand_at_cost(struct reader *in, uint8_t out[static NAME_WIRE_MAX], size_t *len,
                         size_t *cost);
enum { NAME_COST_MAX = 2 << 16 }; /* twice the octets of the longest message */

/* Lower-cases ASCII letters (RFC 4343). Length octets are below 'A', so they stay. */
void name_fold(uint8_t *out, const uint8_t *name, size_t len);
/* Gives each ASCII letter whose bit is set in `changed`, which has a bit for each octet,
 * the other case. Done twice it changes nothing. */
void name_change_case(uint8_t *name, size_t len, const uint8_t *changed);
/* True if name_change_case() makes the octets of `name` of those of `before`. */
bool name_has_case(const uint8_t *name, const uint8_t *before, size_t len,
                   const uint8_t *changed);
/* Equal but for the case of ASCII letters. */
bool name_equal(struct name, struct name);
/* The name without its first label. The root has no parent. */
struct name name_parent(struct name);

/* The offset of the apex in a name that is the apex or below it; -1 for any other name. */
int name_apex_at(struct name, struct name apex);

/* How far libc can carry a name. */
enum name_reach {
    NAME_EVERYWHERE,   /* letters, digits, '-' and '_': every NSS source takes it */
    NAME_LOCAL_SOURCE, /* other octets, even above 127: /etc/hosts may match, but libc's DNS
                          drops a good answer for such a name */
    NAME_NOWHERE,      /* NUL, a dot inside a label, an escape, a blank: the C string would
                          be another name, or none that a file could have */
};

/*
 * The text of a name for libc, without escapes or final dot; "" for the root. For
 * NAME_NOWHERE the text is not to be used.
 */
enum name_reach name_to_host(struct name, char text[static NAME_TEXT]);

/*
 * The wire form of a name that libc returned, with or without a final dot. Returns its
 * length, or 0 if a DNS client could not use the name: if it is empty or too long, has
 * characters beyond letters, digits and "-_", or would be taken for an address.
 */
size_t name_from_host(const char *text, uint8_t name[static NAME_WIRE_MAX]);

/*
 * The wire form of a name as people write it (RFC 1035 section 5.1), with or without a
 * final dot. Returns its length, or 0 if the text is no name.
 */
size_t name_from_text(const char *text, uint8_t name[static NAME_WIRE_MAX]);
/* The text of a name as people write it, with a final dot; odd octets are escaped. */
const char *name_to_text(struct name, char text[static NAME_PRINTED]);

/* True if libc would take the text for an address of IPv4, even in the forms of inet_aton()
 * ("127.1", "0x7f000001", "4"), or of IPv6, whose colons may stand in a label. */
bool name_is_numeric(const char *text);
