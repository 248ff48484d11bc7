#include "serve/ratelimit.h"

#include <string.h>
#include <xxhash.h>

enum { NETWORK_OCTETS = 8 }; /* whoever has one IPv6 address mostly has 2^64 */

static size_t bucket_of(const struct ratelimit *limit, const struct addr *addr)
{
    const struct in6_addr *ip6 = &addr->sock.ip6.sin6_addr;
    uint64_t hash = addr->sock.any.sa_family == AF_INET6
                        ? XXH3_64bits_withSeed(ip6, NETWORK_OCTETS, limit->seed)
                        : XXH3_64bits_withSeed(&addr->sock.ip4.sin_addr,
                                               sizeof(struct in_addr), limit->seed);

    return hash % RATELIMIT_SOURCES;
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
