#include "base/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <xxhash.h>

enum {
    UNIT = 16,         /* the size of a block, and the rest of a ring, are multiples */
    INDEX_SHARE = 8,   /* the index has one octet in 8 of all memory */
    SMALL_SHARE = 10,  /* the small ring has one octet in 10 of the others */
    LARGEST_SHARE = 4, /* a value takes one octet in 4 of its ring at most */
    FIRST_SLOTS = 256,
    FOUND_MAX = 3,       /* rounds in the main ring that a value can have ahead of it */
    ROUNDS_AT_ONCE = 16, /* blocks that go round in turn; the next one is evicted */
    BLOCK_MAX = 72 << 10,
};

/* The header of a value, which follows it; the key follows the value. */
struct block {
    uint32_t hash;
    uint32_t size;  /* with this header, a multiple of UNIT */
    uint32_t value; /* octets of the value */
    uint16_t key;   /* octets of the key */
    uint8_t found;  /* how often, up to FOUND_MAX */
    bool live;      /* in the index; otherwise the block is only room */
};

_Static_assert(sizeof(struct block) == UNIT, "the rest of a ring has room for a header");

struct ring {
    uint8_t *memory;
    size_t size, used;
    size_t head, tail; /* the places of the next block and of the oldest one */
};

struct store {
    void *memory;
    size_t memory_size;
    struct ring small, main;
    uint32_t *slots; /* a block's place in `memory` in UNITs, plus one; 0: empty */
    size_t slot_count, slots_max; /* powers of two */
    uint64_t seed;
    struct store_state state;
    uint8_t *moving; /* a copy of the block that goes round */
};

static size_t power_of_two_below(size_t number)
{
    size_t power = 1;

    while (power * 2 <= number)
        power *= 2;
    return power;
}

static size_t whole_units(size_t bytes)
{
    return bytes / UNIT * UNIT;
}

