#include "dns/data.h"

#include "base/bytes.h"
#include "dns/name.h"
#include "dns/type.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static char *put_octet(char *out, uint8_t octet)
{
    if (octet < ' ' || octet >= 0x7f)
        return out + sprintf(out, "\\%03u", octet);
    if (octet == '"' || octet == '\\')
        *out++ = '\\';
    *out++ = (char)octet;
    return out;
}

/* Strings (RFC 1035 section 3.3.14): ldns takes 700 MB for 64 KiB of short ones. */
static char *strings_data(const uint8_t *octets, size_t size)
{
    char *text = size > 0 ? malloc(4 * size) : NULL, *out = text;

    for (size_t at = 0; text && at < size;) {
        size_t end = at + 1 + octets[at];

        if (end > size) {
            free(text);
            return NULL;
        }
        *out++ = '"';
        while (++at < end)
            out = put_octet(out, octets[at]);
        *out++ = '"';
        *out++ = ' ';
    }
    if (text)
        out[-1] = '\0';
    return text;
}

/*
 * Address, protocol and ports (RFC 1035 section 3.4.2), all as numbers, as BIND does: for
 * their names ldns would ask libc, which may have none.
 */
static char *services_data(const uint8_t *octets, size_t size)
{
    char address[INET_ADDRSTRLEN], *text = NULL;
    size_t length;
    FILE *out;

    if (size < 5 || size > 5 + 65536 / 8 || !(out = open_memstream(&text, &length)))
        return NULL;
    inet_ntop(AF_INET, octets, address, sizeof address);
    fprintf(out, "%s %u", address, octets[4]);
    for (size_t port = 0; port < 8 * (size - 5); port++)
        if (octets[5 + port / 8] & 0x80 >> port % 8)
            fprintf(out, " %zu", port);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* Writes a character-string, or all octets that are left, as one. */
static void put_quoted(FILE *out, const uint8_t *octets, size_t size)
{
    char octet[5];

    fputc('"', out);
    for (size_t i = 0; i < size; i++)
        fwrite(octet, 1, (size_t)(put_octet(octet, octets[i]) - octet), out);
    fputc('"', out);
}

static bool put_plain_name(FILE *out, struct reader *in)
{
    char text[NAME_PRINTED];
    struct name name;

    return name_get(in, &name) && fputs(name_to_text(name, text), out) >= 0;
}

/* RFC 8659 section 4.1. An empty value forbids everybody to issue, so it must be
 * visible. */
static bool put_authorization(FILE *out, struct reader *in)
{
    const uint8_t *tag, *value;
    size_t size;
    uint8_t flags, len;

    if (!get_u8(in, &flags) || !get_u8(in, &len) || len == 0 || !get_bytes(in, &tag, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (tag[i] > 0x7F || !isalnum(tag[i])) /* a locale may have more letters */
            return false;
    fprintf(out, "%u %.*s ", flags, len, (const char *)tag);
    size = reader_left(in);
    if (!get_bytes(in, &value, size))
        return false;
    put_quoted(out, value, size);
    return true;
}

/* RFC 8777 section 4.2: one octet holds the type and the bit Discovery Optional. */
static bool put_relay(FILE *out, struct reader *in)
{
    enum { NO_RELAY, IPV4, IPV6, NAME, TYPE_BITS = 0x7f };

    char text[INET6_ADDRSTRLEN];
    const uint8_t *address;
    uint8_t precedence, type;

    if (!get_u8(in, &precedence) || !get_u8(in, &type))
        return false;
    fprintf(out, "%u %u %u ", precedence, type >> 7, type & TYPE_BITS);
    switch (type & TYPE_BITS) {
    case NO_RELAY:
        return fputc('.', out) == '.';
    case IPV4:
        return get_bytes(in, &address, 4) &&
               fputs(inet_ntop(AF_INET, address, text, sizeof text), out) >= 0;
    case IPV6:
        return get_bytes(in, &address, 16) &&
               fputs(inet_ntop(AF_INET6, address, text, sizeof text), out) >= 0;
    default:
        return (type & TYPE_BITS) == NAME && put_plain_name(out, in);
    }
}

/* RFC 9859 section 2.3: the name and port that have to be notified. */
static bool put_notify(FILE *out, struct reader *in)
{
    char text[TYPE_TEXT];
    uint16_t type, port;
    uint8_t scheme;

    if (!get_u16(in, &type) || !get_u8(in, &scheme) || !get_u16(in, &port))
        return false;
    fprintf(out, "%s ", type_to_text(type, text));
    fprintf(out, scheme == 1 ? "NOTIFY" : "%u", scheme);
    fprintf(out, " %u ", port);
    return put_plain_name(out, in);
}

/* A key tag, an algorithm and a digest, like those of DS (RFC 4034 section 5.3). */
static bool put_anchor(FILE *out, struct reader *in)
{
    uint16_t tag;
    uint8_t algorithm, digest, octet;

    if (!get_u16(in, &tag) || !get_u8(in, &algorithm) || !get_u8(in, &digest) ||
        reader_left(in) == 0)
        return false;
    fprintf(out, "%u %u %u ", tag, algorithm, digest);
    while (get_u8(in, &octet))
        fprintf(out, "%02x", octet);
    return true;
}

/* Types whose data is not a list of strings, and which ldns does not know or gets wrong. */
static const struct {
    uint16_t type;
    bool (*put)(FILE *, struct reader *);
} own[] = {
    {23, put_plain_name}, /* NSAP-PTR, which ldns reads as a string */
    {66, put_notify},     /* DSYNC */
    {257, put_authorization}, {260, put_relay}, {32768, put_anchor}, /* TA */
};

static bool is_strings(uint16_t type)
{
    return type == TYPE_TXT || type == TYPE_SPF || type == 56 /* NINFO */ ||
           (type >= 261 && type <= 263) /* RESINFO, WALLET, CLA */ || type == 258 /* AVC */;
}

bool data_is_own(uint16_t type)
{
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i].type == type)
            return true;
    return type == TYPE_WKS || is_strings(type);
}

static char *own_data(uint16_t type, const uint8_t *octets, size_t size)
{
    struct reader in = reader_of(octets, size);
    char *text = NULL;
    size_t length, i = 0;
    bool is_whole;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return NULL;
    while (own[i].type != type)
        i++;
    is_whole = own[i].put(out, &in) && reader_left(&in) == 0;
    if (fclose(out) == 0 && is_whole)
        return text;
    free(text);
    return NULL;
}

char *data_text(uint16_t type, const uint8_t *octets, size_t size)
{
    if (type == TYPE_WKS)
        return services_data(octets, size);
    return is_strings(type) ? strings_data(octets, size) : own_data(type, octets, size);
}

static bool has_known_families(const uint8_t *octets, size_t size)
{
    enum { ITEM = 4, LENGTH = 0x7f, IPV4 = 1, IPV6 = 2 };

    for (size_t at = 0; at + ITEM <= size; at += ITEM + (octets[at + 3] & LENGTH)) {
        unsigned family = (unsigned)octets[at] << 8 | octets[at + 1];

        if (!(family == IPV4 && octets[at + 2] <= 32) &&
            !(family == IPV6 && octets[at + 2] <= 128))
            return false;
    }
    return true;
}

/* Milliseconds of arc, from the equator or the prime meridian at 2^31 (RFC 1876 section 2).
 */
static bool is_angle(uint32_t value, int64_t degrees)
{
    return llabs((int64_t)value - (INT64_C(1) << 31)) <= degrees * 3600000;
}

/* Version 0; a size and two precisions of two decimal digits; a place on Earth. */
static bool is_location(const uint8_t *octets, size_t size)
{
    enum { ALTITUDE = 4 };
    struct reader in = reader_of(octets, size);
    uint32_t latitude, longitude;
    uint8_t version, length;

    if (!get_u8(&in, &version) || version != 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (!get_u8(&in, &length) || length >> 4 > 9 || (length & 0x0f) > 9)
            return false;
    return get_u32(&in, &latitude) && is_angle(latitude, 90) && get_u32(&in, &longitude) &&
           is_angle(longitude, 180) && get_skip(&in, ALTITUDE) && reader_left(&in) == 0;
}

/* Windows in ascending order, each of 1 to 32 octets (RFC 4034 section 4.1.2). */
static bool is_type_bitmap(struct reader *in)
{
    enum { WINDOW_MAX = 32 };
    uint8_t window, size;

    for (int last = -1; in->pos < in->size; last = window)
        if (!get_u8(in, &window) || window <= last || !get_u8(in, &size) || size == 0 ||
            size > WINDOW_MAX || !get_skip(in, size))
            return false;
    return true;
}

static bool ends_in_bitmap(uint16_t type, const uint8_t *octets, size_t size)
{
    enum { CSYNC_FIXED = 6, NSEC3_FIXED = 4 };
    struct reader in = reader_of(octets, size);
    uint8_t len;

    switch (type) {
    case TYPE_NSEC:
        return name_skip(&in) && is_type_bitmap(&in);
    case TYPE_CSYNC:
        return get_skip(&in, CSYNC_FIXED) && is_type_bitmap(&in);
    default: /* NSEC3: salt and hash come first */
        return get_skip(&in, NSEC3_FIXED) && get_u8(&in, &len) && get_skip(&in, len) &&
               get_u8(&in, &len) && get_skip(&in, len) && is_type_bitmap(&in);
    }
}

bool data_is_foreign(uint16_t type, const uint8_t *octets, size_t size)
{
    enum { GATEWAY_TYPE = 1, GATEWAY_NAME = 3 };

    switch (type) {
    case TYPE_LOC:
        return !is_location(octets, size);
    case TYPE_APL:
        return !has_known_families(octets, size);
    case TYPE_IPSECKEY:
        return size > GATEWAY_TYPE && octets[GATEWAY_TYPE] > GATEWAY_NAME;
    case TYPE_NSEC:
    case TYPE_NSEC3:
    case TYPE_CSYNC:
        return !ends_in_bitmap(type, octets, size);
    default:
        return false;
    }
}

/*
 * RFC 3597 section 5: data of an unknown form may be anything, or empty. A6 and SINK are
 * historic; NXNAME has no data (RFC 9824); APL is a list that may be empty (RFC 3123
 * section 4), and NULL may hold anything (RFC 1035 section 3.3.10).
 */
bool data_is_opaque(uint16_t type, size_t size)
{
    enum { NULL_TYPE = 10, A6 = 38, SINK = 40, NXNAME = 128 };

    if (data_is_own(type))
        return false;
    return type == A6 || type == SINK || type == NXNAME || !type_is_of_ldns(type) ||
           (size == 0 && (type == NULL_TYPE || type == TYPE_APL));
}
