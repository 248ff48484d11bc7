/*
 * A bounded store of values by key: it never takes more memory than it was given, whatever
 * is put into it, and takes none before it is used.
 *
 * Values stand one after another in two rings of memory. A new value goes into the small
 * ring. When it leaves that, it moves to the main ring if it was found in the meantime or
 * if there is free room; otherwise it is evicted. In the main ring, values that were found
 * go round again (S3-FIFO, Yang et al. 2023, without its list of ghosts). So keys that are
 * asked for once pass through the small ring, and evict nothing that is in use.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { STORE_BYTES_MIN = 256 << 10 };

struct store_state {
    size_t entries;
    uint64_t evictions;
};

/* The store takes up to `bytes`, or STORE_BYTES_MIN if that is more. NULL with errno. */
struct store *store_new(size_t bytes);
/* Accepts NULL. */
void store_free(struct store *);

/* A keyed hash of the key, for the functions below. */
uint64_t store_hash(const struct store *, const void *key, size_t key_len);

/* The value of the key, aligned for anything, and its length; NULL if there is none. It may
 * be changed in place, and stays there until the next store_put(). */
void *store_find(struct store *, uint64_t hash, const void *key, size_t key_len,
                 size_t *len);

/* Room for a value of `len` octets, which the caller fills and which replaces an older one.
 * NULL if it is too large for this store: then the key has no value. */
void *store_put(struct store *, uint64_t hash, const void *key, size_t key_len, size_t len);

/* Forgets the key's value, if there is one. */
void store_remove(struct store *, uint64_t hash, const void *key, size_t key_len);
/* Forgets all values whose keys match; asks for every key. */
void store_remove_if(struct store *,
                     bool (*matches)(const void *context, const void *key, size_t key_len),
                     const void *context);
void store_clear(struct store *);

struct store_state store_state(const struct store *);
