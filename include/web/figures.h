/*
 * How the figures have changed in the last ten minutes: a point for each second, in memory
 * of a fixed size, made from what the counters say.
 */
#pragma once

#include <stdint.h>

#include "base/counters.h"

enum {
    FIGURES_POINTS = 600,
    FIGURES_STEP_MS = 1000,
    FIGURES_BUCKETS = COUNTERS_TIMES,
};

struct figures_point {
    double rate;        /* questions answered in a second */
    double cached_rate; /* of these, from the cache */
    /* How long lookups took, in milliseconds: half of them, and 99 in 100, took no longer.
     * Estimated from the counters' buckets; negative if no lookup was done. */
    double median_ms, p99_ms;
};

/* Sums of the counters at one moment. */
struct figures_sums {
    uint64_t questions, cached, shown;
    uint64_t lookups[FIGURES_BUCKETS];
};

struct figures {
    struct figures_point points[FIGURES_POINTS];
    unsigned next, count; /* of the ring */
    int64_t at;           /* clock_ms() of the last point */
    struct figures_sums sums;
    /* Questions between the last two samples that base/recent has, and that it has not. */
    uint64_t shown, not_shown;
};

void figures_init(struct figures *, int64_t now);

/* Adds a point for each whole second that has passed. Returns when the next is due. */
int64_t figures_sample(struct figures *, int64_t now);

/* The i-th point, the oldest first; there are `count`. */
const struct figures_point *figures_at(const struct figures *, unsigned i);
