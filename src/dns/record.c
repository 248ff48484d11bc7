#include "dns/record.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/question.h"
#include "dns/wire.h"

enum { RECORD_FIELDS = 10 }; /* octets of type, class, TTL, and RDLENGTH */
enum { NAMES_IN_DATA = 2 };  /* at most, in types that may hold compressed ones */

/* Most owners are pointers, which need no call. */
static inline bool skip_owner(struct reader *in)
{
    if (reader_left(in) > 1 && in->data[in->pos] >= NAME_POINTER >> 8)
        return get_skip(in, 2);
    return name_skip(in);
}

static inline bool get_head(struct reader *in, struct record_head *head)
{
    const uint8_t *fields;

    head->at = in->pos;
    if (!skip_owner(in) || !get_bytes(in, &fields, RECORD_FIELDS))
        return false;
    head->type = wire_u16(fields);
    head->class = wire_u16(fields + 2);
    head->owner_len = in->pos - RECORD_FIELDS - head->at;
    head->ttl_at = in->pos - 6;
    head->ttl = wire_u32(fields + 4);
    head->data_len = wire_u16(fields + 8);
    head->data = fields + RECORD_FIELDS;
    return true;
}

bool record_get_head(struct reader *in, struct record_head *head)
{
    return get_head(in, head);
}

bool record_next(struct reader *in, struct record_head *head)
{
    return get_head(in, head) && get_skip(in, head->data_len);
}

static bool may_hold_names(uint16_t type)
{
    switch ((ldns_rr_type)type) {
    case LDNS_RR_TYPE_NS:
    case LDNS_RR_TYPE_MD:
    case LDNS_RR_TYPE_MF:
    case LDNS_RR_TYPE_CNAME:
    case LDNS_RR_TYPE_SOA:
    case LDNS_RR_TYPE_MB:
    case LDNS_RR_TYPE_MG:
    case LDNS_RR_TYPE_MR:
    case LDNS_RR_TYPE_PTR:
    case LDNS_RR_TYPE_MINFO:
    case LDNS_RR_TYPE_MX:
    case LDNS_RR_TYPE_RP:
    case LDNS_RR_TYPE_AFSDB:
    case LDNS_RR_TYPE_RT:
    case LDNS_RR_TYPE_SIG:
    case LDNS_RR_TYPE_PX:
    case LDNS_RR_TYPE_NXT:
    case LDNS_RR_TYPE_SRV:
    case LDNS_RR_TYPE_KX:
    case LDNS_RR_TYPE_NAPTR:
    case LDNS_RR_TYPE_DNAME:
        return true;
    default:
        return false;
    }
}

static bool has_right_length(const struct record_head *head)
{
    if (head->class != CLASS_IN)
        return true;
    return !(head->type == TYPE_A && head->data_len != 4) &&
           !(head->type == TYPE_AAAA && head->data_len != 16);
}

struct record_place {
    struct arena *arena; /* that the record lies in; NULL: it has memory of its own */
    size_t before;       /* octets left free in front of its data, for its owner */
};

/* One with room for octets behind the owner's. */
static struct record *record_new(const struct record_place *place,
                                 const struct record_head *head, struct name owner,
                                 size_t room)
{
    size_t size = sizeof(struct record) + place->before + room;
    struct record *record = place->arena ? arena_take(place->arena, size) : malloc(size);

    if (record)
        *record = (struct record){
            .type = head->type,
            .class = head->class,
            .ttl = head->ttl <= INT32_MAX ? head->ttl : 0, /* RFC 2181 section 8 */
            .owner = owner,
            .data = head->data,
            .data_len = head->data_len,
        };
    return record;
}

/* Frees one that was made last, with this room. */
static void discard(const struct record_place *place, struct record *record, size_t room)
{
    if (place->arena)
        arena_trim(place->arena, sizeof *record + place->before + room, 0);
    else
        free(record);
}

/* Gives back what is left of the room, if others are waiting for it. */
static void trim(const struct record_place *place, size_t room, size_t used)
{
    size_t fixed = sizeof(struct record) + place->before;

    if (place->arena)
        arena_trim(place->arena, fixed + room, fixed + used);
}

