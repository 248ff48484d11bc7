/* The records of a name server's message but for those that are about the message itself.
 */
#pragma once

#include "dns/rrset.h"
#include "dns/wire.h"

struct sections {
    struct records of[SECTIONS];
    struct name_set names; /* the owners in all of them */
    struct arena arena;
};

/*
 * Reads a message with one question. False if its answer section cannot be read, or
 * memory is short. If another section cannot be read, it is empty. A section whose names
 * cost too much, with those before it, counts as one that cannot be read (dns/name), and so
 * does an answer section with dozens of aliases, or with hundreds of names by turns.
 * sections_free must be called in either case. The sections must not move in between.
 */
bool sections_read(struct sections *, const uint8_t *wire, size_t len);

/* What a reader needs of the answer section. */
struct sections_need {
    uint16_t type; /* records of this type, or of any, beside what aliases are made of */
    size_t most;   /* as many of that type as stand side by side at one name */
};

/* As sections_read, but other records of the answer section are passed over unread. */
bool sections_read_needed(struct sections *, const uint8_t *wire, size_t len,
                          const struct sections_need *);
void sections_free(struct sections *);
