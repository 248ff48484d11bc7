#include "dns/record.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/question.h"

enum { NAMES_IN_DATA = 2 }; /* at most, in types that may hold compressed ones */

bool record_get_head(struct reader *in, struct record_head *head)
{
    head->at = in->pos;
    if (!name_skip(in) || !get_u16(in, &head->type) || !get_u16(in, &head->class))
        return false;
    head->ttl_at = in->pos;
    if (!get_u32(in, &head->ttl) || !get_u16(in, &head->data_len))
        return false;
    head->data = in->data + in->pos;
    return true;
}

bool record_next(struct reader *in, struct record_head *head)
{
    return record_get_head(in, head) && get_skip(in, head->data_len);
}

static bool may_hold_names(uint16_t type)
{
    static const ldns_rr_type types[] = {
        LDNS_RR_TYPE_NS,    LDNS_RR_TYPE_MD,    LDNS_RR_TYPE_MF,  LDNS_RR_TYPE_CNAME,
        LDNS_RR_TYPE_SOA,   LDNS_RR_TYPE_MB,    LDNS_RR_TYPE_MG,  LDNS_RR_TYPE_MR,
        LDNS_RR_TYPE_PTR,   LDNS_RR_TYPE_MINFO, LDNS_RR_TYPE_MX,  LDNS_RR_TYPE_RP,
        LDNS_RR_TYPE_AFSDB, LDNS_RR_TYPE_RT,    LDNS_RR_TYPE_SIG, LDNS_RR_TYPE_PX,
        LDNS_RR_TYPE_NXT,   LDNS_RR_TYPE_SRV,   LDNS_RR_TYPE_KX,  LDNS_RR_TYPE_NAPTR,
        LDNS_RR_TYPE_DNAME,
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i] == (ldns_rr_type)type)
            return true;
    return false;
}

static bool has_right_length(const struct record_head *head)
{
    if (head->class != CLASS_IN)
        return true;
    return !(head->type == TYPE_A && head->data_len != 4) &&
           !(head->type == TYPE_AAAA && head->data_len != 16);
}

static struct record *record_new(const struct record_head *head, struct name owner,
                                 size_t room)
{
    struct record *record = malloc(sizeof *record + owner.len + room);

    if (!record)
        return NULL;
    *record = (struct record){
        .type = head->type,
        .class = head->class,
        .ttl = head->ttl <= INT32_MAX ? head->ttl : 0, /* RFC 2181 section 8 */
        .owner = {record->bytes, owner.len},
        .data = head->data,
        .data_len = head->data_len,
    };
    memcpy(record->bytes, owner.wire, owner.len);
    return record;
}

static bool copy(struct reader *in, struct writer *out, size_t count)
{
    const uint8_t *bytes;

    if (!get_bytes(in, &bytes, count))
        return false;
    put_bytes(out, bytes, count);
    return true;
}

static bool copy_name(struct reader *in, struct writer *out)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t len;

    if (!name_expand(in, name, &len))
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
                       struct writer *out)
{
    switch (field) {
    case LDNS_RDF_TYPE_DNAME:
        return copy_name(in, out);
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
                        struct writer *out)
{
    const ldns_rr_descriptor *fields = ldns_rr_descript(head->type);
    size_t end = in->pos + head->data_len;

    for (size_t i = 0; i < ldns_rr_descriptor_minimum(fields); i++)
        if (!copy_field(in, end, ldns_rr_descriptor_field_type(fields, i), out))
            return false;
    return in->pos == end && out->pos <= UINT16_MAX;
}

/* The record whose data starts at `in`, written again with its names in full. */
static struct record *expand(struct reader in, const struct record_head *head,
                             struct name owner)
{
    size_t room = head->data_len + NAMES_IN_DATA * NAME_WIRE_MAX;
    struct record *record = record_new(head, owner, room);
    struct writer out;

    if (!record)
        return NULL;
    out = writer_of(record->bytes + owner.len, room);
    if (!copy_fields(&in, head, &out)) {
        free(record);
        return NULL;
    }
    record->data = out.data;
    record->data_len = out.pos;
    return record;
}

bool record_is(const struct record *record, uint16_t type)
{
    return record->type == type && record->class == CLASS_IN;
}

struct record *record_read(struct reader *in)
{
    struct reader at_name = *in, behind = *in, data;
    uint8_t wire[NAME_WIRE_MAX];
    struct name owner = {.wire = wire};
    struct record *record;
    struct record_head head;

    if (!name_expand(&at_name, wire, &owner.len) || !record_next(&behind, &head) ||
        !has_right_length(&head))
        return NULL;
    data = behind;
    data.pos -= head.data_len;
    record = may_hold_names(head.type) ? expand(data, &head, owner)
                                       : record_new(&head, owner, 0);
    if (record)
        *in = behind;
    return record;
}
