/*
 * Names that the operator has given fixed addresses, or made aliases of others, whatever
 * the host knows of them. They are read once, line by line, and then only looked up.
 */
#pragma once

#include "base/table.h"
#include "dns/answer.h"

enum {
    NAMES_TEXT = 65535, /* octets of all lines */
    NAMES_CHAIN = 8,    /* aliases that may lead to a name that is none */
    NAMES_REASON = 128,
};

struct names;

struct fixed_address {
    struct fixed_address *next;
    const struct fixed_name *named;
    struct table_link link; /* of the first one of its kind */
    uint16_t type;          /* TYPE_A or TYPE_AAAA */
    uint8_t octets[16];
};

/* Has either addresses or a target. */
struct fixed_name {
    struct table_link link;
    struct fixed_name *next;         /* among all */
    struct fixed_address *addresses; /* in the order of the lines */
    size_t len, target_len;
    uint8_t name[NAME_WIRE_MAX]; /* folded */
    uint8_t target[NAME_WIRE_MAX];
};

static inline struct name fixed_name(const struct fixed_name *named)
{
    return (struct name){named->name, named->len};
}

static inline struct name fixed_target(const struct fixed_name *named)
{
    return (struct name){named->target, named->target_len};
}

/* No names yet. The local data is borrowed. NULL when memory is short. */
struct names *names_new(const struct local_data *);
/*
 * Adds a line of "NAME ADDRESS..." or "NAME NAME". The same name may come again with more
 * addresses. False with the reason if the line does not fit: it has no name, repeats an
 * alias, makes a loop, or there is no room. Then the names can only be freed.
 */
bool names_add(struct names *, const char *line, char why[static NAMES_REASON]);
/* Accepts NULL. */
void names_free(struct names *);

const struct local_data *names_local(const struct names *);

/* The entry of a name, or NULL. */
struct fixed_name *names_find(const struct names *, struct name);
/* The first one of this type and these octets, or NULL. */
const struct fixed_address *names_find_address(const struct names *,
                                               const struct fixed_address *);

/* True if the question's name is one of these. The names may be NULL. */
bool names_have(const struct names *, const struct question *);
/* Corrects what was found for the folded question: makes NODATA of NXDOMAIN if one of these
 * is below its name (serve/ents). The names may be NULL. */
void names_correct(const struct names *, const struct question *, struct answer *);
