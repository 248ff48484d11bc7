#include "dns/chain.h"

#include <ldns/ldns.h>
#include <string.h>

static bool has(const struct chain *chain, struct name name)
{
    for (size_t i = 0; i < chain->count; i++)
        if (name_equal(chain->names[i], name))
            return true;
    return false;
}

/* All records of a set get the lowest TTL among them (RFC 2181 section 5.2), so the CNAME
 * gets that as well. */
static uint32_t lowest_ttl(const struct records *records, const struct record *dname)
{
    uint32_t ttl = dname->ttl;

    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];

        if (record->number == dname->number && record_is(record, LDNS_RR_TYPE_DNAME) &&
            record->ttl < ttl)
            ttl = record->ttl;
    }
    return ttl;
}

/* The CNAME record of a name that has so many octets below the owner of a DNAME record (RFC
 * 6672 section 2.2). NULL if memory is short. */
static struct record *make_cname(const struct records *records, const struct record *dname,
                                 struct name name, size_t below)
{
    size_t target_len = below + dname->data_len;
    struct record *cname =
        arena_take(records->names->arena, sizeof *cname + name.len + target_len);

    if (!cname)
        return NULL;
    memcpy(cname->bytes, name.wire, name.len);
    memcpy(cname->bytes + name.len, name.wire, below);
    memcpy(cname->bytes + name.len + below, dname->data, dname->data_len);
    *cname = (struct record){.type = TYPE_CNAME,
                             .class = dname->class,
                             .ttl = lowest_ttl(records, dname),
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

static bool append(struct records *records, struct record **cnames, struct record *record)
{
    const struct name_entry *owner = name_set_add(records->names, record->owner);

    if (!owner)
        return false;
    record->number = owner->number;
    cnames[owner->number] = record;
    records->all[records->count++] = record;
    return true;
}

/* The first DNAME above a name that makes a CNAME of it whose target is not too long; NULL:
 * there is none. `marks` are the owners' for the name. */
static const struct record *first_dname(const struct records *records, const uint8_t *marks)
{
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];
        size_t mark = marks[record->number];

        if (mark > NAME_SET_ITSELF && record_is(record, LDNS_RR_TYPE_DNAME) &&
            mark - NAME_SET_ITSELF + record->data_len <= NAME_WIRE_MAX)
            return record;
    }
    return NULL;
}

/* Finds the first DNAME for a name, and how many octets of the name stand `below` it. */
static bool find_dname(const struct records *records, struct name name,
                       const struct record **dname, size_t *below)
{
    struct arena *arena = records->names->arena;
    size_t size = records->names->count + 1u;
    uint8_t *marks = arena_take(arena, size);

    if (!marks)
        return false;
    memset(marks, 0, size);
    name_set_mark(records->names, name, marks);
    *dname = first_dname(records, marks);
    *below = *dname ? marks[(*dname)->number] - (size_t)NAME_SET_ITSELF : 0;
    arena_trim(arena, size, 0);
    return true;
}

/* Some servers, such as systemd-resolved, send a DNAME without the CNAME that it makes of
 * the name. Clients go by that CNAME (RFC 6672 section 3.1), so it is added. Sets its
 * target, which stays empty if no DNAME makes one. */
static bool add_cname(struct records *records, struct record **cnames, struct name name,
                      struct name *target)
{
    const struct record *dname;
    struct record *cname;
    size_t below;

    if (!find_dname(records, name, &dname, &below))
        return false;
    if (!dname)
        return true;
    cname = make_cname(records, dname, name, below);
    if (!cname || !append(records, cnames, cname))
        return false;
    *target = (struct name){cname->data, cname->data_len};
    return true;
}

static bool has_dname(const struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        if (record_is(records->all[i], LDNS_RR_TYPE_DNAME))
            return true;
    return false;
}

/* Sets the name that comes next, which is empty at the end. False if memory is short: the
 * chain must not seem to end there, since its name would have no data. */
static bool next_in_chain(struct records *records, struct record **cnames, struct name name,
                          struct name *next)
{
    uint32_t number = name_set_find(records->names, name);
    const struct record *cname = number == NAME_SET_NONE ? NULL : cnames[number];

    *next = cname ? (struct name){cname->data, cname->data_len} : (struct name){0};
    return cname || !has_dname(records) || add_cname(records, cnames, name, next);
}

bool chain_find(struct chain *chain, const struct question *question,
                struct records *records)
{
    bool is_short = question->type == TYPE_CNAME || question->type == TYPE_ANY;
    struct name name = question_name(question), next;
    struct record **cnames = first_cnames(records);

    chain->count = 0;
    if (!cnames)
        return false;
    while (name.len > 0 && !has(chain, name)) {
        if (chain->count > CHAIN_MAX || !next_in_chain(records, cnames, name, &next))
            return false;
        chain->names[chain->count] = name;
        chain->numbers[chain->count++] = name_set_find(records->names, name);
        if (is_short)
            break;
        name = next;
    }
    return true;
}
