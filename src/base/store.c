#include "base/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <xxhash.h>

#include "base/store_index.h"

enum {
    INDEX_SHARE = 8,     /* the index has one octet in 8 of all memory */
    SMALL_SHARE = 10,    /* the small ring has one octet in 10 of the others */
    LARGEST_SHARE = 4,   /* a value takes one octet in 4 of its ring at most */
    FOUND_MAX = 3,       /* rounds in the main ring that a value can have ahead of it */
    ROUNDS_AT_ONCE = 16, /* blocks that go round in turn; the next one is evicted */
    BLOCK_MAX = 72 << 10,
};

_Static_assert(sizeof(struct block) == BLOCK_UNIT,
               "the rest of a ring has room for a header");

struct ring {
    uint8_t *memory;
    size_t size, used;
    size_t head, tail; /* the places of the next block and of the oldest one */
};

struct store {
    void *memory;
    size_t memory_size;
    struct ring small, main;
    struct store_index index;
    uint64_t seed;
    uint64_t evictions;
    uint8_t *moving; /* a copy of the block that goes round */
};

static size_t whole_units(size_t bytes)
{
    return bytes / BLOCK_UNIT * BLOCK_UNIT;
}

static int set_up(struct store *store, size_t bytes)
{
    size_t ring_bytes = whole_units(bytes - bytes / INDEX_SHARE - BLOCK_MAX);

    if (getrandom(&store->seed, sizeof store->seed, 0) != sizeof store->seed)
        return -1;
    store->moving = malloc(BLOCK_MAX);
    store->memory_size = ring_bytes;
    store->memory = mmap(NULL, ring_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (store->memory == MAP_FAILED)
        store->memory = NULL;
    if (store_index_init(&store->index, store->memory, bytes / INDEX_SHARE) == -1 ||
        !store->moving || !store->memory)
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
    store_index_free(&store->index);
    free(store->moving);
    free(store);
}

uint64_t store_hash(const struct store *store, const void *key, size_t key_len)
{
    return XXH3_64bits_withSeed(key, key_len, store->seed);
}

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

static void evict(struct store *store, struct block *block)
{
    store_index_remove(&store->index, block);
    store->evictions++;
}

/* Copies a live block to the head of the main ring, which has room for it; `from` is its
 * place so far. */
static void move_to_main(struct store *store, const struct block *block,
                         const struct block *from)
{
    struct block *copy = append(&store->main, block->size);

    memcpy(copy, block, block->size);
    store_index_move(&store->index, copy->hash, from, copy);
}

/* The oldest block goes round again, or is evicted. */
static void turn_main(struct store *store, bool may_stay)
{
    struct block *block = take_oldest(&store->main);
    struct block *moving = (struct block *)(void *)store->moving;

    if (!block->live)
        return;
    if (!may_stay || block->found == 0 || !has_room(&store->main, block->size)) {
        evict(store, block);
        return;
    }
    memcpy(moving, block, block->size);
    moving->found--;
    move_to_main(store, moving, block);
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
    move_to_main(store, block, block);
}

static void make_room_in_index(struct store *store)
{
    while (!store_index_has_room(&store->index)) {
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
    struct block *block = store_index_find(&store->index, (uint32_t)hash, key, key_len);

    if (!block)
        return NULL;
    if (block->found < FOUND_MAX)
        block->found++;
    *len = block->value;
    return block_value(block);
}

void store_remove(struct store *store, uint64_t hash, const void *key, size_t key_len)
{
    struct block *block = store_index_find(&store->index, (uint32_t)hash, key, key_len);

    if (block)
        store_index_remove(&store->index, block);
}

void store_remove_if(struct store *store,
                     bool (*matches)(const void *context, const void *key, size_t key_len),
                     const void *context)
{
    store_index_remove_if(&store->index, matches, context);
}

static void *fill(struct block *block, uint32_t hash, const void *key, size_t key_len,
                  size_t len, uint8_t found)
{
    block->hash = hash;
    block->value = (uint32_t)len;
    block->key = (uint16_t)key_len;
    block->found = found;
    memcpy(block_value(block) + len, key, key_len);
    return block_value(block);
}

void *store_put(struct store *store, uint64_t hash, const void *key, size_t key_len,
                size_t len)
{
    size_t size =
        (sizeof(struct block) + len + key_len + BLOCK_UNIT - 1) / BLOCK_UNIT * BLOCK_UNIT;
    struct block *block = store_index_find(&store->index, (uint32_t)hash, key, key_len);
    uint8_t found = block ? block->found : 0;

    if (block && block->size == size)
        return fill(block, (uint32_t)hash, key, key_len, len, found);
    if (block)
        store_index_remove(&store->index, block);
    make_room_in_index(store);
    block = new_block(store, size);
    if (!block)
        return NULL;
    block->size = (uint32_t)size;
    fill(block, (uint32_t)hash, key, key_len, len, found);
    store_index_add(&store->index, block);
    return block_value(block);
}

void store_clear(struct store *store)
{
    store_index_clear(&store->index);
    store->small.head = store->small.tail = store->small.used = 0;
    store->main.head = store->main.tail = store->main.used = 0;
}

struct store_state store_state(const struct store *store)
{
    return (struct store_state){store->index.entries, store->evictions};
}
