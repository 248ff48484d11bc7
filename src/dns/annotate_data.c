#include "dns/annotate_data.h"

#include <stdio.h>
#include <time.h>

#include "dns/annotate_loc.h"
#include "dns/annotate_rules.h"
#include "dns/annotate_svcb.h"
#include "dns/type.h"

const char *annotate_source(uint16_t type)
{
    const struct annotate_rules *rules = annotate_rules_find(type);

    return rules ? rules->source : "";
}

/* Seconds since 1970, in 32 or 48 bits. */
static bool take_moment(struct walk *walk, const struct annotate_item *item)
{
    bool is_long = item->kind == LONG_MOMENT;
    size_t size = is_long ? 6 : 4;
    time_t seconds = is_long ? walk_peek_u16(walk, 0) : 0;
    char text[32];
    struct tm utc;

    for (size_t at = size - 4; at < size; at += 2)
        seconds = seconds << 16 | walk_peek_u16(walk, at);
    if (walk_left(walk) < size || !gmtime_r(&seconds, &utc) ||
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc) == 0)
        return false;
    walk_field(walk, size, item->name, item->meaning,
               is_long ? "RFC 8945 4.2" : "RFC 4034 3.1.5", "%s", text);
    return true;
}

static bool take_seconds(struct walk *walk, const struct annotate_item *item)
{
    if (walk_left(walk) < 4)
        return false;
    walk_field(walk, 4, item->name, item->meaning, "", "%u s",
               (unsigned)walk_peek_u16(walk, 0) << 16 | walk_peek_u16(walk, 2));
    return true;
}

static bool take_type(struct walk *walk, const char *name)
{
    uint16_t type = walk_peek_u16(walk, 0);
    char text[TYPE_TEXT];

    if (walk_left(walk) < 2)
        return false;
    walk_field(walk, 2, name, "", "", "%u %s", type, type_to_text(type, text));
    return true;
}

static bool take_strings(struct walk *walk, const char *name)
{
    while (walk_left(walk) > 0)
        if (!walk_string(walk, name))
            return false;
    return true;
}

/* Octets behind their length, of one octet or two. */
static bool take_counted(struct walk *walk, const struct annotate_item *item)
{
    size_t left = walk_left(walk), before = item->kind == COUNTED_16 ? 2 : 1, len;

    if (left < before)
        return false;
    len = before == 2 ? walk_peek_u16(walk, 0) : walk->wire[walk->pos];
    if (left < before + len)
        return false;
    walk_field(walk, before + len, item->name, item->meaning, "", "%zu octets", len);
    return true;
}

static void list_types(char *text, size_t room, unsigned window, const uint8_t *bits,
                       size_t len)
{
    char name[TYPE_TEXT];
    size_t used = 0;

    *text = '\0';
    for (unsigned bit = 0; bit < len * 8 && used + TYPE_TEXT + 1 < room; bit++)
        if (bits[bit / 8] & 0x80 >> bit % 8)
            used += (size_t)snprintf(text + used, room - used, "%s%s", used > 0 ? " " : "",
                                     type_to_text((uint16_t)(window << 8 | bit), name));
}

static bool take_types(struct walk *walk, const char *name)
{
    while (walk_left(walk) > 0) {
        const uint8_t *window = walk->wire + walk->pos;
        char text[1000];

        if (walk_left(walk) < 2 || window[1] == 0 || window[1] > 32 ||
            walk_left(walk) < 2u + window[1])
            return false;
        list_types(text, sizeof text, window[0], window + 2, window[1]);
        walk_field(walk, 2u + window[1], name, "a bit for each", "RFC 4034 4.1.2", "%s",
                   text);
    }
    return true;
}

/* Numbers with names mean what these say. */
static bool take_number(struct walk *walk, const struct annotate_item *item)
{
    size_t size = ANNOTATE_KIND(item) == U8 ? 1 : 2;
    unsigned value = size == 2 ? walk_peek_u16(walk, 0) : 0;
    const char *name;

    if (walk_left(walk) < size)
        return false;
    if (size == 1)
        value = walk->wire[walk->pos];
    name = numbers_name(ANNOTATE_NAMES(item), value);
    walk_field(walk, size, item->name, *name ? name : item->meaning, "", "%u", value);
    return true;
}

static bool take_item(struct walk *walk, const struct annotate_item *item)
{
    uint32_t number;

    switch (ANNOTATE_KIND(item)) {
    case IPV4:
    case IPV6:
        return walk_address(walk, item->name, item->kind == IPV6);
    case NAME:
        return walk_name(walk, item->name);
    case U8:
    case U16:
        return take_number(walk, item);
    case U32:
        return walk_u32(walk, item->name, item->meaning, "", &number);
    case SECONDS:
        return take_seconds(walk, item);
    case MOMENT:
    case LONG_MOMENT:
        return take_moment(walk, item);
    case TYPE:
        return take_type(walk, item->name);
    case STRING:
        return walk_string(walk, item->name);
    case STRINGS:
        return take_strings(walk, item->name);
    case COUNTED:
    case COUNTED_16:
        return take_counted(walk, item);
    case TEXT:
        walk_text(walk, item->name);
        return true;
    case OCTETS:
        walk_rest(walk, item->name, item->meaning);
        return true;
    case TYPES:
        return take_types(walk, item->name);
    case PARAMETERS:
        return annotate_parameters(walk);
    case SIZE:
        return annotate_size(walk, item->name, item->meaning);
    case LATITUDE:
        return annotate_latitude(walk);
    case LONGITUDE:
        return annotate_longitude(walk);
    case ALTITUDE:
        return annotate_altitude(walk);
    default:
        return false;
    }
}

void annotate_data(struct walk *walk, uint16_t type)
{
    const struct annotate_rules *rules = annotate_rules_find(type);

    for (size_t i = 0; rules && rules->items[i].kind != END; i++)
        if (!take_item(walk, &rules->items[i]))
            break;
    walk_rest(walk, "octets",
              rules ? "not what the type calls for" : "a type without rules here");
}
