#include "base/table.h"

#include <stdlib.h>
#include <sys/random.h>
#include <xxhash.h>

enum { FIRST_BUCKETS = 64 };

int table_init(struct table *table, table_equal *equal)
{
    *table = (struct table){.bucket_count = FIRST_BUCKETS, .equal = equal};
    if (getrandom(&table->seed, sizeof table->seed, 0) != sizeof table->seed)
        return -1;
    table->buckets = calloc(table->bucket_count, sizeof(struct table_link *));
    return table->buckets ? 0 : -1;
}

void table_free(struct table *table)
{
    free(table->buckets);
    *table = (struct table){0};
}

uint64_t table_hash(const struct table *table, const void *bytes, size_t count)
{
    return XXH3_64bits_withSeed(bytes, count, table->seed);
}

static struct table_link **bucket_of(const struct table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->bucket_count - 1)];
}

struct table_link *table_find(const struct table *table, uint64_t hash, const void *key)
{
    struct table_link *link = *bucket_of(table, hash);

    while (link && !(link->hash == hash && table->equal(link, key)))
        link = link->next;
    return link;
}

static void insert(struct table *table, struct table_link *link)
{
    struct table_link **bucket = bucket_of(table, link->hash);

    link->next = *bucket;
    *bucket = link;
}

static void grow(struct table *table)
{
    struct table_link **old = table->buckets;
    size_t old_count = table->bucket_count;
    struct table_link **larger = calloc(old_count * 2, sizeof *larger);

    if (!larger)
        return;
    table->buckets = larger;
    table->bucket_count = old_count * 2;
    for (size_t i = 0; i < old_count; i++) {
        for (struct table_link *link = old[i], *next; link; link = next) {
            next = link->next;
            insert(table, link);
        }
    }
    free(old);
}

void table_add(struct table *table, uint64_t hash, struct table_link *link)
{
    if (table->count >= table->bucket_count)
        grow(table);
    link->hash = hash;
    insert(table, link);
    table->count++;
}

void table_remove(struct table *table, struct table_link *link)
{
    struct table_link **at = bucket_of(table, link->hash);

    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    table->count--;
}
