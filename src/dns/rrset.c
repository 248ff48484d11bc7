#include "dns/rrset.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <xxhash.h>

#include "dns/name.h"

uint16_t rrset_type_covered(const struct record *record)
{
    struct reader in = reader_of(record->data, record->data_len);
    uint16_t covered;

    return record->type == LDNS_RR_TYPE_RRSIG && get_u16(&in, &covered) ? covered : 0;
}

/* A record's place in an array. Hashes put the records of a set side by side: they cost
 * less to compare than names, which may all begin alike. */
struct hashed_place {
    uint64_t set, data;
    size_t at;
};

static bool is_same_set(const struct record *a, const struct record *b)
{
    return a->type == b->type && a->class == b->class &&
           rrset_type_covered(a) == rrset_type_covered(b) && name_equal(a->owner, b->owner);
}

static bool is_same(const struct record *a, const struct record *b)
{
    return a->data_len == b->data_len && memcmp(a->data, b->data, a->data_len) == 0 &&
           is_same_set(a, b);
}

static uint64_t hash_of_set(const struct record *record, uint64_t seed)
{
    const uint64_t types = (uint64_t)record->type << 32 | (uint64_t)record->class << 16 |
                           rrset_type_covered(record);
    uint8_t owner[NAME_WIRE_MAX];

    name_fold(owner, record->owner.wire, record->owner.len);
    return XXH3_64bits_withSeed(owner, record->owner.len, seed + types);
}

static int compare(const void *left, const void *right)
{
    const struct hashed_place *a = left, *b = right;

    if (a->set != b->set)
        return a->set < b->set ? -1 : 1;
    if (a->data != b->data)
        return a->data < b->data ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

/* The places of the records, in an order in which equal ones stand together, the first
 * place first. The caller frees them; NULL when memory is short. */
static struct hashed_place *sorted_places(const struct records *records)
{
    struct hashed_place *places = malloc((records->count + 1) * sizeof *places);
    uint64_t seed;

    if (!places)
        return NULL;
    memcpy(&seed, (const void *)getauxval(AT_RANDOM), sizeof seed); /* the kernel's */
    for (size_t i = 0; i < records->count; i++)
        places[i] = (struct hashed_place){
            .set = hash_of_set(records->all[i], seed),
            .data = XXH3_64bits_withSeed(records->all[i]->data, records->all[i]->data_len,
                                         seed),
            .at = i};
    qsort(places, records->count, sizeof *places, compare);
    return places;
}

/* The number of records from the first place on that are of one set. */
static size_t set_size(const struct records *records, const struct hashed_place *places,
                       size_t count)
{
    size_t size = 1;

    while (size < count &&
           is_same_set(records->all[places->at], records->all[places[size].at]))
        size++;
    return size;
}

static void even(const struct records *records, const struct hashed_place *set, size_t size)
{
    uint32_t lowest = UINT32_MAX;

    for (size_t i = 0; i < size; i++)
        if (records->all[set[i].at]->ttl < lowest)
            lowest = records->all[set[i].at]->ttl;
    for (size_t i = 0; i < size; i++)
        records->all[set[i].at]->ttl = lowest;
}

static void close_gaps(struct records *records)
{
    size_t left = 0;

    for (size_t i = 0; i < records->count; i++)
        if (records->all[i])
            records->all[left++] = records->all[i];
    records->count = left;
}

bool rrset_drop_repeated(struct records *records)
{
    struct hashed_place *places = sorted_places(records);
    size_t first = 0;

    if (!places)
        return false;
    for (size_t i = 1; i < records->count; i++) {
        struct record **record = &records->all[places[i].at];

        if (!is_same(records->all[places[first].at], *record)) {
            first = i;
            continue;
        }
        free(*record);
        *record = NULL;
    }
    free(places);
    close_gaps(records);
    return true;
}

bool rrset_even_ttls(struct records *records)
{
    struct hashed_place *places = sorted_places(records);

    if (!places)
        return false;
    for (size_t i = 0, size; i < records->count; i += size) {
        size = set_size(records, places + i, records->count - i);
        even(records, places + i, size);
    }
    free(places);
    return true;
}
