#include "dns/answer.h"

#include <ldns/ldns.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { POINTER = 0xc000 };

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
    answer->is_authentic = false;
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

void answer_spare_name(struct answer *answer)
{
    answer->rcode = RCODE_NOERROR;
    answer->is_authentic = false;
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

/* Adds a record of class IN. It needs no memory but the answer's: what would be left out
 * when there is none would be denied. */
static bool add(struct answer *answer, enum section section, uint16_t owner, uint16_t type,
                const void *data, size_t size, uint32_t ttl)
{
    const struct record record = {
        .type = type, .class = CLASS_IN, .ttl = ttl, .data = data, .data_len = size};

    return answer_add_record(answer, section, owner, &record);
}

bool answer_add_address(struct answer *answer, uint16_t owner, uint16_t type,
                        const void *address, uint32_t ttl)
{
    return add(answer, SECTION_ANSWER, owner, type, address,
               type == TYPE_AAAA ? LDNS_IP6ADDRLEN : LDNS_IP4ADDRLEN, ttl);
}

bool answer_add_name(struct answer *answer, uint16_t owner, uint16_t type,
                     const uint8_t *target, size_t target_len, uint32_t ttl,
                     uint16_t *target_at)
{
    if (!add(answer, SECTION_ANSWER, owner, type, target, target_len, ttl))
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

bool answer_add_soa_at(struct answer *answer, uint16_t owner, uint32_t ttl)
{
    static const uint8_t server[] = "\11localhost", mailbox[] = "\6nobody\7invalid";
    const uint32_t numbers[] = {1, 3600, 600, 86400, ttl}; /* serial ... minimum */
    uint8_t data[sizeof server + sizeof mailbox + sizeof numbers];
    struct writer out = writer_of(data, sizeof data);

    put_bytes(&out, server, sizeof server);
    put_bytes(&out, mailbox, sizeof mailbox);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put_u32(&out, numbers[i]);
    return add(answer, SECTION_AUTHORITY, owner, TYPE_SOA, data, out.pos, ttl);
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
