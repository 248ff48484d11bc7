#include "serve/keeping.h"

#include "base/clock.h"

enum {
    FAILURE_STAY = 1,    /* seconds */
    FAILURE_FLAG = 0x80, /* beside a question's flags: what is kept is its failure */
};

int keeping_init(struct keeping *keeping, const struct cache_config *config)
{
    keeping->is_for_long = config->bytes > 0;
    return cache_init(&keeping->cache, config);
}

void keeping_free(struct keeping *keeping)
{
    cache_free(&keeping->cache);
}

/* Beside what was known before, which may be of use yet. */
static struct question failure_of(const struct question *question)
{
    struct question failure = *question;

    failure.flags |= FAILURE_FLAG;
    return failure;
}

static void keep_failure(struct keeping *keeping, const struct question *question,
                         const struct answer *answer)
{
    struct question failure = failure_of(question);

    if (answer->ede != EDE_NOT_READY)
        cache_put_for(&keeping->cache, &failure, answer, clock_ms(), FAILURE_STAY);
}

void keeping_put(struct keeping *keeping, const struct question *question,
                 const struct answer *answer, uint32_t moment)
{
    if (answer->rcode == RCODE_SERVFAIL)
        keep_failure(keeping, question, answer);
    else
        cache_put(&keeping->cache, question, answer, clock_ms(),
                  keeping->is_for_long ? UINT32_MAX : moment);
}

bool keeping_get_failure(struct keeping *keeping, const struct question *question,
                         int64_t now, struct cached *cached)
{
    struct question failure = failure_of(question);

    return cache_get(&keeping->cache, &failure, now, cached);
}