static int set_up(struct store *store, size_t bytes)
{
    size_t ring_bytes = whole_units(bytes - bytes / INDEX_SHARE - BLOCK_MAX);

    if (getrandom(&store->seed, sizeof store->seed, 0) != sizeof store->seed)
        return -1;
    store->slots_max = power_of_two_below(bytes / INDEX_SHARE / sizeof *store->slots);
    store->slot_count = FIRST_SLOTS;
    store->slots = calloc(store->slot_count, sizeof *store->slots);
    store->moving = malloc(BLOCK_MAX);
    store->memory_size = ring_bytes;
    store->memory = mmap(NULL, ring_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (store->memory == MAP_FAILED)
        store->memory = NULL;
    if (!store->slots || !store->moving || !store->memory)
        return -1;
    store->small.memory = store->memory;
    store->small.size = whole_units(ring_bytes / SMALL_SHARE);
    store->main.memory = store->small.memory + store->small.size;
    store->main.size = ring_bytes - store->small.size;
    return 0;
}

struct store *store_new(size_t bytes)
{
    struct store *store = calloc(1, sizeof *store);
    int saved;

    if (!store)
        return NULL;
    if (set_up(store, bytes < STORE_BYTES_MIN ? STORE_BYTES_MIN : bytes) == 0)
        return store;
    saved = errno;
    store_free(store);
    errno = saved;
    return NULL;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    if (store->memory)
        munmap(store->memory, store->memory_size);
    free(store->slots);
    free(store->moving);
    free(store);
}

uint64_t store_hash(const struct store *store, const void *key, size_t key_len)
{
    return XXH3_64bits_withSeed(key, key_len, store->seed);
}

/* The index: a hash table with open addressing and linear probing. */

static struct block *block_in(const struct store *store, uint32_t slot)
{
    return (struct block *)(void *)((uint8_t *)store->memory + (size_t)(slot - 1) * UNIT);
}

static uint32_t slot_of(const struct store *store, const struct block *block)
{
    size_t place = (size_t)((const uint8_t *)block - (const uint8_t *)store->memory);

    return (uint32_t)(place / UNIT + 1);
}

static uint8_t *value_of(struct block *block)
{
    return (uint8_t *)(block + 1);
}

static bool has_key(struct block *block, uint32_t hash, const void *key, size_t key_len)
{
    return block->hash == hash && block->key == key_len &&
           memcmp(value_of(block) + block->value, key, key_len) == 0;
}

/* The slot of the key's block, or the empty slot for it. */
static size_t find_slot(const struct store *store, uint32_t hash, const void *key,
                        size_t key_len)
{
    size_t mask = store->slot_count - 1, i = hash & mask;

    while (store->slots[i] &&
           !has_key(block_in(store, store->slots[i]), hash, key, key_len))
        i = (i + 1) & mask;
    return i;
}

static size_t slot_with(const struct store *store, struct block *block)
{
    return find_slot(store, block->hash, value_of(block) + block->value, block->key);
}

/* Empties a slot, and moves later entries there, so that searches still find them. */
static void empty_slot(struct store *store, size_t gap)
{
    size_t mask = store->slot_count - 1;

    for (size_t i = (gap + 1) & mask; store->slots[i]; i = (i + 1) & mask) {
        size_t home = block_in(store, store->slots[i])->hash & mask;

        if (((i - home) & mask) < ((i - gap) & mask))
            continue; /* its home is behind the gap */
        store->slots[gap] = store->slots[i];
        gap = i;
    }
    store->slots[gap] = 0;
    store->state.entries--;
}

static void put_in_slots(const struct store *store, uint32_t *slots, size_t count,
                         uint32_t slot)
{
    size_t mask = count - 1, i = block_in(store, slot)->hash & mask;

    while (slots[i])
        i = (i + 1) & mask;
    slots[i] = slot;
}

static bool is_crowded(const struct store *store)
{
    return store->state.entries + 1 > store->slot_count / 8 * 7;
}

static void grow_index(struct store *store)
{
    size_t count = store->slot_count * 2;
    uint32_t *slots;

    if (count > store->slots_max || !(slots = calloc(count, sizeof *slots)))
        return;
    for (size_t i = 0; i < store->slot_count; i++)
        if (store->slots[i])
            put_in_slots(store, slots, count, store->slots[i]);
    free(store->slots);
    store->slots = slots;
    store->slot_count = count;
}

/* The rings. */

static struct block *block_at(const struct ring *ring, size_t place)
{
    return (struct block *)(void *)(ring->memory + place);
}

/* A block does not go over the ring's end: the room that is left there is lost. */
static size_t lost_at_end(const struct ring *ring, size_t size)
{
    return ring->size - ring->head < size ? ring->size - ring->head : 0;
}

static bool has_room(const struct ring *ring, size_t size)
{
    return ring->size - ring->used >= lost_at_end(ring, size) + size;
}

static struct block *append(struct ring *ring, size_t size)
{
    size_t lost = lost_at_end(ring, size);
    struct block *block;

    if (lost > 0) {
        *block_at(ring, ring->head) = (struct block){.size = (uint32_t)lost};
        ring->used += lost;
        ring->head = 0;
    }
    block = block_at(ring, ring->head);
    ring->head = (ring->head + size) % ring->size;
    ring->used += size;
    return block;
}

/* Gives back the room of the oldest block, which can be read until the next one is written.
 */
static struct block *take_oldest(struct ring *ring)
{
    struct block *block = block_at(ring, ring->tail);

    ring->tail = (ring->tail + block->size) % ring->size;
    ring->used -= block->size;
    return block;
}

static void forget(struct store *store, struct block *block)
{
    empty_slot(store, slot_with(store, block));
    block->live = false;
}

static void evict(struct store *store, struct block *block)
{
    forget(store, block);
    store->state.evictions++;
}

/* Copies a live block to the head of the main ring, which has room for it. */
static void move_to_main(struct store *store, const struct block *block, size_t slot)
{
    struct block *copy = append(&store->main, block->size);

    memcpy(copy, block, block->size);
    store->slots[slot] = slot_of(store, copy);
}

/* The oldest block goes round again, or is evicted. */
static void turn_main(struct store *store, bool may_stay)
{
    struct block *block = take_oldest(&store->main);
    struct block *moving = (struct block *)(void *)store->moving;
    size_t slot;

    if (!block->live)
        return;
    if (!may_stay || block->found == 0 || !has_room(&store->main, block->size)) {
        evict(store, block);
        return;
    }
    slot = slot_with(store, block);
    memcpy(moving, block, block->size);
    moving->found--;
    move_to_main(store, moving, slot);
}

static void make_room_in_main(struct store *store, size_t size)
{
    for (int rounds = 0; !has_room(&store->main, size); rounds++)
        turn_main(store, rounds < ROUNDS_AT_ONCE);
}

/* The oldest block moves on to the main ring, or is evicted. */
static void turn_small(struct store *store)
{
    struct block *block = take_oldest(&store->small);

    if (!block->live)
        return;
    if (block->found == 0 && !has_room(&store->main, block->size)) {
        evict(store, block);
        return;
    }
    block->found = 0;
    make_room_in_main(store, block->size);
    move_to_main(store, block, slot_with(store, block));
}

static void make_room_in_index(struct store *store)
{
    if (is_crowded(store))
        grow_index(store);
    while (is_crowded(store)) {
        if (store->small.used > store->small.size / 2 || store->main.used == 0)
            turn_small(store);
        else
            turn_main(store, false);
    }
}

static struct block *new_block(struct store *store, size_t size)
{
    if (size > BLOCK_MAX || size > store->main.size / LARGEST_SHARE)
        return NULL;
    if (size > store->small.size / LARGEST_SHARE) {
        make_room_in_main(store, size);
        return append(&store->main, size);
    }
    while (!has_room(&store->small, size))
        turn_small(store);
    return append(&store->small, size);
}

void *store_find(struct store *store, uint64_t hash, const void *key, size_t key_len,
                 size_t *len)
{
    size_t i = find_slot(store, (uint32_t)hash, key, key_len);
    struct block *block;

    if (!store->slots[i])
        return NULL;
    block = block_in(store, store->slots[i]);
    if (block->found < FOUND_MAX)
        block->found++;
    *len = block->value;
    return value_of(block);
}

void store_remove(struct store *store, uint64_t hash, const void *key, size_t key_len)
{
    size_t i = find_slot(store, (uint32_t)hash, key, key_len);

    if (store->slots[i])
        forget(store, block_in(store, store->slots[i]));
}

/* An emptied slot is looked at again, since a later entry may have moved there. */
void store_remove_if(struct store *store,
                     bool (*matches)(const void *context, const void *key, size_t key_len),
                     const void *context)
{
    size_t i = 0;

    while (i < store->slot_count) {
        struct block *block = store->slots[i] ? block_in(store, store->slots[i]) : NULL;

        if (block && matches(context, value_of(block) + block->value, block->key))
            forget(store, block);
        else
            i++;
    }
}

static void *fill(struct block *block, uint32_t hash, const void *key, size_t key_len,
                  size_t len, uint8_t found)
{
    block->hash = hash;
    block->value = (uint32_t)len;
    block->key = (uint16_t)key_len;
    block->found = found;
    block->live = true;
    memcpy(value_of(block) + len, key, key_len);
    return value_of(block);
}

void *store_put(struct store *store, uint64_t hash, const void *key, size_t key_len,
                size_t len)
{
    size_t size = (sizeof(struct block) + len + key_len + UNIT - 1) / UNIT * UNIT;
    size_t i = find_slot(store, (uint32_t)hash, key, key_len);
    struct block *block = store->slots[i] ? block_in(store, store->slots[i]) : NULL;
    uint8_t found = block ? block->found : 0;

    if (block && block->size == size)
        return fill(block, (uint32_t)hash, key, key_len, len, found);
    if (block)
        forget(store, block);
    make_room_in_index(store);
    block = new_block(store, size);
    if (!block)
        return NULL;
    block->size = (uint32_t)size;
    fill(block, (uint32_t)hash, key, key_len, len, found);
    put_in_slots(store, store->slots, store->slot_count, slot_of(store, block));
    store->state.entries++;
    return value_of(block);
}

void store_clear(struct store *store)
{
    memset(store->slots, 0, store->slot_count * sizeof *store->slots);
    store->small.head = store->small.tail = store->small.used = 0;
    store->main.head = store->main.tail = store->main.used = 0;
    store->state.entries = 0;
}

struct store_state store_state(const struct store *store)
{
    return store->state;
}
