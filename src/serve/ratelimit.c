#include "serve/ratelimit.h"

#include <string.h>
#include <xxhash.h>

static size_t bucket_of(const struct ratelimit *limit, const struct addr *addr)
{
    size_t len;
    const void *client = addr_client(addr, &len);

    return XXH3_64bits_withSeed(client, len, limit->seed) % RATELIMIT_SOURCES;
}

bool ratelimit_allows(struct ratelimit *limit, const struct addr *addr, int64_t now_ms)
{
    int64_t second = now_ms / 1000;
    uint8_t *count = &limit->count[bucket_of(limit, addr)];

    if (addr_is_loopback(addr))
        return true;
    if (second != limit->second)
        memset(limit->count, 0, sizeof limit->count);
    limit->second = second;
    if (*count >= RATELIMIT_A_SECOND)
        return false;
    ++*count;
    return true;
}
