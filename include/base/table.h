/*
 * Hash table whose links live in the objects themselves. The keys come from strangers, so
 * each table has a hash of its own, keyed at random: nobody can choose names that all fall
 * into one bucket.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_link {
    struct table_link *next;
    uint64_t hash;
};

/* True if the object behind `link` has this key; hashes are already equal. */
typedef bool table_equal(struct table_link *link, const void *key);

struct table {
    struct table_link **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    uint64_t seed;
    table_equal *equal;
};

/* 0, or -1 when memory is short. */
int table_init(struct table *, table_equal *);
/* Frees the buckets; the objects are the caller's. */
void table_free(struct table *);

uint64_t table_hash(const struct table *, const void *bytes, size_t count);

/* The link of the object with this key, or NULL. */
struct table_link *table_find(const struct table *, uint64_t hash, const void *key);

/* The key must not be in the table yet. This never fails; when memory is short, the table
 * only gets slower. */
void table_add(struct table *, uint64_t hash, struct table_link *);
void table_remove(struct table *, struct table_link *);

#define table_item(link, type, member)                                                     \
    ((type *)(void *)((char *)(link)-offsetof(type, member)))
