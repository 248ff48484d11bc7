#include "base/hash_set.h"

#include <stdlib.h>

/*
 * Open addressing: a hash stands in the first slot that was free from its own slot on. When
 * four fifths are full the table grows by half, so that it is never less than half full.
 */
enum { FIRST_SLOTS = 64 };

/* An empty slot is 0. */
static uint64_t stored(uint64_t hash)
{
    return hash == 0 ? 1 : hash;
}

/* The hash's slot, or the free slot for it. */
static uint64_t *find(const struct hash_set *set, uint64_t hash)
{
    size_t i = (size_t)((hash >> 32) * set->slot_count >> 32);

    while (set->slots[i] != 0 && set->slots[i] != hash)
        if (++i == set->slot_count)
            i = 0;
    return &set->slots[i];
}

static bool grow(struct hash_set *set)
{
    struct hash_set larger = {.count = set->count};

    larger.slot_count = set->slot_count ? set->slot_count / 2 * 3 : FIRST_SLOTS;
    if (larger.slot_count > UINT32_MAX)
        return false;
    larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < set->slot_count; i++)
        if (set->slots[i] != 0)
            *find(&larger, set->slots[i]) = set->slots[i];
    free(set->slots);
    *set = larger;
    return true;
}

bool hash_set_add(struct hash_set *set, uint64_t hash)
{
    uint64_t *slot;

    if (set->count >= set->slot_count / 5 * 4 && !grow(set))
        return false;
    slot = find(set, stored(hash));
    set->count += *slot == 0;
    *slot = stored(hash);
    return true;
}

bool hash_set_has(const struct hash_set *set, uint64_t hash)
{
    return set->count > 0 && *find(set, stored(hash)) != 0;
}

void hash_set_clear(struct hash_set *set)
{
    free(set->slots);
    *set = (struct hash_set){0};
}
