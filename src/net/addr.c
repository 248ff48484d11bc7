#include "net/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The link of a link-local address (RFC 4007 section 11), by its name or number. */
static bool parse_scope(struct sockaddr_in6 *ip6, const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (!IN6_IS_ADDR_LINKLOCAL(&ip6->sin6_addr))
        return false;
    if (*text < '0' || *text > '9' || *end != '\0')
        number = if_nametoindex(text);
    ip6->sin6_scope_id = (uint32_t)number;
    return number >= 1 && number <= INT32_MAX;
}

static bool parse_ip6(struct sockaddr_in6 *ip6, const char *text)
{
    size_t len = strcspn(text, "%");
    char ip[INET6_ADDRSTRLEN];

    if (len >= sizeof ip)
        return false;
    memcpy(ip, text, len);
    ip[len] = '\0';
    ip6->sin6_family = AF_INET6;
    return inet_pton(AF_INET6, ip, &ip6->sin6_addr) == 1 &&
           (text[len] == '\0' || parse_scope(ip6, text + len + 1));
}

static bool parse_ip(struct addr *addr, const char *text, uint16_t port, bool bracketed)
{
    *addr = (struct addr){0};
    if (!bracketed && inet_pton(AF_INET, text, &addr->sock.ip4.sin_addr) == 1) {
        addr->sock.ip4.sin_family = AF_INET;
        addr->len = sizeof addr->sock.ip4;
    } else if (parse_ip6(&addr->sock.ip6, text)) {
        addr->len = sizeof addr->sock.ip6;
    } else {
        return false;
    }
    addr_set_port(addr, port);
    return true;
}

bool addr_parse(struct addr *addr, const char *text, uint16_t port)
{
    char ip[INET6_ADDRSTRLEN + IF_NAMESIZE];
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

/* "%eth0", or "%2" once the link is gone; "" without one. */
static const char *scope_text(const struct sockaddr_in6 *ip6,
                              char text[static 1 + IF_NAMESIZE])
{
    *text = '\0';
    if (ip6->sin6_scope_id == 0)
        return text;
    *text = '%';
    if (!if_indextoname(ip6->sin6_scope_id, text + 1))
        snprintf(text + 1, IF_NAMESIZE, "%u", ip6->sin6_scope_id);
    return text;
}

const char *addr_format_ip(const struct addr *addr, char text[static ADDR_IP_TEXT])
{
    char scope[1 + IF_NAMESIZE];

    if (addr->sock.any.sa_family != AF_INET6)
        return inet_ntop(AF_INET, &addr->sock.ip4.sin_addr, text, ADDR_IP_TEXT);
    inet_ntop(AF_INET6, &addr->sock.ip6.sin6_addr, text, ADDR_IP_TEXT);
    return strcat(text, scope_text(&addr->sock.ip6, scope));
}

const char *addr_format(const struct addr *addr, char text[static ADDR_TEXT])
{
    bool is_ip6 = addr->sock.any.sa_family == AF_INET6;
    char ip[ADDR_IP_TEXT];

    snprintf(text, ADDR_TEXT, is_ip6 ? "[%s]:%u" : "%s:%u", addr_format_ip(addr, ip),
             addr_port(addr));
    return text;
}

bool addr_of_socket(struct addr *addr, int fd)
{
    *addr = (struct addr){.len = sizeof addr->sock};
    return getsockname(fd, &addr->sock.any, &addr->len) == 0;
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

const void *addr_client(const struct addr *addr, size_t *len)
{
    bool is_ip6 = addr->sock.any.sa_family == AF_INET6;

    *len = is_ip6 ? 8 : sizeof addr->sock.ip4.sin_addr;
    return is_ip6 ? (const void *)&addr->sock.ip6.sin6_addr : &addr->sock.ip4.sin_addr;
}

bool addr_is_wildcard(const struct addr *addr)
{
    if (addr->sock.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&addr->sock.ip6.sin6_addr);
    return addr->sock.ip4.sin_addr.s_addr == htonl(INADDR_ANY);
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
