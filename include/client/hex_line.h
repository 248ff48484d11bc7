/* Reads one line of hexadecimal digits: its place, if it has one, and its octets. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of the line's first octet, which a dump puts before each line. */
struct hex_place {
    const char *digits; /* in the line */
    size_t len;
    bool has_colon; /* behind it, as xxd and tcpdump have */
    /* od counts in base 8 or 10 unless told otherwise, and has one blank behind the
     * number; all others count in base 16. */
    bool may_be_octal;
};

/* Octets, for which the caller has room: one for each two letters of the line. */
struct hex_octets {
    uint8_t *octets;
    size_t count;
};

/* Finds the place at the beginning of a line and returns what is behind it. NULL if the
 * line does not begin with four or more digits and then a colon, a blank or its end. */
const char *hex_line_place(const char *line, struct hex_place *);

/* True if the place says `count`, in a base that od counts in if it may be od's. */
bool hex_place_is(const struct hex_place *, size_t count);

/* Reads the place in base 16, or in base 8 and 10 if it may be od's, and sets *value to
 * the lowest number from `least` on. False if there is none of 32 bits. */
bool hex_place_from(const struct hex_place *, size_t least, size_t *value);

/*
 * Reads the octets behind a place, up to the text that xxd, hexdump -C, od -t x1z, tcpdump
 * or +wire put beside them. Returns what is wrong with the line, or NULL.
 */
const char *hex_line_dump(const char *rest, const struct hex_place *, struct hex_octets *);

/* Reads a line without a place. Returns what is wrong with the line, or NULL. */
const char *hex_line_plain(const char *line, struct hex_octets *);

/* Reads at most `most` pairs of digits with one blank behind each. Returns what is wrong
 * with the line, or NULL. */
const char *hex_line_pairs(const char *line, size_t most, struct hex_octets *);
