#include "dns/answer.h"

#include <ldns/ldns.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    POINTER = 0xc000,
    RDATA_USUAL = 64, /* the buffer grows for longer ones */
};

void answer_init(struct answer *answer, const struct question *question, uint8_t *buffer,
                 size_t size)
{
    *answer = (struct answer){
        .rcode = RCODE_NOERROR,
        .ede = EDE_NONE,
        .records = buffer,
        .size = size < ANSWER_RECORDS_MAX ? size : ANSWER_RECORDS_MAX,
        .records_at = LDNS_HEADER_SIZE + question_wire_len(question),
    };
}

void answer_reset(struct answer *answer)
{
    memset(answer->count, 0, sizeof answer->count);
    answer->len = 0;
    answer->rcode = RCODE_NOERROR;
    answer->source = ANSWER_FROM_DNS;
    answer->ede = EDE_NONE;
    answer->ede_text[0] = '\0';
}

__attribute__((format(printf, 3, 0))) static void
explain(struct answer *answer, enum ede ede, const char *format, va_list args)
{
    answer->ede = (uint16_t)ede;
    vsnprintf(answer->ede_text, sizeof answer->ede_text, format, args);
}

void answer_explain(struct answer *answer, enum ede ede, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    explain(answer, ede, format, args);
    va_end(args);
}

void answer_fail(struct answer *answer, enum rcode rcode, enum ede ede, const char *format,
                 ...)
{
    va_list args;

    answer_reset(answer);
    answer->rcode = (uint16_t)rcode;
    va_start(args, format);
    explain(answer, ede, format, args);
    va_end(args);
}

static void put_owner(struct writer *out, uint16_t owner, const struct record *record)
{
    if (owner == ANSWER_OWNER_FULL)
        put_bytes(out, record->owner, record->owner_len);
    else
        put_u16(out, (uint16_t)(POINTER | owner));
}

bool answer_add_record(struct answer *answer, enum section section, uint16_t owner,
                       const struct record *record)
{
    struct writer out = writer_of(answer->records, answer->size);

    out.pos = answer->len;
    put_owner(&out, owner, record);
    put_u16(&out, record->type);
    put_u16(&out, record->class);
    put_u32(&out, record->ttl);
    put_u16(&out, (uint16_t)record->data_len);
    put_bytes(&out, record->data, record->data_len);
    if (out.failed)
        return false;
    answer->len = out.pos;
    answer->count[section]++;
    return true;
}

/* Adds a record built with ldns, which is taken and may be NULL. */
static bool add_new(struct answer *answer, enum section section, uint16_t owner,
                    ldns_rr *rr)
{
    ldns_buffer *data = ldns_buffer_new(RDATA_USUAL);
    struct record record;
    bool done = false;

    if (rr && data && ldns_rr_rdata2buffer_wire(data, rr) == LDNS_STATUS_OK &&
        ldns_buffer_status_ok(data)) {
        record = (struct record){
            .type = (uint16_t)ldns_rr_get_type(rr),
            .class = (uint16_t)ldns_rr_get_class(rr),
            .ttl = ldns_rr_ttl(rr),
            .data = ldns_buffer_begin(data),
            .data_len = ldns_buffer_position(data),
        };
        done = answer_add_record(answer, section, owner, &record);
    }
    ldns_buffer_free(data);
    ldns_rr_free(rr);
    return done;
}

/* A record of class IN with one field of data copied from `data`; NULL if memory is short.
 */
static ldns_rr *record_new(uint16_t type, uint32_t ttl, ldns_rdf_type field,
                           const void *data, size_t size)
{
    ldns_rr *rr = ldns_rr_new();
    ldns_rdf *rdf = ldns_rdf_new_frm_data(field, size, data);

    if (!rr || !rdf || !ldns_rr_push_rdf(rr, rdf)) {
        ldns_rdf_deep_free(rdf);
        ldns_rr_free(rr);
        return NULL;
    }
    ldns_rr_set_type(rr, (ldns_rr_type)type);
    ldns_rr_set_ttl(rr, ttl);
    return rr;
}

bool answer_add_address(struct answer *answer, uint16_t owner, uint16_t type,
                        const void *address, uint32_t ttl)
{
    if (type == TYPE_AAAA)
        return add_new(answer, SECTION_ANSWER, owner,
                       record_new(type, ttl, LDNS_RDF_TYPE_AAAA, address, LDNS_IP6ADDRLEN));
    return add_new(answer, SECTION_ANSWER, owner,
                   record_new(type, ttl, LDNS_RDF_TYPE_A, address, LDNS_IP4ADDRLEN));
}

bool answer_add_name(struct answer *answer, uint16_t owner, uint16_t type,
                     const uint8_t *target, size_t target_len, uint32_t ttl,
                     uint16_t *target_at)
{
    if (!add_new(answer, SECTION_ANSWER, owner,
                 record_new(type, ttl, LDNS_RDF_TYPE_DNAME, target, target_len)))
        return false;
    if (target_at)
        *target_at = (uint16_t)(answer->records_at + answer->len - target_len);
    return true;
}

static uint16_t soa_owner(const struct answer *answer, const struct question *question)
{
    size_t parent = question->name[0] + 1u;

    if (answer->rcode != RCODE_NXDOMAIN || question->name_len == 1 ||
        question->name[parent] == 0)
        return ANSWER_OWNER_QUESTION;
    return (uint16_t)(ANSWER_OWNER_QUESTION + parent);
}

static ldns_rr *soa_new(uint32_t ttl)
{
    static const uint8_t server[] = "\11localhost", mailbox[] = "\6nobody\7invalid";
    const uint32_t numbers[] = {1, 3600, 600, 86400, ttl}; /* serial ... minimum */
    ldns_rr *rr = record_new(TYPE_SOA, ttl, LDNS_RDF_TYPE_DNAME, server, sizeof server);
    ldns_rdf *rdf = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, sizeof mailbox, mailbox);

    for (size_t i = 0; rr && rdf; i++) {
        if (!ldns_rr_push_rdf(rr, rdf))
            break;
        if (i == sizeof numbers / sizeof *numbers)
            return rr;
        rdf = ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, numbers[i]);
    }
    ldns_rdf_deep_free(rdf);
    ldns_rr_free(rr);
    return NULL;
}

bool answer_add_soa_at(struct answer *answer, uint16_t owner, uint32_t ttl)
{
    return add_new(answer, SECTION_AUTHORITY, owner, soa_new(ttl));
}

bool answer_add_soa(struct answer *answer, const struct question *question, uint32_t ttl)
{
    return answer_add_soa_at(answer, soa_owner(answer, question), ttl);
}

uint32_t answer_ttl(const struct answer *answer)
{
    struct reader in = reader_of(answer->records, answer->len);
    uint32_t lowest = UINT32_MAX, ttl;
    uint16_t length;

    while (name_skip(&in) && get_skip(&in, 4) && get_u32(&in, &ttl) &&
           get_u16(&in, &length) && get_skip(&in, length))
        if (ttl < lowest)
            lowest = ttl;
    return answer->len > 0 ? lowest : 0;
}
