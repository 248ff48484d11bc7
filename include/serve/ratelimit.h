/*
 * Limits how many errors one client gets in a second. Two servers that answered each
 * other's errors would never stop, and a forged source address could set them upon each
 * other. Clients on loopback are not limited.
 */
#pragma once

#include "net/addr.h"

enum {
    RATELIMIT_A_SECOND = 50,
    RATELIMIT_SOURCES = 1024, /* counters; clients whose hashes meet share one */
};

struct ratelimit {
    uint64_t seed;
    int64_t second;
    uint8_t count[RATELIMIT_SOURCES]; /* errors in this second */
};

/* True if the client may get one more. A zeroed struct is ready; a random `seed` keeps
 * strangers from choosing with whom they share a counter. */
bool ratelimit_allows(struct ratelimit *, const struct addr *, int64_t now_ms);
