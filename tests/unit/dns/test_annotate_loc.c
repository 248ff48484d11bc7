#include "annotated.h"

#include "dns/annotate_loc.h"

#define LOC(data) ANNOTATED(REPLY_OF("\0\x1d", "\x10", data))

/* 52 22 23.000 N 4 53 32.000 W -2.05m 0.00m 10000m 10m, as a zone file has it. */
TEST(a_place_on_earth_is_told)
{
    LOC("\x00\x00\x16\x13\x8b\x3c\xf0\x18\x7e\xf3\x43\x20\x00\x98\x95\xb3");
    TOLD("+1 version: 0 | always 0 |");
    TOLD("+1 size: 0.00 m |");
    TOLD("+1 horizontal precision: 10000.00 m |");
    TOLD("+1 vertical precision: 10.00 m |");
    TOLD("+4 latitude: 52 22 23.000 N | degrees, minutes, seconds | RFC 1876 2");
    TOLD("+4 longitude: 4 53 32.000 W |");
    TOLD("+4 altitude: -2.05 m |");
}

TEST(what_is_no_place_is_told)
{
    LOC("\x00\xa0\x1f\x99\xff\xff\xff\xff\0\0\0\0\0\0\0\0");
    TOLD("+1 size: 0xa0 | no size: a digit beyond 9 |");
    TOLD("+1 horizontal precision: 0x1f | no size: a digit beyond 9 |");
    TOLD("+1 vertical precision: 90000000.00 m |");
    TOLD("+4 latitude: 4294967295 | farther than the earth reaches |");
    TOLD("+4 longitude: 0 | farther than the earth reaches |");
    TOLD("+4 altitude: -100000.00 m |");
    LOC("\0\0\0\0\x93\x4f\xd9\x00\x59\x60\x4e\x00\xff\xff\xff\xff");
    TOLD("+4 latitude: 90 0 0.000 N |");
    TOLD("+4 longitude: 180 0 0.000 W |");
    TOLD("+4 altitude: 42849672.95 m |");
    ANNOTATED(REPLY_OF("\0\x1d", "\6", "\0\0\0\0\0\0"));
    TOLD("+2 octets: 2 octets | not what the type calls for |");
}

GROUP(NULL, annotated_end);
