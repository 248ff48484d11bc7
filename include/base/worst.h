/*
 * The lookups of a process that an operator may have to look at: the slowest, those that
 * failed, and those that hang. One process writes them and others read them, in shared
 * memory, so no process has to be asked. Texts are cut to the room that a row has. The
 * reader need not trust the writer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/seqlock.h"

enum worst_list {
    WORST_SLOW,   /* lookups that took long */
    WORST_FAILED, /* lookups that failed */
    WORST_HUNG,   /* lookups under way for long */
    WORST_LISTS
};

enum { WORST_ROWS = 8, WORST_NAME = 136, WORST_REASON = 120 };

struct worst_row {
    int64_t at; /* clock_ms(); 0: the row is empty */
    int64_t ms; /* how long it took */
    char name[WORST_NAME];
    char reason[WORST_REASON];
};

/* Empty if all is zero. */
struct worst_lookups {
    struct worst_cell {
        struct seqlock lock;
        struct worst_row row;
    } cells[WORST_LISTS][WORST_ROWS];
};

/* Writes a row of this process's own. */
void worst_write(struct worst_lookups *, enum worst_list, unsigned row, int64_t at,
                 int64_t ms, const char *name, const char *reason);
void worst_clear(struct worst_lookups *, enum worst_list, unsigned row);

/* Copies a row, with everything that is not printable ASCII as "?". False if it is empty,
 * or is being written again and again. */
bool worst_read(const struct worst_lookups *, enum worst_list, unsigned row,
                struct worst_row *);
