#include "web/figures.h"

#include "base/recent.h"

static void read_sums(struct figures_sums *sums)
{
    sums->questions = counters_sum(COUNT_QUESTIONS_UDP) + counters_sum(COUNT_QUESTIONS_TCP);
    sums->cached = counters_sum(COUNT_CACHE_HITS);
    sums->shown = recent_newest();
    for (unsigned i = 0; i < FIGURES_BUCKETS; i++)
        sums->lookups[i] = counters_sum(COUNT_LOOKUP_US_125 + i);
}

void figures_init(struct figures *figures, int64_t now)
{
    *figures = (struct figures){.at = now};
    read_sums(&figures->sums);
}

static const uint64_t MOST_GROWN = INT64_MAX; /* what a double and an integer both hold */

/* A counter may be one behind another that was read before it. What no server can have done
 * was written by a process that was broken into. */
static uint64_t grown(uint64_t now, uint64_t before)
{
    return now > before && now - before <= MOST_GROWN ? now - before : 0;
}

/* The end of a bucket is twice that of the one before it. The last one has no end; it is
 * given that of a bucket. */
static double bucket_ms(unsigned i, double part)
{
    double end = COUNTERS_LEAST_TIME / 1e3 * (double)(1u << i),
           begin = i == 0 ? 0 : end / 2;

    return begin + part * (end - begin);
}

/* The time within which this share of the lookups were done, as if those of a bucket were
 * spread evenly over it. */
static double quantile(const uint64_t buckets[static FIGURES_BUCKETS], uint64_t sum,
                       double share)
{
    double wanted = share * (double)sum, below = 0;

    for (unsigned i = 0; i < FIGURES_BUCKETS; i++) {
        double here = (double)buckets[i];

        if (here > 0 && below + here >= wanted)
            return bucket_ms(i, (wanted - below) / here);
        below += here;
    }
    return -1;
}

static struct figures_point point_of(const struct figures_sums *before,
                                     const struct figures_sums *now, int64_t seconds)
{
    struct figures_point point;
    uint64_t lookups[FIGURES_BUCKETS], sum = 0;

    for (unsigned i = 0; i < FIGURES_BUCKETS; i++)
        sum += lookups[i] = grown(now->lookups[i], before->lookups[i]);
    point.rate = (double)grown(now->questions, before->questions) / (double)seconds;
    point.cached_rate = (double)grown(now->cached, before->cached) / (double)seconds;
    point.median_ms = quantile(lookups, sum, 0.5);
    point.p99_ms = quantile(lookups, sum, 0.99);
    return point;
}

static void add(struct figures *figures, const struct figures_point *point)
{
    figures->points[figures->next] = *point;
    figures->next = (figures->next + 1) % FIGURES_POINTS;
    if (figures->count < FIGURES_POINTS)
        figures->count++;
}

/* If the process was stopped meanwhile, several seconds share what has happened in them. */
int64_t figures_sample(struct figures *figures, int64_t now)
{
    int64_t seconds = (now - figures->at) / FIGURES_STEP_MS;
    struct figures_sums sums;
    struct figures_point point;

    if (seconds > 0) {
        read_sums(&sums);
        point = point_of(&figures->sums, &sums, seconds);
        for (int64_t i = 0; i < seconds && i < FIGURES_POINTS; i++)
            add(figures, &point);
        figures->shown = grown(sums.shown, figures->sums.shown);
        figures->not_shown =
            grown(grown(sums.questions, figures->sums.questions), figures->shown);
        figures->sums = sums;
        figures->at += seconds * FIGURES_STEP_MS;
    }
    return figures->at + FIGURES_STEP_MS;
}

const struct figures_point *figures_at(const struct figures *figures, unsigned i)
{
    unsigned first = (figures->next + FIGURES_POINTS - figures->count) % FIGURES_POINTS;

    return &figures->points[(first + i) % FIGURES_POINTS];
}
