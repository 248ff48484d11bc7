#include "base/arena.h"

#include <stdlib.h>

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* of its octets */
    max_align_t octets[];
};

/* A chunk is twice as long as the one before it, so that little is wasted for a few records
 * and little time for thousands. */
enum { CHUNK_MIN = 1024, CHUNK_MAX = 1 << 16 };

static size_t aligned(size_t size)
{
    size_t unit = _Alignof(max_align_t);

    return (size + unit - 1) / unit * unit;
}

static size_t next_size(const struct arena *arena, size_t wanted)
{
    size_t size = arena->chunks ? 2 * arena->chunks->size : CHUNK_MIN;

    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    return size > wanted ? size : wanted;
}

static int grow(struct arena *arena, size_t wanted)
{
    size_t size = next_size(arena, wanted);
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);

    if (!chunk)
        return -1;
    *chunk = (struct arena_chunk){.next = arena->chunks, .size = size};
    arena->chunks = chunk;
    arena->free = (uint8_t *)chunk->octets;
    arena->left = size;
    return 0;
}

void *arena_take(struct arena *arena, size_t size)
{
    size_t taken = aligned(size);
    void *memory;

    if (arena->left < taken && grow(arena, taken) == -1)
        return NULL;
    memory = arena->free;
    arena->free += taken;
    arena->left -= taken;
    return memory;
}

void arena_trim(struct arena *arena, size_t size, size_t kept)
{
    size_t given_back = aligned(size) - aligned(kept);

    arena->free -= given_back;
    arena->left += given_back;
}

void arena_free(struct arena *arena)
{
    struct arena_chunk *chunk;

    while ((chunk = arena->chunks)) {
        arena->chunks = chunk->next;
        free(chunk);
    }
    *arena = (struct arena){0};
}