static bool copy(struct reader *in, struct writer *out, size_t count)
{
    const uint8_t *bytes;

    if (!get_bytes(in, &bytes, count))
        return false;
    put_bytes(out, bytes, count);
    return true;
}

static bool copy_name(struct reader *in, struct writer *out, size_t *cost)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t len;

    if (!name_expand_at_cost(in, name, &len, cost))
        return false;
    put_bytes(out, name, len);
    return true;
}

/* A text with its length in front of it. */
static bool copy_text(struct reader *in, struct writer *out)
{
    return in->pos < in->size && copy(in, out, in->data[in->pos] + 1u);
}

/* One field of the data that ends at `end`, with a name in full. */
static bool copy_field(struct reader *in, size_t end, ldns_rdf_type field,
                       struct writer *out, size_t *cost)
{
    switch (field) {
    case LDNS_RDF_TYPE_DNAME:
        return copy_name(in, out, cost);
    case LDNS_RDF_TYPE_STR:
        return copy_text(in, out);
    case LDNS_RDF_TYPE_INT8:
    case LDNS_RDF_TYPE_ALG:
        return copy(in, out, 1);
    case LDNS_RDF_TYPE_INT16:
    case LDNS_RDF_TYPE_TYPE:
        return copy(in, out, 2);
    case LDNS_RDF_TYPE_INT32:
    case LDNS_RDF_TYPE_PERIOD:
    case LDNS_RDF_TYPE_TIME:
        return copy(in, out, 4);
    default: /* a signature or a list of types goes to the end */
        return in->pos <= end && copy(in, out, end - in->pos);
    }
}

/* The fields of each type are known to ldns, but it would follow pointers for as long as
 * they lead. */
static bool copy_fields(struct reader *in, const struct record_head *head,
                        struct writer *out, size_t *cost)
{
    const ldns_rr_descriptor *fields = ldns_rr_descript(head->type);
    size_t end = in->pos + head->data_len;

    for (size_t i = 0; i < ldns_rr_descriptor_minimum(fields); i++)
        if (!copy_field(in, end, ldns_rr_descriptor_field_type(fields, i), out, cost))
            return false;
    return in->pos == end && out->pos <= UINT16_MAX;
}

/* The record whose data starts at `in`, written again with its names in full. */
static struct record *expand(const struct record_place *place, struct reader in,
                             const struct record_head *head, struct name owner,
                             size_t *cost)
{
    size_t room = head->data_len + NAMES_IN_DATA * NAME_WIRE_MAX;
    struct record *record = record_new(place, head, owner, room);
    struct writer out;

    if (!record)
        return NULL;
    out = writer_of(record->bytes + place->before, room);
    if (!copy_fields(&in, head, &out, cost)) {
        discard(place, record, room);
        return NULL;
    }
    trim(place, room, out.pos);
    record->data = out.data;
    record->data_len = out.pos;
    return record;
}

static struct record *read_data(const struct record_place *place, const struct reader *in,
                                const struct record_head *head, struct name owner,
                                size_t *cost)
{
    struct reader data = *in;

    data.pos = (size_t)(head->data - in->data);
    if (!has_right_length(head))
        return NULL;
    return may_hold_names(head->type) ? expand(place, data, head, owner, cost)
                                      : record_new(place, head, owner, 0);
}

struct record *record_expand(const struct reader *in, const struct record_head *head,
                             struct name owner, struct arena *arena, size_t *cost)
{
    const struct record_place place = {.arena = arena};

    return read_data(&place, in, head, owner, cost);
}

struct record *record_read(struct reader *in)
{
    struct reader at_name = *in, behind = *in;
    uint8_t wire[NAME_WIRE_MAX];
    struct name owner = {.wire = wire};
    struct record *record;
    struct record_head head;
    size_t cost = 0;

    if (!name_expand(&at_name, wire, &owner.len) || !record_next(&behind, &head))
        return NULL;
    record =
        read_data(&(struct record_place){.before = owner.len}, in, &head, owner, &cost);
    if (!record)
        return NULL;
    memcpy(record->bytes, wire, owner.len);
    record->owner.wire = record->bytes;
    *in = behind;
    return record;
}
