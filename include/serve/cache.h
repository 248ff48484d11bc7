/*
 * The cache: answers by their folded question, with DO and CD, for as long as their TTLs
 * and the operator allow. It takes a fixed number of octets; base/store tells what is
 * evicted when they are full.
 *
 * A denial of a name ends when an answer shows the name or one below it (serve/denials), or
 * when the host has a name below it (serve/ents). A denial without an SOA record, which
 * would say how long it may be kept, is not kept (RFC 2308 section 5).
 *
 * A failure is kept beside the answer that was known before: for a second, so that asking
 * again does not repeat the work (RFC 9520 section 3.2), or for CACHE_RECHECK_S seconds if
 * that answer may be given though it has ended (serve/flights).
 */
#pragma once

#include "dns/answer.h"
#include "dns/plain.h"

enum { CACHE_RECHECK_S = 30 }; /* the failure recheck timer of RFC 8767 section 5 */

struct cache_config {
    unsigned bytes;   /* for everything; 0: see cache_put */
    unsigned min_ttl; /* seconds that an answer is kept at least */
    unsigned max_ttl; /* seconds that an answer is kept at most */
    unsigned stale;   /* seconds that cache_get_stale has it after its end */
};

struct cache;

/* What was kept for a question, while the cache does not change. */
struct cached {
    struct answer answer; /* its records are borrowed */
    uint32_t age;         /* seconds since it was put */
    bool is_due;          /* popular and about to end: to be looked up again */
};

/* A good answer as it is kept, for the fast path. */
struct cached_view {
    struct plain_answer answer; /* borrowed */
    bool is_due;
};

/* NULL with errno. */
struct cache *cache_new(const struct cache_config *);
/* Accepts NULL. */
void cache_free(struct cache *);

/* The host may have changed: forgets everything. Returns how many answers there were. */
size_t cache_clear(struct cache *);
/* Does the same for all types of a folded name. */
size_t cache_forget(struct cache *, struct name);

/*
 * Corrects a new answer to the folded question by what is known of other names: the name is
 * not denied if the host has names below it.
 */
void cache_correct(struct cache *, const struct question *, struct answer *, int64_t now);

/*
 * Keeps a copy of the answer to the folded question at the time `now` (clock_ms()), in
 * place of an older one. Without octets for a cache it is kept for `uncached_ttl` seconds
 * at most. A failure that is our own (EDE_NOT_READY) is not kept, since it may be over at
 * once.
 */
void cache_put(struct cache *, const struct question *, const struct answer *, int64_t now,
               uint32_t uncached_ttl);

/* True if there is an answer still fresh at `now`. It is called due only once. */
bool cache_get(struct cache *, const struct question *, int64_t now, struct cached *);
/* Does the same without copying; false if the answer has a reason to tell (RFC 8914). */
bool cache_view(struct cache *, const struct question *, int64_t now, struct cached_view *);
/* NOERROR or NXDOMAIN, if a question for the name's addresses with the same flags has told
 * whether it exists; otherwise -1. */
int cache_name_rcode(struct cache *, const struct question *, int64_t now);

/* True if looking up the question has failed within the last second, and how. */
bool cache_get_failure(struct cache *, const struct question *, int64_t now,
                       struct cached *);
/* True if it has failed so lately that a stale answer is better than another attempt. */
bool cache_has_failed(struct cache *, const struct question *, int64_t now);

/* True if the operator wants stale answers. */
bool cache_has_stale(const struct cache *);
/*
 * True if there is an answer with records of the type that ended no longer ago than the
 * configured time (RFC 8767: a denial is not repeated).
 */
bool cache_get_stale(struct cache *, const struct question *, int64_t now, struct cached *);
