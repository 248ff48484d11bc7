#include "dns/chain.h"

#include <ldns/ldns.h>
#include <string.h>

/* What is looked up for each name, made once. */
struct chain_walk {
    struct records *records;
    struct record **cnames;       /* the first one of each owner, by its number */
    const struct record **dnames; /* in the order of the records */
    size_t dname_count;
};

static bool has(const struct chain *chain, struct name name)
{
    for (size_t i = 0; i < chain->count; i++)
        if (name_equal(chain->names[i], name))
            return true;
    return false;
}

/* All records of a set get the lowest TTL among them (RFC 2181 section 5.2), so the CNAME
 * gets that as well. */
static uint32_t lowest_ttl(const struct chain_walk *walk, const struct record *dname)
{
    uint32_t ttl = dname->ttl;

    for (size_t i = 0; i < walk->dname_count; i++)
        if (walk->dnames[i]->number == dname->number && walk->dnames[i]->ttl < ttl)
            ttl = walk->dnames[i]->ttl;
    return ttl;
}

/* The CNAME record of a name that has so many octets below the owner of a DNAME record (RFC
 * 6672 section 2.2). NULL if memory is short. */
static struct record *make_cname(const struct chain_walk *walk, const struct record *dname,
                                 struct name name, size_t below)
{
    size_t target_len = below + dname->data_len;
    struct record *cname =
        arena_take(walk->records->names->arena, sizeof *cname + name.len + target_len);

    if (!cname)
        return NULL;
    memcpy(cname->bytes, name.wire, name.len);
    memcpy(cname->bytes + name.len, name.wire, below);
    memcpy(cname->bytes + name.len + below, dname->data, dname->data_len);
    *cname = (struct record){.type = TYPE_CNAME,
                             .class = dname->class,
                             .ttl = lowest_ttl(walk, dname),
                             .owner = {cname->bytes, name.len},
                             .data = cname->bytes + name.len,
                             .data_len = target_len};
    return cname;
}

/* The first CNAME of each owner, by its number. There is room for those that are added. */
static struct record **first_cnames(const struct records *records)
{
    size_t size = (records->names->count + CHAIN_MAX + 1u) * sizeof(struct record *);
    struct record **cnames = arena_take(records->names->arena, size);

    if (!cnames)
        return NULL;
    memset(cnames, 0, size);
    for (size_t i = records->count; i-- > 0;)
        if (record_is(records->all[i], TYPE_CNAME))
            cnames[records->all[i]->number] = records->all[i];
    return cnames;
}

/* The DNAME records, each of which counts for the names of the chain that are below it. */
static bool list_dnames(struct chain_walk *walk)
{
    const struct records *records = walk->records;
    size_t size = (records->count + 1) * sizeof(struct record *);

    walk->dnames = arena_take(records->names->arena, size);
    if (!walk->dnames)
        return false;
    for (size_t i = 0; i < records->count; i++)
        if (record_is(records->all[i], LDNS_RR_TYPE_DNAME))
            walk->dnames[walk->dname_count++] = records->all[i];
    arena_trim(records->names->arena, size, walk->dname_count * sizeof(struct record *));
    return true;
}

static bool append(struct chain_walk *walk, struct record *record)
{
    struct records *records = walk->records;
    const struct name_entry *owner = name_set_add(records->names, record->owner);

    if (!owner)
        return false;
    record->number = owner->number;
    walk->cnames[owner->number] = record;
    records->all[records->count++] = record;
    return true;
}

/* The first DNAME above a name that makes a CNAME of it whose target is not too long; NULL:
 * there is none. `marks` are the owners' for the name. */
static const struct record *first_dname(const struct chain_walk *walk, const uint8_t *marks)
{
    for (size_t i = 0; i < walk->dname_count; i++) {
        const struct record *dname = walk->dnames[i];
        size_t mark = marks[dname->number];

        if (mark > NAME_SET_ITSELF &&
            mark - NAME_SET_ITSELF + dname->data_len <= NAME_WIRE_MAX)
            return dname;
    }
    return NULL;
}

/* Finds the first DNAME for a name, and how many octets of the name stand `below` it. */
static bool find_dname(const struct chain_walk *walk, struct name name,
                       const struct record **dname, size_t *below)
{
    const struct name_set *names = walk->records->names;
    size_t size = names->count + 1u;
    uint8_t *marks = arena_take(names->arena, size);

    if (!marks)
        return false;
    memset(marks, 0, size);
    name_set_mark(names, name, marks);
    *dname = first_dname(walk, marks);
    *below = *dname ? marks[(*dname)->number] - (size_t)NAME_SET_ITSELF : 0;
    arena_trim(names->arena, size, 0);
    return true;
}

/* Some servers, such as systemd-resolved, send a DNAME without the CNAME that it makes of
 * the name. Clients go by that CNAME (RFC 6672 section 3.1), so it is added. Sets its
 * target, which stays empty if no DNAME makes one. */
static bool add_cname(struct chain_walk *walk, struct name name, struct name *target)
{
    const struct record *dname;
    struct record *cname;
    size_t below;

    if (!find_dname(walk, name, &dname, &below))
        return false;
    if (!dname)
        return true;
    cname = make_cname(walk, dname, name, below);
    if (!cname || !append(walk, cname))
        return false;
    *target = (struct name){cname->data, cname->data_len};
    return true;
}

/* Sets the name that comes next, which is empty at the end. False if memory is short: the
 * chain must not seem to end there, since its name would have no data. */
static bool next_in_chain(struct chain_walk *walk, struct name name, struct name *next)
{
    uint32_t number = name_set_find(walk->records->names, name);
    const struct record *cname = number == NAME_SET_NONE ? NULL : walk->cnames[number];

    *next = cname ? (struct name){cname->data, cname->data_len} : (struct name){0};
    return cname || walk->dname_count == 0 || add_cname(walk, name, next);
}

bool chain_find(struct chain *chain, const struct question *question,
                struct records *records)
{
    bool is_short = question->type == TYPE_CNAME || question->type == TYPE_ANY;
    struct name name = question_name(question), next;
    struct chain_walk walk = {.records = records, .cnames = first_cnames(records)};

    chain->count = 0;
    if (!walk.cnames || !list_dnames(&walk))
        return false;
    while (name.len > 0 && !has(chain, name)) {
        if (chain->count > CHAIN_MAX || !next_in_chain(&walk, name, &next))
            return false;
        chain->names[chain->count] = name;
        chain->numbers[chain->count++] = name_set_find(records->names, name);
        if (is_short)
            break;
        name = next;
    }
    return true;
}
