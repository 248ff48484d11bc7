/*
 * Answers kept for who asks next, for as long as their TTLs say and the operator lets. The
 * key is the folded question with DO and CD. Bounded in octets: see base/store for what
 * leaves when the room is full.
 */
#ifndef SERVE_CACHE_H
#define SERVE_CACHE_H

#include "base/store.h"
#include "dns/answer.h"

struct cache_config {
    size_t bytes;              /* for everything; 0: only for moments, see serve/flights */
    uint32_t min_ttl, max_ttl; /* seconds that an answer is kept, at least and at most */
    uint32_t stale;            /* seconds that cache_get_stale has it after its end */
};

struct cache {
    struct cache_config config;
    struct store *store;
};

/* What was kept for a question, while the cache does not change. */
struct cached {
    struct answer answer; /* its records are borrowed */
    uint32_t age;         /* seconds since it was put */
    bool is_due;          /* popular and about to end: it should be asked for again */
};

/* A good answer as it is kept, for the shortest way from question to reply. */
struct cached_view {
    const uint8_t *records; /* in wire form, one section after another */
    size_t len;
    const uint16_t *count; /* of each section */
    uint8_t rcode;
    bool is_authentic;
    uint32_t age;
    bool is_due;
};

/* 0, or -1 with errno. */
int cache_init(struct cache *, const struct cache_config *);
void cache_free(struct cache *);
void cache_clear(struct cache *);
/* Forgets all there is about a folded name, of every type. */
void cache_forget(struct cache *, const uint8_t *name, size_t len);

/*
 * Keeps a copy of the answer to a folded question at the time `now` (clock_ms()), in place
 * of an older one, for its TTL within the configured limits, but for at most `longest`
 * seconds; nothing if that is 0 or it is too large.
 */
void cache_put(struct cache *, const struct question *, const struct answer *, int64_t now,
               uint32_t longest);
/* The same for `stay` seconds, for what has no TTL. */
void cache_put_for(struct cache *, const struct question *, const struct answer *,
                   int64_t now, uint32_t stay);

/* True if there is an answer still fresh at `now`. It says that it is due only once. */
bool cache_get(struct cache *, const struct question *, int64_t now, struct cached *);
/* The RCODE of an answer still fresh at `now`; -1 if there is none. */
int cache_rcode(struct cache *, const struct question *, int64_t now);
/*
 * True if there is an answer that has ended, but not longer ago than the configured time,
 * and that says what the name has (RFC 8767: a denial is not repeated).
 */
bool cache_get_stale(struct cache *, const struct question *, int64_t now, struct answer *);
/* The same as cache_get without copying; false also for an answer with a reason to tell
 * (RFC 8914). */
bool cache_view(struct cache *, const struct question *, int64_t now, struct cached_view *);

#endif
