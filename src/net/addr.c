#include "net/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool parse_port(const char *text, uint16_t *port)
{
    unsigned long number = 0;

    if (*text == '\0' || strlen(text) > 5)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        number = number * 10 + (unsigned long)(*text - '0');
    }
    *port = (uint16_t)number;
    return number <= UINT16_MAX;
}

static bool parse_ip(struct addr *addr, const char *text, uint16_t port, bool bracketed)
{
    *addr = (struct addr){0};
    if (!bracketed && inet_pton(AF_INET, text, &addr->sock.ip4.sin_addr) == 1) {
        addr->sock.ip4.sin_family = AF_INET;
        addr->len = sizeof addr->sock.ip4;
    } else if (inet_pton(AF_INET6, text, &addr->sock.ip6.sin6_addr) == 1) {
        addr->sock.ip6.sin6_family = AF_INET6;
        addr->len = sizeof addr->sock.ip6;
    } else {
        return false;
    }
    addr_set_port(addr, port);
    return true;
}

bool addr_parse(struct addr *addr, const char *text, uint16_t port)
{
    char ip[INET6_ADDRSTRLEN];
    const char *end, *rest;
    bool bracketed = *text == '[';

    if (parse_ip(addr, text, port, false))
        return true;
    if (bracketed) {
        end = strchr(++text, ']');
        rest = end ? end + 1 : NULL;
    } else {
        end = rest = strchr(text, ':');
    }
    if (!end || (size_t)(end - text) >= sizeof ip)
        return false;
    memcpy(ip, text, (size_t)(end - text));
    ip[end - text] = '\0';
    if (*rest != '\0' && (*rest != ':' || !parse_port(rest + 1, &port)))
        return false;
    return parse_ip(addr, ip, port, bracketed);
}

const char *addr_format(const struct addr *addr, char text[static ADDR_TEXT])
{
    char ip[INET6_ADDRSTRLEN];

    if (addr->sock.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &addr->sock.ip6.sin6_addr, ip, sizeof ip);
        snprintf(text, ADDR_TEXT, "[%s]:%u", ip, addr_port(addr));
    } else {
        inet_ntop(AF_INET, &addr->sock.ip4.sin_addr, ip, sizeof ip);
        snprintf(text, ADDR_TEXT, "%s:%u", ip, addr_port(addr));
    }
    return text;
}

uint16_t addr_port(const struct addr *addr)
{
    return ntohs(addr->sock.any.sa_family == AF_INET6 ? addr->sock.ip6.sin6_port
                                                      : addr->sock.ip4.sin_port);
}

void addr_set_port(struct addr *addr, uint16_t port)
{
    if (addr->sock.any.sa_family == AF_INET6)
        addr->sock.ip6.sin6_port = htons(port);
    else
        addr->sock.ip4.sin_port = htons(port);
}

bool addr_is_loopback(const struct addr *addr)
{
    if (addr->sock.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&addr->sock.ip6.sin6_addr);
    return ntohl(addr->sock.ip4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool addr_is_wildcard(const struct addr *addr)
{
    if (addr->sock.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&addr->sock.ip6.sin6_addr);
    return addr->sock.ip4.sin_addr.s_addr == htonl(INADDR_ANY);
}

bool addr_is_here(const struct addr *addr)
{
    struct addr any_port = *addr;
    int fd = socket(addr->sock.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool bound;

    addr_set_port(&any_port, 0);
    bound = fd != -1 && bind(fd, &any_port.sock.any, any_port.len) == 0;
    if (fd != -1)
        close(fd);
    return bound;
}

static bool same_ip6(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
    return IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr) &&
           (a->sin6_scope_id == b->sin6_scope_id || a->sin6_scope_id == 0 ||
            b->sin6_scope_id == 0);
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
    if (a->sock.any.sa_family != b->sock.any.sa_family || addr_port(a) != addr_port(b))
        return false;
    if (a->sock.any.sa_family == AF_INET6)
        return same_ip6(&a->sock.ip6, &b->sock.ip6);
    return a->sock.ip4.sin_addr.s_addr == b->sock.ip4.sin_addr.s_addr;
}
