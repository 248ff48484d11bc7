#include "lookup/addrinfo.h"

#include <netinet/in.h>
#include <string.h>
#include <xxhash.h>

static const struct sockaddr_in6 *ip6_of(const struct addrinfo *info)
{
    return (const struct sockaddr_in6 *)(const void *)info->ai_addr;
}

/* The hosts file may have such addresses. */
static bool is_mapped(const struct addrinfo *info)
{
    return info->ai_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&ip6_of(info)->sin6_addr);
}

static int true_family(const struct addrinfo *info)
{
    return is_mapped(info) ? AF_INET : info->ai_family;
}

static bool has_scope(const struct addrinfo *info)
{
    return info->ai_family == AF_INET6 && ip6_of(info)->sin6_scope_id != 0;
}

size_t addrinfo_size(int family)
{
    return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

static const void *address_of(const struct addrinfo *info)
{
    if (is_mapped(info))
        return ip6_of(info)->sin6_addr.s6_addr + 12;
    if (info->ai_family == AF_INET6)
        return &ip6_of(info)->sin6_addr;
    return &((const struct sockaddr_in *)(const void *)info->ai_addr)->sin_addr;
}

/* True if the list has this address of the family before it comes to `end`. */
static bool has_address(const struct addrinfo *list, const struct addrinfo *end, int family,
                        const void *address)
{
    for (; list != end; list = list->ai_next)
        if (true_family(list) == family && !has_scope(list) &&
            memcmp(address_of(list), address, addrinfo_size(family)) == 0)
            return true;
    return false;
}

struct addrinfo_walk addrinfo_walk(const struct addrinfo *list, int family)
{
    return (struct addrinfo_walk){.list = list, .next = list, .family = family};
}

/* True if the address has not come before. A hash that has not come before proves that,
 * which a name with thousands of addresses needs. */
static bool is_new(struct addrinfo_walk *walk, const struct addrinfo *info)
{
    const void *address = address_of(info);
    uint64_t hash = XXH3_64bits(address, addrinfo_size(walk->family));

    return (!hash_set_has(&walk->seen, hash) && hash_set_add(&walk->seen, hash)) ||
           !has_address(walk->list, info, walk->family, address);
}

const void *addrinfo_walk_next(struct addrinfo_walk *walk)
{
    const struct addrinfo *info;

    while ((info = walk->next)) {
        walk->next = info->ai_next;
        if (true_family(info) == walk->family && !has_scope(info) && is_new(walk, info))
            return address_of(info);
    }
    addrinfo_walk_end(walk);
    return NULL;
}

void addrinfo_walk_end(struct addrinfo_walk *walk)
{
    walk->next = NULL;
    hash_set_clear(&walk->seen);
}

bool addrinfo_has(const struct addrinfo *list, int family)
{
    for (; list; list = list->ai_next)
        if (true_family(list) == family && !has_scope(list))
            return true;
    return false;
}

static bool has_all_of(const struct addrinfo *list, const struct addrinfo *other,
                       int family)
{
    struct addrinfo_walk walk = addrinfo_walk(other, family);
    const void *address;

    while ((address = addrinfo_walk_next(&walk)))
        if (!has_address(list, NULL, family, address)) {
            addrinfo_walk_end(&walk);
            return false;
        }
    return true;
}

bool addrinfo_same(const struct addrinfo *a, const struct addrinfo *b)
{
    return has_all_of(a, b, AF_INET) && has_all_of(b, a, AF_INET) &&
           has_all_of(a, b, AF_INET6) && has_all_of(b, a, AF_INET6);
}
