#include "lookup/addrinfo.h"

#include <netinet/in.h>
#include <string.h>

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

const void *addrinfo_address(const struct addrinfo *info)
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
            memcmp(addrinfo_address(list), address, addrinfo_size(family)) == 0)
            return true;
    return false;
}

/* An address that several lines of the hosts file have comes several times, but a record
 * set has it once (RFC 2181 section 5). */
static const struct addrinfo *first_from(const struct addrinfo *list,
                                         const struct addrinfo *info, int family)
{
    while (info && (true_family(info) != family || has_scope(info) ||
                    has_address(list, info, family, addrinfo_address(info))))
        info = info->ai_next;
    return info;
}

const struct addrinfo *addrinfo_first(const struct addrinfo *list, int family)
{
    return first_from(list, list, family);
}

const struct addrinfo *addrinfo_next(const struct addrinfo *list,
                                     const struct addrinfo *info, int family)
{
    return first_from(list, info->ai_next, family);
}

static bool has_all_of(const struct addrinfo *list, const struct addrinfo *other,
                       int family)
{
    for (const struct addrinfo *info = addrinfo_first(other, family); info;
         info = addrinfo_next(other, info, family))
        if (!has_address(list, NULL, family, addrinfo_address(info)))
            return false;
    return true;
}

bool addrinfo_same(const struct addrinfo *a, const struct addrinfo *b)
{
    return has_all_of(a, b, AF_INET) && has_all_of(b, a, AF_INET) &&
           has_all_of(a, b, AF_INET6) && has_all_of(b, a, AF_INET6);
}
