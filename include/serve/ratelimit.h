/*
 * How many replies to malformed requests one source gets in a second. Two servers that
 * answered each other's errors would never stop; with a forged source address they could be
 * set upon each other. Who is on loopback is not limited.
 */
#ifndef SERVE_RATELIMIT_H
#define SERVE_RATELIMIT_H

#include "net/addr.h"

enum {
    RATELIMIT_A_SECOND = 50,
    RATELIMIT_SOURCES = 1024, /* told apart; beyond that some share their number */
};

struct ratelimit {
    uint64_t seed;
    int64_t second;
    uint8_t count[RATELIMIT_SOURCES]; /* in this second */
};

/* Zeroed, it is ready; a random `seed` keeps strangers from choosing whom to share with. */
bool ratelimit_allows(struct ratelimit *, const struct addr *, int64_t now_ms);

#endif
