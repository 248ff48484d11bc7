/*
 * The words of a file like the hosts file, as a set of hashes: it tells which names and
 * addresses the file may mention, and which it certainly does not.
 *
 * A word ends at a blank, a '#' or a NUL, because libc finds nothing else. The set has
 * names in lower case, with a final dot if the word has one, the names above each, and
 * addresses in binary form.
 */
#pragma once

#include <sys/types.h>

#include "base/hash_set.h"

/* Zeroed, it is empty. */
struct word_set {
    struct hash_set set;
    uint64_t seed;
    size_t count; /* of words in the file, repeated ones included */
};

/* A file that exceeds them is not read to its end. An address is one entry, and so are a
 * name and each name above it, if the set does not have them yet. */
struct word_set_limits {
    off_t octets;
    size_t entries;
};

enum word_set_outcome {
    WORD_SET_READ,
    WORD_SET_CHANGED, /* the file has just changed (lookup/hosts_words) */
    WORD_SET_TOO_MANY,
    WORD_SET_FAILED, /* memory is short, or the disk is faulty */
};

/* Reads the file from its beginning into an empty set. */
enum word_set_outcome word_set_read(struct word_set *, int fd,
                                    const struct word_set_limits *);
/* Frees its memory and leaves it empty. */
void word_set_clear(struct word_set *);

/* If it is false, no word is this text, in lower case, of `len` octets. */
bool word_set_has(const struct word_set *, const char *text, size_t len);
/* If it is false, no word is a name below this one, with or without a final dot. */
bool word_set_has_below(const struct word_set *, const char *text, size_t len);
/* If it is false, no word is this address of 4 or 16 octets. As for libc, an IPv4-mapped
 * address is the same as the IPv4 address, and ::1 also means 127.0.0.1. */
bool word_set_has_address(const struct word_set *, const uint8_t *octets, size_t len);
