#include "dns/chain.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

static bool has(const struct chain *chain, struct name name)
{
    for (size_t i = 0; i < chain->count; i++)
        if (name_equal(chain->names[i], name))
            return true;
    return false;
}

struct name chain_target(const struct records *records, struct name name)
{
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];

        if (record_is(record, TYPE_CNAME) && name_equal(record->owner, name))
            return (struct name){record->data, record->data_len};
    }
    return (struct name){0};
}

/* The CNAME record of a name below the owner of a DNAME record (RFC 6672 section 2.2); the
 * caller must free() it. NULL if the name is not below the owner, the target would be too
 * long, or memory is short. */
static struct record *make_cname(const struct record *dname, struct name name)
{
    int at = name_apex_at(name, dname->owner);
    size_t below = at > 0 ? (size_t)at : 0, target_len = below + dname->data_len;
    struct record *cname;

    if (below == 0 || target_len > NAME_WIRE_MAX)
        return NULL;
    cname = malloc(sizeof *cname + name.len + target_len);
    if (!cname)
        return NULL;
    memcpy(cname->bytes, name.wire, name.len);
    memcpy(cname->bytes + name.len, name.wire, below);
    memcpy(cname->bytes + name.len + below, dname->data, dname->data_len);
    *cname = (struct record){.type = TYPE_CNAME,
                             .class = dname->class,
                             .ttl = dname->ttl,
                             .owner = {cname->bytes, name.len},
                             .data = cname->bytes + name.len,
                             .data_len = target_len};
    return cname;
}

static bool append(struct records *records, struct record *record)
{
    struct record **more = reallocarray(records->all, records->count + 1, sizeof *more);

    if (!more)
        return false;
    records->all = more;
    more[records->count++] = record;
    return true;
}

/* Some servers, such as systemd-resolved, send a DNAME without the CNAME that it makes of
 * the name. Clients go by that CNAME (RFC 6672 section 3.1), so it is added. Returns its
 * target. */
static struct name add_cname(struct records *records, struct name name)
{
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];
        struct record *cname;

        if (!record_is(record, LDNS_RR_TYPE_DNAME))
            continue;
        cname = make_cname(record, name);
        if (cname && append(records, cname))
            return (struct name){cname->data, cname->data_len};
        free(cname);
    }
    return (struct name){0};
}

static struct name next_in_chain(struct records *records, struct name name)
{
    struct name target = chain_target(records, name);

    return target.len > 0 ? target : add_cname(records, name);
}

bool chain_find(struct chain *chain, const struct question *question,
                struct records *records)
{
    bool is_short = question->type == TYPE_CNAME || question->type == TYPE_ANY;
    struct name name = question_name(question), next;

    chain->count = 0;
    while (name.len > 0 && !has(chain, name)) {
        if (chain->count > CHAIN_MAX)
            return false;
        chain->names[chain->count++] = name;
        next = next_in_chain(records, name);
        if (is_short)
            break;
        name = next;
    }
    return true;
}
