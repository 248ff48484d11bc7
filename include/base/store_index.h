/*
 * The index of a store: it tells which block of the store's memory has a key. It is a hash
 * table with open addressing and linear probing, whose slots hold places in that memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK_UNIT = 16 }; /* blocks begin, and end, at multiples of this */

/* The header of a value, which follows it; the key follows the value. */
struct block {
    uint32_t hash;
    uint32_t size;  /* with this header, a multiple of BLOCK_UNIT */
    uint32_t value; /* octets of the value */
    uint16_t key;   /* octets of the key */
    uint8_t found;  /* for the store: how often it was found */
    bool live;      /* in the index; otherwise the block is only room */
};

static inline uint8_t *block_value(struct block *block)
{
    return (uint8_t *)(block + 1);
}

static inline const void *block_key(struct block *block)
{
    return block_value(block) + block->value;
}

struct store_index {
    uint8_t *memory;              /* that the blocks lie in, borrowed */
    uint32_t *slots;              /* a block's place in BLOCK_UNITs, plus one; 0: empty */
    size_t slot_count, slots_max; /* powers of two */
    size_t entries;
};

/* An empty index that may take up to `bytes`, which are 1 KiB at least. 0, or -1 when
 * memory is short; it can be freed in either case. */
int store_index_init(struct store_index *, uint8_t *memory, size_t bytes);
void store_index_free(struct store_index *);

/* False if it is full, and cannot grow. */
bool store_index_has_room(struct store_index *);

/* Adds a block whose key is not there yet; there must be room. */
void store_index_add(struct store_index *, struct block *);
/* The block is only room from now on. */
void store_index_remove(struct store_index *, struct block *);
/* Does so with all blocks whose keys match; asks for every key. */
void store_index_remove_if(struct store_index *,
                           bool (*matches)(const void *context, const void *key,
                                           size_t key_len),
                           const void *context);
/* A block of this hash has been copied from one place to another. What lies at the old
 * place is not read. */
void store_index_move(struct store_index *, uint32_t hash, const struct block *from,
                      const struct block *to);
/* Forgets everything, without touching the blocks. */
void store_index_clear(struct store_index *);

static inline struct block *store_index_at(const struct store_index *index, size_t i)
{
    size_t place = (size_t)(index->slots[i] - 1) * BLOCK_UNIT;

    return (struct block *)(void *)(index->memory + place);
}

/* The block of the key, or NULL. It is inline since every cached answer is found by it. */
static inline struct block *store_index_find(const struct store_index *index, uint32_t hash,
                                             const void *key, size_t key_len)
{
    size_t mask = index->slot_count - 1;

    for (size_t i = hash & mask; index->slots[i]; i = (i + 1) & mask) {
        struct block *block = store_index_at(index, i);

        if (block->hash == hash && block->key == key_len &&
            memcmp(block_key(block), key, key_len) == 0)
            return block;
    }
    return NULL;
}
