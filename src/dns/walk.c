#include "dns/walk.h"

#include "base/bytes.h"
#include "dns/print.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    VALUE_MAX =
        1200, /* room for the longest name with each octet escaped, and for some words */
    LABEL_MAX = 63,
    TEXT_MAX = 255, /* octets of a text that are shown */
    POINTER = 0xc0,
};

size_t walk_left(const struct walk *walk)
{
    return walk->end - walk->pos;
}

static void tell(struct walk *walk, struct annotation annotation)
{
    if (annotation.len > walk_left(walk))
        annotation.len = walk_left(walk);
    annotation.at = walk->pos;
    annotation.depth = walk->depth;
    walk->take(walk->context, &annotation);
    walk->pos += annotation.len;
}

void walk_field(struct walk *walk, size_t len, const char *name, const char *meaning,
                const char *source, const char *value, ...)
{
    char text[VALUE_MAX];
    va_list args;

    va_start(args, value);
    vsnprintf(text, sizeof text, value, args);
    va_end(args);
    tell(
        walk,
        (struct annotation){
            .len = len, .name = name, .value = text, .meaning = meaning, .source = source});
}

void walk_remark(struct walk *walk, const char *name, const char *value, ...)
{
    char text[VALUE_MAX];
    va_list args;

    va_start(args, value);
    vsnprintf(text, sizeof text, value, args);
    va_end(args);
    tell(walk,
         (struct annotation){.name = name, .value = text, .meaning = "", .source = ""});
}

bool walk_u8(struct walk *walk, const char *name, const char *meaning, const char *source,
             uint8_t *value)
{
    if (walk_left(walk) < 1)
        return false;
    *value = walk->wire[walk->pos];
    walk_field(walk, 1, name, meaning, source, "%u", *value);
    return true;
}

uint16_t walk_peek_u16(const struct walk *walk, size_t ahead)
{
    size_t at = walk->pos + ahead;

    if (walk_left(walk) < ahead + 2)
        return 0;
    return (uint16_t)(walk->wire[at] << 8 | walk->wire[at + 1]);
}

bool walk_u16(struct walk *walk, const char *name, const char *meaning, const char *source,
              uint16_t *value)
{
    if (walk_left(walk) < 2)
        return false;
    *value = walk_peek_u16(walk, 0);
    walk_field(walk, 2, name, meaning, source, "%u", *value);
    return true;
}

bool walk_u32(struct walk *walk, const char *name, const char *meaning, const char *source,
              uint32_t *value)
{
    if (walk_left(walk) < 4)
        return false;
    *value = (uint32_t)walk_peek_u16(walk, 0) << 16 | walk_peek_u16(walk, 2);
    walk_field(walk, 4, name, meaning, source, "%u", *value);
    return true;
}

/* The name at an offset, as printed; to free, NULL if there is none. */
static char *name_at(const struct walk *walk, size_t at)
{
    struct reader in = reader_of(walk->wire, walk->size);

    in.pos = at;
    return at < walk->size ? print_name(&in) : NULL;
}

static void tell_pointer(struct walk *walk)
{
    size_t target = walk_peek_u16(walk, 0) & 0x3fffu;
    char *name = target < walk->pos ? name_at(walk, target) : NULL, value[VALUE_MAX];
    const char *meaning = name                  ? "the name goes on there"
                          : target >= walk->pos ? "leads forward, which is not allowed"
                                                : "leads to no name";

    snprintf(value, sizeof value, "-> 0x%04zx %s", target, name ? name : "");
    tell(walk, (struct annotation){.len = 2,
                                   .name = "pointer",
                                   .value = value,
                                   .meaning = meaning,
                                   .source = "RFC 1035 4.1.4",
                                   .leads = true,
                                   .is_loop = !name,
                                   .target = target});
    free(name);
}

static void tell_label(struct walk *walk, size_t len)
{
    char *text = print_safe(walk->wire + walk->pos + 1, len);

    walk_field(walk, 1 + len, "label", "", "RFC 1035 3.1", "%zu \"%s\"", len,
               text ? text : "?");
    free(text);
}

/* Takes one step of a name. True if the name goes on behind it; `*read` is false if the
 * name cannot be read. */
static bool step(struct walk *walk, bool *read)
{
    size_t left = walk_left(walk);
    uint8_t octet = left > 0 ? walk->wire[walk->pos] : 0;

    *read = false;
    if (left == 0)
        return false;
    if (octet == 0) {
        walk_field(walk, 1, "end", "the root", "RFC 1035 3.1", "0");
        *read = true;
    } else if (octet <= LABEL_MAX && left > octet) {
        tell_label(walk, octet);
        return true;
    } else if ((octet & POINTER) == POINTER && left >= 2) {
        tell_pointer(walk);
        *read = true;
    } else if (octet > LABEL_MAX && (octet & POINTER) != POINTER) {
        walk_field(walk, left, "octets", "a label of a kind that nobody uses", "RFC 6891 5",
                   "%zu", left);
    } else {
        walk_field(walk, left, "octets", "the name is cut", "RFC 1035 3.1", "%zu", left);
    }
    return false;
}

bool walk_name(struct walk *walk, const char *name)
{
    char *text = name_at(walk, walk->pos);
    bool read;

    walk_remark(walk, name, "%s", text ? text : "(cannot be read)");
    free(text);
    walk->depth++;
    while (step(walk, &read))
        ;
    walk->depth--;
    return read;
}

bool walk_address(struct walk *walk, const char *name, bool is_ipv6)
{
    size_t size = is_ipv6 ? 16 : 4;
    char text[INET6_ADDRSTRLEN];

    if (walk_left(walk) < size)
        return false;
    inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, walk->wire + walk->pos, text, sizeof text);
    walk_field(walk, size, name, "", "", "%s", text);
    return true;
}

/* Tells `len` octets as text; the octets before them, its length, belong to the field. */
static void tell_text(struct walk *walk, size_t before, size_t len, const char *name)
{
    bool is_long = len > TEXT_MAX;
    char *text = print_safe(walk->wire + walk->pos + before, is_long ? TEXT_MAX : len);

    walk_field(walk, before + len, name, is_long ? "and so on" : "", "", "\"%s\"%s",
               text ? text : "?", is_long ? "..." : "");
    free(text);
}

bool walk_string(struct walk *walk, const char *name)
{
    size_t left = walk_left(walk), len = left > 0 ? walk->wire[walk->pos] : 0;

    if (left < 1 + len)
        return false;
    tell_text(walk, 1, len, name);
    return true;
}

void walk_text(struct walk *walk, const char *name)
{
    if (walk_left(walk) > 0)
        tell_text(walk, 0, walk_left(walk), name);
}

void walk_rest(struct walk *walk, const char *name, const char *meaning)
{
    size_t left = walk_left(walk);

    if (left > 0)
        walk_field(walk, left, name, meaning, "", "%zu octet%s", left,
                   left == 1 ? "" : "s");
}
