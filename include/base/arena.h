/*
 * Memory for many small things that are freed together, as the records of a message are. To
 * take some costs a few instructions, and what is taken stays where it is.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

/* A zeroed arena is empty. */
struct arena {
    struct arena_chunk *chunks; /* the newest first */
    uint8_t *free;              /* behind what has been taken of that one */
    size_t left;                /* octets from there on */
};

/* Memory of `size` octets, aligned for anything, until arena_free. NULL when memory is
 * short. */
void *arena_take(struct arena *, size_t size);
/* Keeps only the first `kept` octets of what was taken last, which had `size`. */
void arena_trim(struct arena *, size_t size, size_t kept);

/* Frees all of it, and leaves it empty. */
void arena_free(struct arena *);
