#include "dns/annotate_svcb.h"

#include "dns/numbers.h"

/* IANA, Service Parameter Keys. */
enum key {
    KEY_MANDATORY = 0,
    KEY_ALPN = 1,
    KEY_PORT = 3,
    KEY_IPV4HINT = 4,
    KEY_ECH = 5,
    KEY_IPV6HINT = 6,
    KEY_DOHPATH = 7,
};

enum { ECH_VERSION = 0xfe0d };

static const char ech_source[] = "draft-ietf-tls-esni 4";

/* A number that has a name. */
static bool take_number(struct walk *walk, const char *name, enum numbers numbers)
{
    uint16_t value;

    return walk_u16(walk, name, numbers_name(numbers, walk_peek_u16(walk, 0)), "", &value);
}

/* Tells the length, of two octets, of the octets behind it. Their end becomes the end of
 * the walk; false if there are not as many. */
static bool enter(struct walk *walk, const char *name, size_t *end)
{
    uint16_t len;

    *end = walk->end;
    if (walk_left(walk) < 2u + walk_peek_u16(walk, 0) ||
        !walk_u16(walk, name, "octets", "", &len))
        return false;
    walk->end = walk->pos + len;
    return true;
}

static bool take_counted(struct walk *walk, const char *length, const char *name)
{
    size_t end;

    if (!enter(walk, length, &end))
        return false;
    walk_rest(walk, name, "");
    walk->end = end;
    return true;
}

static bool take_suites(struct walk *walk)
{
    bool taken = true;
    size_t end;

    if (!enter(walk, "length of the suites", &end))
        return false;
    while (taken && walk_left(walk) > 0)
        taken = take_number(walk, "key derivation", NUMBERS_HPKE_KDF) &&
                take_number(walk, "encryption", NUMBERS_HPKE_AEAD);
    if (taken)
        walk->end = end;
    return taken;
}

static bool take_ech_contents(struct walk *walk)
{
    uint8_t octet;

    return walk_u8(walk, "configuration id", "", "", &octet) &&
           take_number(walk, "key exchange", NUMBERS_HPKE_KEM) &&
           take_counted(walk, "length of the key", "public key") && take_suites(walk) &&
           walk_u8(walk, "longest name", "names are padded up to it", "", &octet) &&
           walk_string(walk, "public name") &&
           take_counted(walk, "length of extensions", "extensions");
}

/* One configuration to encrypt the greeting of TLS with; configurations of other versions
 * are passed over. */
static bool take_ech_configuration(struct walk *walk)
{
    uint16_t version = walk_peek_u16(walk, 0);
    size_t end;

    if (walk_left(walk) < 4)
        return false;
    walk_field(walk, 2, "version", version == ECH_VERSION ? "" : "not known here",
               ech_source, "0x%04x", version);
    if (!enter(walk, "length", &end))
        return false;
    if (version == ECH_VERSION && !take_ech_contents(walk))
        return false;
    walk_rest(walk, "octets", "");
    walk->end = end;
    return true;
}

static void take_ech(struct walk *walk)
{
    size_t end = walk->end, all;

    if (enter(walk, "length of all", &all))
        while (walk_left(walk) > 0 && take_ech_configuration(walk))
            ;
    walk->end = end;
}

static void take_value(struct walk *walk, uint16_t key)
{
    switch (key) {
    case KEY_MANDATORY:
        while (take_number(walk, "mandatory key", NUMBERS_SVCB_KEY))
            ;
        break;
    case KEY_ALPN:
        while (walk_left(walk) > 0 && walk_string(walk, "protocol"))
            ;
        break;
    case KEY_PORT:
        take_number(walk, "port", NUMBERS_NONE);
        break;
    case KEY_IPV4HINT:
    case KEY_IPV6HINT:
        while (walk_address(walk, "address", key == KEY_IPV6HINT))
            ;
        break;
    case KEY_ECH:
        take_ech(walk);
        break;
    case KEY_DOHPATH:
        walk_text(walk, "path");
        break;
    default:
        if (*numbers_name(NUMBERS_SVCB_KEY, key) == '\0')
            walk_text(walk, "value");
        break;
    }
    walk_rest(walk, "octets", "not what the key calls for");
}

static void take_parameter(struct walk *walk)
{
    uint16_t key = walk_peek_u16(walk, 0), len = walk_peek_u16(walk, 2);
    const char *name = numbers_name(NUMBERS_SVCB_KEY, key);
    size_t end = walk->end;

    walk_field(walk, 2, "key", *name ? name : "without a name here", "RFC 9460 14.3.2",
               "%u", key);
    walk_field(walk, 2, "length", "", "RFC 9460 2.2", "%u", len);
    walk->end = walk->pos + len;
    walk->depth++;
    take_value(walk, key);
    walk->depth--;
    walk->end = end;
}

bool annotate_parameters(struct walk *walk)
{
    while (walk_left(walk) > 0) {
        if (walk_left(walk) < 4u + walk_peek_u16(walk, 2))
            return false;
        take_parameter(walk);
    }
    return true;
}
