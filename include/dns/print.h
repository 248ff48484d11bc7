/*
 * DNS as text for people. Whatever the octets are, only printable ASCII comes out: nothing
 * from the network reaches a terminal as a control character.
 */
#pragma once

#include "base/bytes.h"
#include "dns/type.h"

/* A record in presentation form (RFC 1035 section 5.1). */
struct print_record {
    char *owner; /* with the final dot */
    uint32_t ttl;
    uint16_t class, type;
    char class_text[TYPE_TEXT], type_text[TYPE_TEXT];
    char *data;
    size_t at;             /* where the record begins in the message */
    const uint8_t *octets; /* of the data, in the message: borrowed */
    uint16_t size;         /* of them */
    bool is_readable; /* false: the data is not what its type calls for, shown as octets */
};

/*
 * Reads the next record of a message, whose reader started at the header. Returns 0, or
 * -1 with errno: EBADMSG if the record ends early or its owner cannot be read, or
 * ENOMEM. print_record_free frees the texts and accepts a record that was not read.
 */
int print_record(struct print_record *, struct reader *message);
void print_record_free(struct print_record *);

/* The text with everything that is not printable ASCII as \DDD. The caller must free() it;
 * NULL if memory is short. */
char *print_safe(const void *text, size_t size);

/* The name where the reader stands, in a message whose reader started at the header. The
 * caller must free() it; NULL if there is none, or memory is short. */
char *print_name(const struct reader *message);

/* True if two names that were printed here are the same domain name. */
bool print_same_name(const char *a, const char *b);

/* What a response code means, "server failure"; NULL for one that is not known. */
const char *print_rcode_meaning(unsigned rcode);

/* The name of an extended DNS error (RFC 8914), "Stale Answer"; NULL if it has none. */
const char *print_ede(uint16_t code);
