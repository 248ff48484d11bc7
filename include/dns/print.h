/*
 * DNS as text for people. Whatever the octets are, only printable ASCII comes out: nothing
 * from the network reaches a terminal as a control character.
 */
#ifndef DNS_PRINT_H
#define DNS_PRINT_H

#include "base/bytes.h"

enum { PRINT_TYPE = 16 }; /* room for "TYPE65535" or the longest type name, and the NUL */

/* A record in presentation form (RFC 1035 section 5.1). */
struct print_record {
    char *owner; /* with the final dot */
    uint32_t ttl;
    uint16_t class, type;
    char class_text[PRINT_TYPE], type_text[PRINT_TYPE];
    char *data;
    bool is_readable; /* false: the data is not what its type calls for, shown as octets */
};

/*
 * Reads the next record of a message, whose reader starts at the header. 0, or -1 with
 * errno: EBADMSG: the record ends early or its owner cannot be read, ENOMEM.
 * print_record_free gives the texts back and accepts a record that was not read.
 */
int print_record(struct print_record *, struct reader *message);
void print_record_free(struct print_record *);

/* Text with everything that is not printable ASCII as \DDD; to free, NULL: no memory. */
char *print_safe(const void *text, size_t size);

/* "MX", or "TYPE65280" for a type without a name (RFC 3597 section 5); returns `text`. */
const char *print_type(uint16_t type, char text[static PRINT_TYPE]);

/* True if two names that were printed here are the same domain name. */
bool print_same_name(const char *a, const char *b);

/* What a response code means, "server failure"; NULL for one that is not known. */
const char *print_rcode_meaning(unsigned rcode);

/* The name of an extended DNS error (RFC 8914), "Stale Answer"; NULL if it has none. */
const char *print_ede(uint16_t code);

#endif
