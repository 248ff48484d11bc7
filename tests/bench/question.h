/* The questions of a load: lines of a file, or numbered names. All ask for
 * records of one type. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HEADER_SIZE = 12,
    NAME_SIZE = 255,
    ENTRY_SIZE = NAME_SIZE + 4,                         /* a name, its type, its class */
    QUESTION_SIZE = HEADER_SIZE + ENTRY_SIZE + 11 + 12, /* OPT with a cookie */
};

struct questions {
    /* How the questions look; set before the first one is written. */
    const char *prefix, *suffix; /* a numbered name is PREFIX NUMBER SUFFIX */
    uint64_t first, modulo;      /* numbers; modulo 0: no number comes twice */
    uint16_t type;               /* A or AAAA */
    bool edns;                   /* as dig asks: OPT, cookie, AD */

    uint64_t written;
    uint8_t (*names)[NAME_SIZE]; /* of the file, in wire form; NULL: numbered */
    size_t count;
};

/* Reads names, one a line; what follows a blank is ignored. 0, or -1 with a message. */
int questions_read(struct questions *, const char *path);

/* Writes the next question; its length. The entry of the question section is at
 * HEADER_SIZE and has `*entry` octets. */
size_t questions_write(struct questions *, uint16_t id, uint8_t wire[QUESTION_SIZE],
                       size_t *entry);
