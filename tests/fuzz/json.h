/*
 * jansson's memory is a block of our own that is empty again after each run, since malloc()
 * with AddressSanitizer takes most of the time otherwise. What was freed may not be read or
 * freed again, and all must be freed, as with malloc().
 */
#pragma once

#include "fuzz.h"

#include <jansson.h>
#include <sanitizer/asan_interface.h>

enum { JSON_MEMORY = 1 << 25, JSON_ALIGN = 16 };

/* It stands before each piece. */
struct json_piece {
    size_t size, is_used;
};

static _Alignas(JSON_ALIGN) uint8_t json_memory[JSON_MEMORY];
static size_t json_used, json_pieces; /* octets, and what is not freed yet */

static inline void *json_take(size_t size)
{
    struct json_piece *piece = (struct json_piece *)(void *)(json_memory + json_used);
    size_t room = (size + JSON_ALIGN - 1) / JSON_ALIGN * JSON_ALIGN;

    must(size <= JSON_MEMORY && json_used + sizeof *piece + room <= JSON_MEMORY);
    *piece = (struct json_piece){size, 1};
    ASAN_UNPOISON_MEMORY_REGION(piece + 1, size);
    json_used += sizeof *piece + room;
    json_pieces++;
    return piece + 1;
}

static inline void json_give(void *memory)
{
    struct json_piece *piece = (struct json_piece *)memory - 1;

    if (!memory)
        return;
    must(piece->is_used == 1);
    piece->is_used = 0;
    ASAN_POISON_MEMORY_REGION(memory, piece->size);
    json_pieces--;
}

/* Around all of a run that uses jansson. */
static inline void json_begin(void)
{
    json_set_alloc_funcs(json_take, json_give);
    ASAN_UNPOISON_MEMORY_REGION(json_memory, json_used);
    json_used = 0;
}

static inline void json_end(void)
{
    must(json_pieces == 0);
}
