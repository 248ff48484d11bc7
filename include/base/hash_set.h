/*
 * A set of 64-bit hashes, which is certain only that something is absent: two things may
 * have the same hash. A hash takes 16 octets at most. Hashes must be evenly spread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed set is empty. */
struct hash_set {
    uint64_t *slots; /* 0: the slot is empty */
    size_t slot_count, count;
};

/* False when memory is short; the set is then as it was. */
bool hash_set_add(struct hash_set *, uint64_t hash);
bool hash_set_has(const struct hash_set *, uint64_t hash);
/* Frees what it holds, and leaves it empty. */
void hash_set_clear(struct hash_set *);
