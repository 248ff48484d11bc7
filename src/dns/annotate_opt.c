#include "dns/annotate_opt.h"

#include <arpa/inet.h>
#include <string.h>

#include "dns/edns.h"
#include "dns/numbers.h"
#include "dns/print.h"
#include "dns/way.h"

/* Options that no other module knows (IANA, DNS EDNS0 Option Codes). */
enum {
    OPTION_DAU = 5,
    OPTION_DHU = 6,
    OPTION_N3U = 7,
    OPTION_EXPIRE = 9,
    OPTION_KEY_TAG = 14,
    OPTION_REPORT = 18,
};

static const struct option {
    uint16_t code;
    const char *name, *source;
} options[] = {
    {OPTION_DAU, "algorithms of signatures that are understood", "RFC 6975 3"},
    {OPTION_DHU, "digests of DS that are understood", "RFC 6975 3"},
    {OPTION_N3U, "hashes of NSEC3 that are understood", "RFC 6975 3"},
    {EDNS_OPTION_NSID, "NSID: which server answers", "RFC 5001 2.3"},
    {EDNS_OPTION_SUBNET, "client subnet", "RFC 7871 6"},
    {OPTION_EXPIRE, "EXPIRE: when a secondary server gives up the zone", "RFC 7314 3"},
    {EDNS_OPTION_COOKIE, "cookie", "RFC 7873 4"},
    {EDNS_OPTION_KEEPALIVE, "how long a TCP connection may idle", "RFC 7828 3.1"},
    {EDNS_OPTION_PADDING, "padding", "RFC 7830 3"},
    {EDNS_OPTION_EDE, "extended error: why", "RFC 8914 2"},
    {OPTION_KEY_TAG, "keys that are trusted", "RFC 8145 4.1"},
    {OPTION_REPORT, "where errors are reported", "RFC 9567 5"},
    {EDNS_OPTION_WAY, "the way of the answer (hostdns +trace)", "hostdnsd(8)"},
};

static const struct option *find_option(uint16_t code)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].code == code)
            return &options[i];
    return NULL;
}

static void take_error(struct walk *walk)
{
    uint16_t code = walk_peek_u16(walk, 0);
    const char *name = print_ede(code);

    if (walk_left(walk) < 2)
        return;
    walk_field(walk, 2, "code", name ? name : "", "RFC 8914 4", "%u", code);
    walk_text(walk, "text");
}

static void take_cookie(struct walk *walk)
{
    if (walk_left(walk) < EDNS_CLIENT_COOKIE)
        return;
    walk_field(walk, EDNS_CLIENT_COOKIE, "client cookie", "", "RFC 7873 4.1", "8 octets");
    walk_rest(walk, "server cookie", "proves that the client has this address");
}

static void take_subnet(struct walk *walk)
{
    uint16_t family = walk_peek_u16(walk, 0);
    uint8_t address[16] = {0}, bits;
    char text[INET6_ADDRSTRLEN];
    size_t size;

    if (walk_left(walk) < 4 || (family != 1 && family != 2))
        return;
    walk_field(walk, 2, "family", family == 1 ? "IPv4" : "IPv6", "", "%u", family);
    walk_u8(walk, "source bits", "how much of the address is told", "", &bits);
    walk_u8(walk, "scope bits", "how much of it the answer depends on", "", &bits);
    size = walk_left(walk);
    if (size == 0 || size > (family == 1 ? 4u : 16u))
        return;
    memcpy(address, walk->wire + walk->pos, size);
    inet_ntop(family == 1 ? AF_INET : AF_INET6, address, text, sizeof text);
    walk_field(walk, size, "address", "", "", "%s", text);
}

static void take_keepalive(struct walk *walk)
{
    uint16_t tenths = walk_peek_u16(walk, 0);

    if (walk_left(walk) == 2)
        walk_field(walk, 2, "time", "", "", "%u.%u s", tenths / 10, tenths % 10);
}

/* One number an octet. */
static void take_numbers(struct walk *walk, const char *name, enum numbers numbers)
{
    uint8_t number;

    while (walk_left(walk) > 0)
        walk_u8(walk, name, numbers_name(numbers, walk->wire[walk->pos]), "", &number);
}

static void take_expire(struct walk *walk)
{
    uint32_t seconds;

    if (walk_left(walk) == 4)
        walk_u32(walk, "seconds", "", "", &seconds);
}

static void take_key_tags(struct walk *walk)
{
    uint16_t tag;

    while (walk_u16(walk, "key tag", "", "", &tag))
        ;
}

static void take_option(struct walk *walk, uint16_t code)
{
    switch (code) {
    case OPTION_DAU:
        take_numbers(walk, "algorithm", NUMBERS_ALGORITHM);
        break;
    case OPTION_DHU:
        take_numbers(walk, "digest type", NUMBERS_DIGEST);
        break;
    case OPTION_N3U:
        take_numbers(walk, "hash algorithm", NUMBERS_NSEC3_HASH);
        break;
    case OPTION_EXPIRE:
        take_expire(walk);
        break;
    case OPTION_KEY_TAG:
        take_key_tags(walk);
        break;
    case OPTION_REPORT:
        if (walk_left(walk) > 0)
            walk_name(walk, "agent");
        break;
    case EDNS_OPTION_NSID:
        walk_text(walk, "identifier");
        break;
    case EDNS_OPTION_SUBNET:
        take_subnet(walk);
        break;
    case EDNS_OPTION_COOKIE:
        take_cookie(walk);
        break;
    case EDNS_OPTION_KEEPALIVE:
        take_keepalive(walk);
        break;
    case EDNS_OPTION_EDE:
        take_error(walk);
        break;
    default:
        break;
    }
    walk_rest(walk, "octets", "");
}

void annotate_options(struct walk *walk)
{
    size_t end = walk->end;

    while (walk_left(walk) >= 4) {
        uint16_t code = walk_peek_u16(walk, 0), len = walk_peek_u16(walk, 2);
        const struct option *known = find_option(code);

        walk_remark(walk, "option", "%u", code);
        walk->depth++;
        walk_field(walk, 2, "code", known ? known->name : "without a name here",
                   known ? known->source : "", "%u", code);
        walk_field(walk, 2, "length", len > walk_left(walk) - 2 ? "more than there is" : "",
                   "RFC 6891 6.1.2", "%u", len);
        if (len < walk_left(walk))
            walk->end = walk->pos + len;
        take_option(walk, code);
        walk->end = end;
        walk->depth--;
    }
    walk_rest(walk, "octets", "too few for an option");
}
