/*
 * What is kept of answers, and for how long: for their TTL, if there is a cache; without
 * one for moments only, for who asks again at once. A failure is kept for a second beside
 * what was known before, so that who repeats his question does not repeat the work (RFC
 * 9520 section 3.2).
 */
#ifndef SERVE_KEEPING_H
#define SERVE_KEEPING_H

#include "serve/cache.h"

struct keeping {
    struct cache cache;
    bool is_for_long; /* there is a cache, not only for moments */
};

/* 0, or -1 with errno. */
int keeping_init(struct keeping *, const struct cache_config *);
void keeping_free(struct keeping *);

/* Keeps the answer to a folded question; without a cache for `moment` seconds at most. What
 * only says that we cannot is not kept: that may be over at once. */
void keeping_put(struct keeping *, const struct question *, const struct answer *,
                 uint32_t moment);

/* True if the folded question has failed just now, and how. */
bool keeping_get_failure(struct keeping *, const struct question *, int64_t now,
                         struct cached *);

#endif
