/*
 * Answers that came after everybody had stopped waiting, or that nobody had asked for yet,
 * kept for a while so that the next to ask gets them. Bounded in octets; the oldest go
 * first.
 */
#ifndef SERVE_CACHE_H
#define SERVE_CACHE_H

#include "base/list.h"
#include "base/table.h"
#include "dns/answer.h"

struct cache {
    struct table entries;
    struct list by_age; /* oldest first */
    size_t bytes, max_bytes;
};

/* 0, or -1 when memory is short. */
int cache_init(struct cache *, size_t max_bytes);
void cache_free(struct cache *);

/*
 * Keeps a copy of the answer to a folded question at the time `now`, in place of an older
 * one, for its TTL but at most `longest` seconds; nothing if its TTL is 0 or it is too
 * large.
 */
void cache_put(struct cache *, const struct question *, const struct answer *, int64_t now,
               uint32_t longest);
/* The same for `stay` seconds, for what has no TTL. */
void cache_put_for(struct cache *, const struct question *, const struct answer *,
                   int64_t now, uint32_t stay);

/*
 * True if there is an answer still fresh at `now`; its records are borrowed until the cache
 * changes. `age` is set to the seconds since it was put.
 */
bool cache_get(struct cache *, const struct question *, int64_t now, struct answer *,
               uint32_t *age);

#endif
