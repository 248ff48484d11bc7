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

/* An order in which the records of a set stand together; of owners any order will do. */
static int compare(const void *left, const void *right)
{
    const struct record *a = *(struct record *const *)left;
    const struct record *b = *(struct record *const *)right;
    const unsigned keys[][2] = {
        {a->type, b->type},
        {a->class, b->class},
        {rrset_type_covered(a), rrset_type_covered(b)},
        {(unsigned)a->owner_len, (unsigned)b->owner_len},
    };
    uint8_t owner_a[NAME_WIRE_MAX], owner_b[NAME_WIRE_MAX];

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    name_fold(owner_a, a->owner, a->owner_len);
    name_fold(owner_b, b->owner, b->owner_len);
    return memcmp(owner_a, owner_b, a->owner_len);
}

/* Records from `start` on that are of one set. */
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

bool rrset_even_ttls(struct record **records, size_t count)
{
    struct record **sorted = malloc((count + 1) * sizeof *sorted);

    if (!sorted)
        return false;
    memcpy(sorted, records, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 0, size; i < count; i += size) {
        size = set_size(sorted, i, count);
        even(sorted + i, size);
    }
    free(sorted);
    return true;
}
