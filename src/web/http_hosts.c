#include "web/http_hosts.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { HOST_SIZE = HTTP_HOST_MAX + 1 };

static const char digits[] = "0123456789";

static bool is_host_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.";
    size_t len = strlen(name);

    return len > 0 && len <= HTTP_HOST_MAX && strspn(name, allowed) == len;
}

bool http_hosts_add(struct http_hosts *hosts, const char *name)
{
    if (hosts->count == HTTP_HOSTS_MAX || !is_host_name(name))
        return false;
    strcpy(hosts->names[hosts->count++], name);
    return true;
}

/* Nothing, or a colon and at most five digits (RFC 3986 section 3.2.3). */
static bool is_port(const char *text)
{
    size_t len = *text == ':' ? strspn(text + 1, digits) : 0;

    return *text == '\0' || (*text == ':' && len <= 5 && text[1 + len] == '\0');
}

/* Copies what stands before the port. False if it does not fit, or no port follows. */
static bool cut(const char *from, size_t len, const char *rest, char host[static HOST_SIZE])
{
    if (len >= HOST_SIZE || !is_port(rest))
        return false;
    memcpy(host, from, len);
    host[len] = '\0';
    return true;
}

/* An IPv6 address stands in brackets (RFC 3986 section 3.2.2). */
static bool is_ip6(const char *text)
{
    const char *end = strchr(text, ']');
    struct in6_addr address;
    char host[HOST_SIZE];

    return end && cut(text + 1, (size_t)(end - text) - 1, end + 1, host) &&
           inet_pton(AF_INET6, host, &address) == 1;
}

static bool is_listed(const struct http_hosts *hosts, const char *host)
{
    for (size_t i = 0; i < hosts->count; i++)
        if (strcasecmp(hosts->names[i], host) == 0)
            return true;
    return strcasecmp(host, "localhost") == 0;
}

bool http_hosts_has(const struct http_hosts *hosts, const char *text)
{
    size_t len = strcspn(text, ":");
    struct in_addr address;
    char host[HOST_SIZE];

    if (*text == '[')
        return is_ip6(text);
    return cut(text, len, text + len, host) &&
           (inet_pton(AF_INET, host, &address) == 1 || is_listed(hosts, host));
}
