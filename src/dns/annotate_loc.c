#include "dns/annotate_loc.h"

#include <stdlib.h>

enum {
    DIGIT_MAX = 9,
    MS = 1000,               /* milliseconds of arc */
    DEGREE_MS = 3600 * 1000, /* a degree */
    BELOW_CM = 10000000,     /* altitudes are counted from 100 km below the ellipsoid */
};

#define EQUATOR UINT32_C(0x80000000) /* and the prime meridian */

/* Two digits: a number of centimetres, and the number of zeros behind it. */
bool annotate_size(struct walk *walk, const char *name, const char *meaning)
{
    uint8_t octet = walk_left(walk) > 0 ? walk->wire[walk->pos] : 0;
    uint64_t cm = octet >> 4;

    if (walk_left(walk) < 1)
        return false;
    if (octet >> 4 > DIGIT_MAX || (octet & 0xf) > DIGIT_MAX) {
        walk_field(walk, 1, name, "no size: a digit beyond 9", "RFC 1876 2", "0x%02x",
                   octet);
        return true;
    }
    for (unsigned zeros = octet & 0xf; zeros > 0; zeros--)
        cm *= 10;
    walk_field(walk, 1, name, meaning, "RFC 1876 2", "%llu.%02u m",
               (unsigned long long)(cm / 100), (unsigned)(cm % 100));
    return true;
}

static uint32_t peek(const struct walk *walk)
{
    return (uint32_t)walk_peek_u16(walk, 0) << 16 | walk_peek_u16(walk, 2);
}

/* "52 22 23.000 N" */
static bool take_angle(struct walk *walk, const char *name, unsigned most, char above,
                       char below)
{
    uint32_t value = peek(walk),
             angle = value >= EQUATOR ? value - EQUATOR : EQUATOR - value;
    bool is_angle = angle <= most * (uint32_t)DEGREE_MS;

    if (walk_left(walk) < 4)
        return false;
    if (!is_angle)
        walk_field(walk, 4, name, "farther than the earth reaches", "RFC 1876 2", "%u",
                   value);
    else
        walk_field(walk, 4, name, "degrees, minutes, seconds", "RFC 1876 2",
                   "%u %u %u.%03u %c", angle / DEGREE_MS, angle / (60 * MS) % 60,
                   angle / MS % 60, angle % MS, value >= EQUATOR ? above : below);
    return true;
}

bool annotate_latitude(struct walk *walk)
{
    return take_angle(walk, "latitude", 90, 'N', 'S');
}

bool annotate_longitude(struct walk *walk)
{
    return take_angle(walk, "longitude", 180, 'E', 'W');
}

bool annotate_altitude(struct walk *walk)
{
    int64_t cm = (int64_t)peek(walk) - BELOW_CM;

    if (walk_left(walk) < 4)
        return false;
    walk_field(walk, 4, "altitude", "above the WGS 84 ellipsoid", "RFC 1876 2",
               "%s%lld.%02lld m", cm < 0 ? "-" : "", llabs(cm) / 100, llabs(cm) % 100);
    return true;
}
