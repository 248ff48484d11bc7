/* The fields that the data of each type of record consists of. */
#pragma once

#include "dns/numbers.h"

#include <stdint.h>

/* The names are short: the table has hundreds, and only dns/annotate_data.c reads it. */
enum annotate_kind {
    END,
    IPV4,
    IPV6,
    NAME,
    U8,
    U16,
    U32,
    SECONDS,
    MOMENT,      /* seconds since 1970 (RFC 4034 section 3.1.5) */
    LONG_MOMENT, /* in 48 bits (RFC 8945 section 4.2) */
    TYPE,        /* of records */
    STRING,      /* with its length before it */
    STRINGS,     /* up to the end */
    COUNTED,     /* octets with their length before them, in one octet */
    COUNTED_16,  /* in two */
    TEXT,        /* up to the end */
    OCTETS,      /* up to the end */
    TYPES,       /* a bitmap of types (RFC 4034 section 4.1.2) */
    PARAMETERS,  /* of a service (RFC 9460 section 2.2) */
    SIZE,        /* centimetres (RFC 1876 section 2) */
    LATITUDE,
    LONGITUDE,
    ALTITUDE,
};

/* Added to U8 or U16: the registry whose names tell what the number means. */
#define ANNOTATE_NUMBERS(numbers) ((unsigned)(numbers) << 8)
#define ANNOTATE_KIND(item)       ((enum annotate_kind)((item)->kind & 0xff))
#define ANNOTATE_NAMES(item)      ((enum numbers)((item)->kind >> 8))

struct annotate_item {
    unsigned kind;
    const char *name, *meaning;
};

enum { ANNOTATE_ITEMS = 9 };

struct annotate_rules {
    uint16_t type;
    const char *source;
    struct annotate_item items[ANNOTATE_ITEMS + 1]; /* up to END */
};

/* NULL: a type whose data is not known here. */
const struct annotate_rules *annotate_rules_find(uint16_t type);
