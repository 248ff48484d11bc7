#include "dns/name_set.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <xxhash.h>

/* Open addressing: a name stands in the first slot that was free from its own slot on. At
 * most half of the slots are full. */
enum { FIRST_SLOTS = 16, GROWTH = 4 };

static uint64_t hash_of(const struct name_set *set, struct name folded)
{
    return XXH3_64bits_withSeed(folded.wire, folded.len, set->seed);
}

/* The slot of the name, or the free one for it. */
static struct name_entry **find(const struct name_set *set, uint64_t hash, struct name name)
{
    size_t i = hash & (set->slot_count - 1);

    while (set->slots[i] &&
           !(set->slots[i]->hash == hash && name_equal(set->slots[i]->name, name)))
        i = (i + 1) & (set->slot_count - 1);
    return &set->slots[i];
}

static bool grow(struct name_set *set)
{
    struct name_set larger = *set;

    /* The kernel's random octets: nobody can choose names that all want one slot. */
    memcpy(&larger.seed, (const void *)getauxval(AT_RANDOM), sizeof larger.seed);
    larger.slot_count = set->slot_count ? set->slot_count * GROWTH : FIRST_SLOTS;
    larger.slots = calloc(larger.slot_count, sizeof(struct name_entry *));
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < set->slot_count; i++)
        if (set->slots[i])
            *find(&larger, set->slots[i]->hash, set->slots[i]->name) = set->slots[i];
    free(set->slots);
    *set = larger;
    return true;
}

static struct name_entry *entry_new(const struct name_set *set, struct name name,
                                    uint64_t hash)
{
    struct name_entry *entry = arena_take(set->arena, sizeof *entry + name.len);

    if (!entry)
        return NULL;
    entry->hash = hash;
    entry->number = set->count;
    entry->name = (struct name){entry->wire, name.len};
    memcpy(entry->wire, name.wire, name.len);
    return entry;
}

const struct name_entry *name_set_add(struct name_set *set, struct name name)
{
    uint8_t folded[NAME_WIRE_MAX];
    struct name_entry **slot;
    uint64_t hash;

    if (2 * (size_t)set->count >= set->slot_count && !grow(set))
        return NULL;
    name_fold(folded, name.wire, name.len);
    hash = hash_of(set, (struct name){folded, name.len});
    slot = find(set, hash, name);
    if (!*slot && (*slot = entry_new(set, name, hash)))
        set->count++;
    return *slot;
}

static uint32_t find_folded(const struct name_set *set, struct name folded)
{
    const struct name_entry *entry;

    if (set->count == 0)
        return NAME_SET_NONE;
    entry = *find(set, hash_of(set, folded), folded);
    return entry ? entry->number : NAME_SET_NONE;
}

uint32_t name_set_find(const struct name_set *set, struct name name)
{
    uint8_t folded[NAME_WIRE_MAX];

    name_fold(folded, name.wire, name.len);
    return find_folded(set, (struct name){folded, name.len});
}

void name_set_mark(const struct name_set *set, struct name name, uint8_t *marks)
{
    uint8_t folded[NAME_WIRE_MAX];
    struct name rest = {folded, name.len};

    name_fold(folded, name.wire, name.len);
    while (rest.len > 0) {
        uint32_t number = find_folded(set, rest);

        if (number != NAME_SET_NONE)
            marks[number] = (uint8_t)(NAME_SET_ITSELF + (name.len - rest.len));
        rest = rest.len > 1 ? name_parent(rest) : (struct name){0};
    }
}

void name_set_free(struct name_set *set)
{
    free(set->slots);
    *set = (struct name_set){.arena = set->arena};
}
