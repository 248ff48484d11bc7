#include "net/prefix.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* The octets of the address, and how many bits they have. */
static const uint8_t *octets_of(const struct addr *addr, unsigned *bits)
{
    const struct in6_addr *ip6 = &addr->sock.ip6.sin6_addr;

    *bits = 32;
    if (addr->sock.any.sa_family == AF_INET)
        return (const uint8_t *)&addr->sock.ip4.sin_addr;
    if (IN6_IS_ADDR_V4MAPPED(ip6))
        return ip6->s6_addr + 12;
    *bits = 128;
    return ip6->s6_addr;
}

static bool parse_bits(const char *text, unsigned most, unsigned *bits)
{
    char *end;
    unsigned long number;

    if (*text < '0' || *text > '9')
        return false;
    number = strtoul(text, &end, 10);
    *bits = (unsigned)number;
    return *end == '\0' && number <= most;
}

/* True if the first `bits` bits are the same. */
static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    return memcmp(a, b, whole) == 0 &&
           (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static bool ends_in_zeros(const uint8_t *octets, unsigned from, unsigned bits)
{
    for (unsigned i = from; i < bits; i++)
        if (octets[i / 8] & 0x80 >> i % 8)
            return false;
    return true;
}

bool prefix_parse(struct prefix *prefix, const char *text)
{
    const char *slash = strchr(text, '/');
    char address[INET6_ADDRSTRLEN];
    const uint8_t *octets;
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    unsigned most;

    if (len >= sizeof address)
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    if (strpbrk(address, "[%") || !addr_parse(&prefix->addr, address, 0) ||
        addr_port(&prefix->addr) != 0)
        return false;
    octets = octets_of(&prefix->addr, &most);
    prefix->bits = most;
    return (!slash || parse_bits(slash + 1, most, &prefix->bits)) &&
           ends_in_zeros(octets, prefix->bits, most);
}

bool prefix_has(const struct prefix *prefix, const struct addr *addr)
{
    unsigned bits, prefix_bits;
    const uint8_t *octets = octets_of(addr, &bits);
    const uint8_t *start = octets_of(&prefix->addr, &prefix_bits);

    return bits == prefix_bits && same_bits(octets, start, prefix->bits);
}
