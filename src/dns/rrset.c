#include "dns/rrset.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"

uint16_t rrset_type_covered(const struct record *record)
{
    struct reader in = reader_of(record->data, record->data_len);
    uint16_t covered;

    return record->type == LDNS_RR_TYPE_RRSIG && get_u16(&in, &covered) ? covered : 0;
}

/* Compares records so that those of a set stand together, in any order of owners. */
static int compare(const void *left, const void *right)
{
    const struct record *a = *(struct record *const *)left;
    const struct record *b = *(struct record *const *)right;
    const unsigned keys[][2] = {
        {a->type, b->type},
        {a->class, b->class},
        {rrset_type_covered(a), rrset_type_covered(b)},
        {(unsigned)a->owner.len, (unsigned)b->owner.len},
    };
    uint8_t owner_a[NAME_WIRE_MAX], owner_b[NAME_WIRE_MAX];

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    name_fold(owner_a, a->owner.wire, a->owner.len);
    name_fold(owner_b, b->owner.wire, b->owner.len);
    return memcmp(owner_a, owner_b, a->owner.len);
}

/* The number of records from `start` on that are of one set. */
static size_t set_size(struct record **sorted, size_t start, size_t count)
{
    size_t end = start + 1;

    while (end < count && compare(&sorted[start], &sorted[end]) == 0)
        end++;
    return end - start;
}

static void even(struct record **set, size_t size)
{
    uint32_t lowest = set[0]->ttl;

    for (size_t i = 1; i < size; i++)
        if (set[i]->ttl < lowest)
            lowest = set[i]->ttl;
    for (size_t i = 0; i < size; i++)
        set[i]->ttl = lowest;
}

static int compare_data(const struct record *a, const struct record *b)
{
    if (a->data_len != b->data_len)
        return a->data_len < b->data_len ? -1 : 1;
    return memcmp(a->data, b->data, a->data_len);
}

/* Compares places in an array: equal records stand together, the first place first. */
static int compare_places(const void *left, const void *right)
{
    struct record *const *a = *(struct record *const *const *)left;
    struct record *const *b = *(struct record *const *const *)right;
    int order = compare(a, b);

    if (order == 0)
        order = compare_data(*a, *b);
    return order != 0 ? order : (a > b) - (a < b);
}

static bool is_same(struct record *const *a, struct record *const *b)
{
    return compare(a, b) == 0 && compare_data(*a, *b) == 0;
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
    struct record ***sorted = malloc((records->count + 1) * sizeof *sorted);
    size_t first = 0;

    if (!sorted)
        return false;
    for (size_t i = 0; i < records->count; i++)
        sorted[i] = &records->all[i];
    qsort(sorted, records->count, sizeof *sorted, compare_places);
    for (size_t i = 1; i < records->count; i++) {
        if (!is_same(sorted[first], sorted[i])) {
            first = i;
            continue;
        }
        free(*sorted[i]);
        *sorted[i] = NULL;
    }
    free(sorted);
    close_gaps(records);
    return true;
}

bool rrset_even_ttls(struct records *records)
{
    struct record **sorted = malloc((records->count + 1) * sizeof *sorted);

    if (!sorted)
        return false;
    if (records->count > 0)
        memcpy(sorted, records->all, records->count * sizeof *sorted);
    qsort(sorted, records->count, sizeof *sorted, compare);
    for (size_t i = 0, size; i < records->count; i += size) {
        size = set_size(sorted, i, records->count);
        even(sorted + i, size);
    }
    free(sorted);
    return true;
}
