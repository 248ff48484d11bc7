/*
 * A bounded store of values by key: it never takes more memory than it was given, whatever
 * is put into it, and takes none before it is used.
 *
 * Values live one after another in two rings of memory. A new one goes into the small ring;
 * when it leaves that, it moves to the main ring if it was asked for meanwhile, or while
 * there is free room, and is forgotten otherwise. In the main ring those that were asked
 * for go round again (S3-FIFO, Yang et al. 2023, without its list of ghosts). So a scan of
 * keys asked for once passes through the small ring and drives out nothing that is in use.
 */
#ifndef BASE_STORE_H
#define BASE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum { STORE_BYTES_MIN = 256 << 10, STORE_KEY_MAX = 1024 };

struct store_state {
    size_t entries;
    uint64_t evictions; /* entries that had to leave for others */
};

/* `bytes`, at least STORE_BYTES_MIN, is the limit for everything. NULL with errno. */
struct store *store_new(size_t bytes);
/* Accepts NULL. */
void store_free(struct store *);

/* A keyed hash of the key, for store_find and store_put. */
uint64_t store_hash(const struct store *, const void *key, size_t key_len);

/*
 * The value of the key, aligned for anything, and its length; NULL if there is none. It may
 * be changed in place. It stays where it is until the next store_put.
 */
void *store_find(struct store *, uint64_t hash, const void *key, size_t key_len,
                 size_t *len);

/*
 * Room for a value of `len` octets under the key, in place of an older one, for the caller
 * to fill. NULL if it is too large for this store: then the key has no value.
 */
void *store_put(struct store *, uint64_t hash, const void *key, size_t key_len, size_t len);

/* Forgets the key's value, if there is one. */
void store_remove(struct store *, uint64_t hash, const void *key, size_t key_len);
/* Forgets all whose key the function says true of. Looks at every one. */
void store_remove_if(struct store *,
                     bool (*matches)(const void *context, const void *key, size_t key_len),
                     const void *context);
void store_clear(struct store *);

struct store_state store_state(const struct store *);

#endif
