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
    struct record **all;
    uint16_t *slots; /* places among all of them, from 1; 0: the slot is empty */
    size_t mask;
    uint64_t seed;
    const struct record *last; /* whose set was hashed last, and its hash */
    uint64_t last_hash;
};

enum { RECORDS_MAX = UINT16_MAX };

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

static bool found_init(struct found *found, const struct records *records)
{
    size_t slots = 4;

    while (slots < 2 * records->count)
        slots *= 2;
    found->all = records->all;
    found->mask = slots - 1;
    found->slots = calloc(slots, sizeof *found->slots);
    memcpy(&found->seed, (const void *)getauxval(AT_RANDOM), sizeof found->seed);
    return found->slots;
}

/* The first record that came and is the same as the one at this place, which it may be. */
static struct record *first_of(struct found *found, uint64_t hash, size_t at,
                               same *is_alike)
{
    size_t i = hash & found->mask;

    while (found->slots[i] && !is_alike(found->all[found->slots[i] - 1], found->all[at]))
        i = (i + 1) & found->mask;
    if (!found->slots[i])
        found->slots[i] = (uint16_t)(at + 1);
    return found->all[found->slots[i] - 1];
}

/* `first` has room for as many records: the first one of each record's set. */
static void even_ttls(struct found *found, size_t count, struct record **first)
{
    for (size_t i = 0; i < count; i++) {
        struct record *record = found->all[i];

        if (i > 0 && is_same_set(first[i - 1], record))
            first[i] = first[i - 1];
        else
            first[i] = first_of(found, hash_of_set(found, record), i, is_same_set);
        if (record->ttl < first[i]->ttl)
            first[i]->ttl = record->ttl;
    }
    for (size_t i = 0; i < count; i++)
        found->all[i]->ttl = first[i]->ttl;
}

/* Returns how many are left. */
static size_t drop_repeated(struct found *found, size_t count)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        struct record *record = found->all[i];

        found->all[left] = record;
        if (first_of(found, hash_of(found, record), left, is_same) == record)
            left++;
    }
    return left;
}

bool rrset_tidy(struct records *records)
{
    struct found sets = {0}, found = {0};
    struct record **first = NULL;
    bool done = records->count < 2;

    if (!done && records->count <= RECORDS_MAX && found_init(&sets, records) &&
        found_init(&found, records) && (first = calloc(records->count, sizeof *first))) {
        even_ttls(&sets, records->count, first);
        records->count = drop_repeated(&found, records->count);
        done = true;
    }
    free(sets.slots);
    free(found.slots);
    free(first);
    return done;
}
