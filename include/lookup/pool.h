/*
 * The threads of the lookup process.
 *
 * Each takes a question from the channel, does the part of the lookup that asks no name
 * server, and then, if it must, the part that does. There is always one thread waiting for
 * the next question until the limit is reached. An eighth of the limit is kept free of
 * network lookups, so that names the host itself knows are answered however many others
 * hang; network lookups beyond the rest are parked until one ends.
 */
#ifndef LOOKUP_POOL_H
#define LOOKUP_POOL_H

#include <pthread.h>

#include "base/list.h"
#include "lookup/lookup.h"

typedef bool pool_local(const struct lookup_config *, const struct question *,
                        struct answer *);
typedef void pool_network(const struct lookup_config *, const struct question *,
                          struct answer *);

struct pool {
    const struct lookup_config *config;
    int channel;
    pool_local *local;
    pool_network *network;
    pthread_mutex_t lock; /* of what follows */
    unsigned threads, waiting, on_network;
    struct list parked;
    unsigned parked_count;
};

/*
 * Starts with one thread; the pool and its config stay for the process's life. `channel` is
 * the blocking end that questions come from. 0, or -1 with errno.
 */
int pool_start(struct pool *, const struct lookup_config *, int channel);

/* The same with other functions to look names up. */
int pool_start_with(struct pool *, const struct lookup_config *, int channel, pool_local *,
                    pool_network *);

#endif
