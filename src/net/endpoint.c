#include "net/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 128 };

/* True if the kernel would take it for the name of a link. */
static bool may_be_link(const char *name)
{
    return *name && strlen(name) < IF_NAMESIZE && !strpbrk(name, "/:% \t");
}

/* Takes the link out of the text: "[fe80::1%eth0]:53" becomes "[fe80::1]:53". */
static bool cut_link(char *text, char link[static IF_NAMESIZE])
{
    char *percent = strchr(text, '%');
    size_t len = percent ? strcspn(percent, "]") : 0;

    *link = '\0';
    if (!percent)
        return true;
    if (len > IF_NAMESIZE)
        return false;
    snprintf(link, IF_NAMESIZE, "%.*s", (int)len - 1, percent + 1);
    memmove(percent, percent + len, strlen(percent + len) + 1);
    return may_be_link(link);
}

static bool may_have_link(const struct addr *addr)
{
    return addr->sock.any.sa_family == AF_INET6 &&
           IN6_IS_ADDR_LINKLOCAL(&addr->sock.ip6.sin6_addr);
}

bool endpoint_parse(struct endpoint *endpoint, const char *text, uint16_t port)
{
    char rest[TEXT_MAX];

    if (strlen(text) >= sizeof rest)
        return false;
    strcpy(rest, text);
    return cut_link(rest, endpoint->link) && addr_parse(&endpoint->addr, rest, port) &&
           (!*endpoint->link || may_have_link(&endpoint->addr));
}

/* A link may be given as a number; it must exist then. */
static unsigned number_of(const char *link)
{
    char *end, name[IF_NAMESIZE];
    unsigned long number = strtoul(link, &end, 10);

    if (*link < '0' || *link > '9' || *end != '\0')
        return if_nametoindex(link);
    return number <= INT32_MAX && if_indextoname((unsigned)number, name) ? (unsigned)number
                                                                         : 0;
}

bool endpoint_find_link(struct endpoint *endpoint)
{
    endpoint->addr.sock.ip6.sin6_scope_id = number_of(endpoint->link);
    return endpoint->addr.sock.ip6.sin6_scope_id != 0;
}

const char *endpoint_format(const struct endpoint *endpoint, char text[static ADDR_TEXT])
{
    char ip[INET6_ADDRSTRLEN];

    if (!*endpoint->link)
        return addr_format(&endpoint->addr, text);
    inet_ntop(AF_INET6, &endpoint->addr.sock.ip6.sin6_addr, ip, sizeof ip);
    snprintf(text, ADDR_TEXT, "[%s%%%s]:%u", ip, endpoint->link,
             addr_port(&endpoint->addr));
    return text;
}
