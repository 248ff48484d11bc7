#include "lookup/pool.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "channel/channel.h"

enum {
    STACK_SIZE = 256 << 10, /* mDNS modules use 80 K, foreign ones are unknown */
    PARKED_MAX = 16384,
    PARKED_MS = 4400, /* by then the asker has been told that it takes too long */
};

struct job {
    struct list link;
    uint64_t id;
    struct question question;
    int64_t parked_at;
};

/* What one thread works with, too large for its stack. */
struct desk {
    uint8_t records[ANSWER_RECORDS_MAX];
    uint8_t message[MESSAGE_MAX];
};

static unsigned network_limit(const struct pool *pool)
{
    unsigned kept = pool->config->max_lookups / 8;

    return pool->config->max_lookups - (kept > 0 ? kept : 1);
}

static void send_answer(struct pool *pool, struct desk *desk, uint64_t id,
                        const struct answer *answer)
{
    size_t len = message_put_answer(id, answer, desk->message, sizeof desk->message);

    channel_send(pool->channel, desk->message, len, CHANNEL_BLOCK);
}

static void refuse(struct pool *pool, struct desk *desk, const struct job *job,
                   const char *reason)
{
    struct answer answer;

    answer_init(&answer, &job->question, desk->records, sizeof desk->records);
    answer_fail(&answer, RCODE_SERVFAIL, EDE_NOT_READY, "%s", reason);
    send_answer(pool, desk, job->id, &answer);
}

/* The first parked job that is (or is not) older than its asker waits; NULL if there is
 * none. */
static struct job *unpark(struct pool *pool, bool expired)
{
    struct job *job = list_first(&pool->parked, struct job, link);

    if (!job || (expired && clock_ms() - job->parked_at < PARKED_MS))
        return NULL;
    list_remove(&job->link);
    pool->parked_count--;
    return job;
}

/* Takes out what nobody waits for any more. */
static void refuse_expired(struct pool *pool, struct desk *desk)
{
    struct job *job;

    for (;;) {
        pthread_mutex_lock(&pool->lock);
        job = unpark(pool, true);
        pthread_mutex_unlock(&pool->lock);
        if (!job)
            return;
        refuse(pool, desk, job, "waited too long for a lookup thread");
        free(job);
    }
}

enum place { PLACE_TAKEN, PLACE_PARKED, PLACE_NONE };

/*
 * Takes one of the places on the network, or else parks a copy of the job. One lock is held
 * over both, or the last lookup could end in between and leave nobody to unpark the job.
 */
static enum place take_place(struct pool *pool, const struct job *job)
{
    struct job *copy = malloc(sizeof *copy);
    enum place place = PLACE_NONE;

    pthread_mutex_lock(&pool->lock);
    if (pool->on_network < network_limit(pool)) {
        pool->on_network++;
        place = PLACE_TAKEN;
    } else if (copy && pool->parked_count < PARKED_MAX) {
        *copy = *job;
        copy->parked_at = clock_ms();
        list_append(&pool->parked, &copy->link);
        pool->parked_count++;
        place = PLACE_PARKED;
    }
    pthread_mutex_unlock(&pool->lock);
    if (place != PLACE_PARKED)
        free(copy);
    return place;
}

/* The next job for this thread, or NULL after giving its place back. */
static struct job *next_parked(struct pool *pool, struct desk *desk)
{
    struct job *job;

    refuse_expired(pool, desk);
    pthread_mutex_lock(&pool->lock);
    job = unpark(pool, false);
    if (!job)
        pool->on_network--;
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void look_up_on_network(struct pool *pool, struct desk *desk, const struct job *job)
{
    struct answer answer;

    answer_init(&answer, &job->question, desk->records, sizeof desk->records);
    pool->network(pool->config, &job->question, &answer);
    send_answer(pool, desk, job->id, &answer);
}

static void use_network(struct pool *pool, struct desk *desk, const struct job *job)
{
    struct job *parked;

    refuse_expired(pool, desk);
    switch (take_place(pool, job)) {
    case PLACE_NONE:
        refuse(pool, desk, job, "too many lookups are waiting");
        return;
    case PLACE_PARKED:
        return;
    case PLACE_TAKEN:
        break;
    }
    look_up_on_network(pool, desk, job);
    while ((parked = next_parked(pool, desk))) {
        look_up_on_network(pool, desk, parked);
        free(parked);
    }
}

static void look_up(struct pool *pool, struct desk *desk, const struct job *job)
{
    struct answer answer;

    answer_init(&answer, &job->question, desk->records, sizeof desk->records);
    if (pool->local(pool->config, &job->question, &answer))
        send_answer(pool, desk, job->id, &answer);
    else
        use_network(pool, desk, job);
}

static int add_thread(struct pool *pool);

/* Called with a question in hand: somebody else must wait for the next one. */
static void leave_waiting(struct pool *pool)
{
    bool needed;

    pthread_mutex_lock(&pool->lock);
    pool->waiting--;
    needed = pool->waiting == 0 && pool->threads < pool->config->max_lookups;
    if (needed) {
        pool->threads++;
        pool->waiting++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (needed && add_thread(pool) == -1) {
        log_warning("no further lookup thread: %m");
        pthread_mutex_lock(&pool->lock);
        pool->threads--;
        pool->waiting--;
        pthread_mutex_unlock(&pool->lock);
    }
}

static void enter_waiting(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->waiting++;
    pthread_mutex_unlock(&pool->lock);
}

/* Who starts a thread has counted it as waiting already. */
static void *work(void *context)
{
    struct pool *pool = context;
    struct desk *desk = malloc(sizeof *desk);
    struct job job;
    size_t len;

    while (desk && channel_receive(pool->channel, desk->message, sizeof desk->message, &len,
                                   CHANNEL_BLOCK) == CHANNEL_DONE) {
        leave_waiting(pool);
        if (message_get_question(desk->message, len, &job.id, &job.question))
            look_up(pool, desk, &job);
        enter_waiting(pool);
    }
    pthread_mutex_lock(&pool->lock);
    pool->threads--;
    pool->waiting--;
    pthread_mutex_unlock(&pool->lock);
    free(desk);
    return NULL;
}

static int add_thread(struct pool *pool)
{
    pthread_attr_t attr;
    pthread_t thread;
    int error;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    error = pthread_create(&thread, &attr, work, pool);
    pthread_attr_destroy(&attr);
    errno = error;
    return error ? -1 : 0;
}

int pool_start_with(struct pool *pool, const struct lookup_config *config, int channel,
                    pool_local *local, pool_network *network)
{
    *pool = (struct pool){
        .config = config,
        .channel = channel,
        .local = local,
        .network = network,
        .threads = 1,
        .waiting = 1,
    };
    pthread_mutex_init(&pool->lock, NULL);
    list_init(&pool->parked);
    return add_thread(pool);
}

int pool_start(struct pool *pool, const struct lookup_config *config, int channel)
{
    return pool_start_with(pool, config, channel, lookup_local, lookup_network);
}
