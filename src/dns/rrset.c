#include "dns/rrset.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <xxhash.h>

uint16_t rrset_type_covered(const struct record *record)
{
    struct reader in = reader_of(record->data, record->data_len);
    uint16_t covered;

    return record->type == LDNS_RR_TYPE_RRSIG && get_u16(&in, &covered) ? covered : 0;
}

/* Records that are to be found again among thousands, by a hash that nobody can foresee:
 * open addressing, and half of the slots at least are empty. */
struct found {
    struct record **slots; /* NULL: the slot is empty */
    size_t mask;
    uint64_t seed;
    const struct record *last; /* whose set was hashed last, and its hash */
    uint64_t last_hash;
};

typedef bool same(const struct record *, const struct record *);

static bool is_same_set(const struct record *a, const struct record *b)
{
    return a->number == b->number && a->type == b->type && a->class == b->class &&
           (a->type != LDNS_RR_TYPE_RRSIG ||
            rrset_type_covered(a) == rrset_type_covered(b));
}

static bool is_same(const struct record *a, const struct record *b)
{
    return a->data_len == b->data_len && memcmp(a->data, b->data, a->data_len) == 0 &&
           is_same_set(a, b);
}

/* Most records stand beside others of their set. */
static uint64_t hash_of_set(struct found *found, const struct record *record)
{
    const uint32_t key[] = {record->number, (uint32_t)record->type << 16 | record->class,
                            rrset_type_covered(record)};

    if (!found->last || !is_same_set(found->last, record))
        found->last_hash = XXH3_64bits_withSeed(key, sizeof key, found->seed);
    found->last = record;
    return found->last_hash;
}

static uint64_t hash_of(struct found *found, const struct record *record)
{
    return XXH3_64bits_withSeed(record->data, record->data_len, hash_of_set(found, record));
}

static bool found_init(struct found *found, size_t count)
{
    size_t slots = 4;

    while (slots < 2 * count)
        slots *= 2;
    found->mask = slots - 1;
    found->slots = calloc(slots, sizeof *found->slots);
    memcpy(&found->seed, (const void *)getauxval(AT_RANDOM), sizeof found->seed);
    return found->slots;
}

/* The first record that came and is the same; this one if none has come. */
static struct record *first_of(struct found *found, uint64_t hash, struct record *record,
                               same *is_alike)
{
    size_t i = hash & found->mask;

    while (found->slots[i] && !is_alike(found->slots[i], record))
        i = (i + 1) & found->mask;
    if (!found->slots[i])
        found->slots[i] = record;
    return found->slots[i];
}

/* The first record of the set that the record is of; `last` is what this has returned for
 * the record before it, or NULL. */
static struct record *first_of_set(struct found *sets, struct record *last,
                                   struct record *record)
{
    if (last && is_same_set(last, record))
        return last;
    return first_of(sets, hash_of_set(sets, record), record, is_same_set);
}

static void even_ttls(const struct records *records, struct found *sets)
{
    struct record *first = NULL;

    for (size_t i = 0; i < records->count; i++) {
        first = first_of_set(sets, first, records->all[i]);
        if (records->all[i]->ttl < first->ttl)
            first->ttl = records->all[i]->ttl;
    }
    for (size_t i = 0; i < records->count; i++) {
        first = first_of_set(sets, first, records->all[i]);
        records->all[i]->ttl = first->ttl;
    }
}

static void drop_repeated(struct records *records, struct found *found)
{
    size_t left = 0;

    for (size_t i = 0; i < records->count; i++) {
        struct record *record = records->all[i];

        if (first_of(found, hash_of(found, record), record, is_same) == record)
            records->all[left++] = record;
    }
    records->count = left;
}

bool rrset_tidy(struct records *records)
{
    struct found sets = {0}, found = {0};
    bool done = records->count < 2;

    if (!done && found_init(&sets, records->count) && found_init(&found, records->count)) {
        even_ttls(records, &sets);
        drop_repeated(records, &found);
        done = true;
    }
    free(sets.slots);
    free(found.slots);
    return done;
}
