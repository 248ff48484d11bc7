#include "dns/record.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/question.h"

/* Where a record's data lies, and what stands before it. */
struct head {
    uint16_t type, class;
    uint32_t ttl;
    uint16_t data_len;
    const uint8_t *data;
};

static bool read_head(struct reader *in, struct head *head)
{
    return name_skip(in) && get_u16(in, &head->type) && get_u16(in, &head->class) &&
           get_u32(in, &head->ttl) && get_u16(in, &head->data_len) &&
           get_bytes(in, &head->data, head->data_len);
}

uint16_t record_peek_type(const struct reader *in)
{
    struct reader ahead = *in;
    uint16_t type = 0;

    return name_skip(&ahead) && get_u16(&ahead, &type) ? type : 0;
}

bool record_skip(struct reader *in)
{
    struct head head;

    return read_head(in, &head);
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

/* ldns takes an address of any length. */
static bool has_right_length(const struct head *head)
{
    if (head->class != CLASS_IN)
        return true;
    return !(head->type == TYPE_A && head->data_len != LDNS_IP4ADDRLEN) &&
           !(head->type == TYPE_AAAA && head->data_len != LDNS_IP6ADDRLEN);
}

static struct record *record_new(const struct head *head, const ldns_rdf *owner,
                                 const uint8_t *data, size_t data_len, bool copy_data)
{
    size_t owner_len = ldns_rdf_size(owner);
    struct record *record = malloc(sizeof *record + owner_len + (copy_data ? data_len : 0));

    if (!record)
        return NULL;
    *record = (struct record){
        .type = head->type,
        .class = head->class,
        .ttl = head->ttl <= INT32_MAX ? head->ttl : 0, /* RFC 2181 section 8 */
        .owner = record->bytes,
        .owner_len = owner_len,
        .data = copy_data ? record->bytes + owner_len : data,
        .data_len = data_len,
    };
    memcpy(record->bytes, ldns_rdf_data(owner), owner_len);
    if (copy_data)
        memcpy(record->bytes + owner_len, data, data_len);
    return record;
}

/* The record at `start`, decoded and written again with its names in full. */
static struct record *expand(const struct reader *behind, size_t start,
                             const struct head *head)
{
    ldns_buffer *buffer = ldns_buffer_new(head->data_len + NAME_WIRE_MAX);
    struct record *record = NULL;
    ldns_rr *rr = NULL;

    if (!buffer || ldns_wire2rr(&rr, behind->data, behind->size, &start,
                                LDNS_SECTION_ANSWER) != LDNS_STATUS_OK) {
        ldns_buffer_free(buffer);
        return NULL;
    }
    if (start == behind->pos && ldns_rr_rd_count(rr) > 0 &&
        ldns_rr_rdata2buffer_wire(buffer, rr) == LDNS_STATUS_OK &&
        ldns_buffer_status_ok(buffer) && ldns_buffer_position(buffer) <= UINT16_MAX)
        record = record_new(head, ldns_rr_owner(rr), ldns_buffer_begin(buffer),
                            ldns_buffer_position(buffer), true);
    ldns_rr_free(rr);
    ldns_buffer_free(buffer);
    return record;
}

static struct record *take(const struct reader *behind, size_t start,
                           const struct head *head)
{
    struct record *record;
    ldns_rdf *owner;

    if (ldns_wire2dname(&owner, behind->data, behind->size, &start) != LDNS_STATUS_OK)
        return NULL;
    record = record_new(head, owner, head->data, head->data_len, false);
    ldns_rdf_deep_free(owner);
    return record;
}

struct record *record_read(struct reader *in)
{
    struct reader behind = *in;
    struct record *record;
    struct head head;

    if (!read_head(&behind, &head) || !has_right_length(&head))
        return NULL;
    record = may_hold_names(head.type) ? expand(&behind, in->pos, &head)
                                       : take(&behind, in->pos, &head);
    if (record)
        *in = behind;
    return record;
}
