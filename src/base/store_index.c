#include "base/store_index.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 256 };

static size_t power_of_two_below(size_t number)
{
    size_t power = 1;

    while (power * 2 <= number)
        power *= 2;
    return power;
}

int store_index_init(struct store_index *index, uint8_t *memory, size_t bytes)
{
    *index = (struct store_index){
        .slots = calloc(FIRST_SLOTS, sizeof *index->slots),
        .slot_count = FIRST_SLOTS,
        .slots_max = power_of_two_below(bytes / sizeof *index->slots),
    };
    index->memory = memory;
    return index->slots ? 0 : -1;
}

void store_index_free(struct store_index *index)
{
    free(index->slots);
}

static uint32_t slot_of(const struct store_index *index, const struct block *block)
{
    size_t place = (size_t)((const uint8_t *)block - index->memory);

    return (uint32_t)(place / BLOCK_UNIT + 1);
}

/* The slot with this content, or 0 for an empty one, that a search for the hash meets. */
static size_t find_slot(const struct store_index *index, uint32_t hash, uint32_t slot)
{
    size_t mask = index->slot_count - 1, i = hash & mask;

    while (index->slots[i] && index->slots[i] != slot)
        i = (i + 1) & mask;
    return i;
}

/* Searches must still find later entries, so they move into the gap. */
static void empty_slot(struct store_index *index, size_t gap)
{
    size_t mask = index->slot_count - 1;

    for (size_t i = (gap + 1) & mask; index->slots[i]; i = (i + 1) & mask) {
        size_t home = store_index_at(index, i)->hash & mask;

        if (((i - home) & mask) < ((i - gap) & mask))
            continue; /* its home is behind the gap */
        index->slots[gap] = index->slots[i];
        gap = i;
    }
    index->slots[gap] = 0;
    index->entries--;
}

static bool is_crowded(const struct store_index *index)
{
    return index->entries + 1 > index->slot_count / 8 * 7;
}

static void grow(struct store_index *index)
{
    struct store_index larger = *index;

    larger.slot_count *= 2;
    if (larger.slot_count > index->slots_max ||
        !(larger.slots = calloc(larger.slot_count, sizeof *larger.slots)))
        return;
    for (size_t i = 0; i < index->slot_count; i++)
        if (index->slots[i])
            larger.slots[find_slot(&larger, store_index_at(index, i)->hash, 0)] =
                index->slots[i];
    free(index->slots);
    *index = larger;
}

bool store_index_has_room(struct store_index *index)
{
    if (is_crowded(index))
        grow(index);
    return !is_crowded(index);
}

void store_index_add(struct store_index *index, struct block *block)
{
    index->slots[find_slot(index, block->hash, 0)] = slot_of(index, block);
    index->entries++;
    block->live = true;
}

void store_index_remove(struct store_index *index, struct block *block)
{
    empty_slot(index, find_slot(index, block->hash, slot_of(index, block)));
    block->live = false;
}

/* An emptied slot is checked again, since a later entry may have moved there. */
void store_index_remove_if(struct store_index *index,
                           bool (*matches)(const void *context, const void *key,
                                           size_t key_len),
                           const void *context)
{
    size_t i = 0;

    while (i < index->slot_count) {
        struct block *block = index->slots[i] ? store_index_at(index, i) : NULL;

        if (block && matches(context, block_key(block), block->key))
            store_index_remove(index, block);
        else
            i++;
    }
}

void store_index_move(struct store_index *index, uint32_t hash, const struct block *from,
                      const struct block *to)
{
    index->slots[find_slot(index, hash, slot_of(index, from))] = slot_of(index, to);
}

void store_index_clear(struct store_index *index)
{
    memset(index->slots, 0, index->slot_count * sizeof *index->slots);
    index->entries = 0;
}
