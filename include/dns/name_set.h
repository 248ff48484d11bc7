/*
 * The names of a message, each with a number. Equal names have equal numbers, so thousands
 * of records are compared by a number, and a name that comes again is kept once.
 */
#pragma once

#include "base/arena.h"
#include "dns/name.h"

enum { NAME_SET_NONE = UINT32_MAX }; /* no number */

struct name_entry {
    uint64_t hash;
    uint32_t number; /* from 0 on, in the order in which they were added */
    struct name name;
    uint8_t wire[];
};

/* Zeroed but for its arena, a set is empty. */
struct name_set {
    struct arena *arena;       /* borrowed; the entries lie there */
    struct name_entry **slots; /* NULL: the slot is empty */
    size_t slot_count;         /* a power of two */
    uint32_t count;            /* names, and the number of the next one */
    uint64_t seed;
};

/* The entry of a name that equals this one, spelled as it first came; it lies
 * in the arena. NULL when memory is short. */
const struct name_entry *name_set_add(struct name_set *, struct name);
/* The number of a name, or NAME_SET_NONE if the set does not have it. */
uint32_t name_set_find(const struct name_set *, struct name);

/*
 * Sets marks[number] for the name and each name above it that the set has, to 1 and the
 * octets of the name that stand below it; other marks stay. The array has a place for each
 * name of the set.
 */
void name_set_mark(const struct name_set *, struct name, uint8_t *marks);
enum { NAME_SET_ITSELF = 1 }; /* the mark of the name itself; those above it have more */

/* Frees all but the entries, and leaves it empty. */
void name_set_free(struct name_set *);
