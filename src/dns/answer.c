#include "dns/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void answer_init(struct answer *answer, const struct question *question, uint8_t *buffer,
                 size_t size)
{
    *answer = (struct answer){
        .rcode = RCODE_NOERROR,
        .ede = EDE_NONE,
        .records = buffer,
        .size = size < ANSWER_RECORDS_MAX ? size : ANSWER_RECORDS_MAX,
        .records_at = WIRE_HEADER + question_wire_len(question),
    };
}

void answer_reset(struct answer *answer)
{
    memset(answer->count, 0, sizeof answer->count);
    answer->len = 0;
    answer->rcode = RCODE_NOERROR;
    answer->source = ANSWER_FROM_DNS;
    answer->server = 0;
    answer->is_authentic = false;
    answer->ede = EDE_NONE;
    answer->ede_text[0] = '\0';
}

bool answer_is_of_host(const struct answer *answer)
{
    return answer->source != ANSWER_FROM_DNS;
}

enum { SOURCE_BITS = 3, SOURCE_MASK = (1 << SOURCE_BITS) - 1 };

uint8_t answer_origin(const struct answer *answer)
{
    return (uint8_t)(answer->source | answer->server << SOURCE_BITS |
                     (answer->is_authentic ? ANSWER_AUTHENTIC : 0));
}

void answer_set_origin(struct answer *answer, uint8_t origin)
{
    answer->source = origin & SOURCE_MASK;
    answer->server = (uint8_t)((origin & ~ANSWER_AUTHENTIC) >> SOURCE_BITS);
    answer->is_authentic = (origin & ANSWER_AUTHENTIC) != 0;
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

bool answer_is_failure(const struct answer *answer)
{
    return answer->rcode == RCODE_SERVFAIL || answer->ede == EDE_NO_REACHABLE_AUTHORITY ||
           answer->ede == EDE_NETWORK_ERROR;
}

void answer_spare_name(struct answer *answer)
{
    answer->rcode = RCODE_NOERROR;
    answer->is_authentic = false;
}

/* All that stands before the data, at once, since an answer may have thousands of records.
 */
static void put_head(struct writer *out, uint16_t owner, const struct record *record)
{
    uint8_t fields[12], *at = fields;

    if (owner == ANSWER_OWNER_FULL)
        put_bytes(out, record->owner.wire, record->owner.len);
    else
        at = wire_set_u16(at, NAME_POINTER | owner);
    at = wire_set_u16(at, record->type);
    at = wire_set_u16(at, record->class);
    at = wire_set_u16(at, record->ttl >> 16);
    at = wire_set_u16(at, record->ttl);
    at = wire_set_u16(at, (unsigned)record->data_len);
    put_bytes(out, fields, (size_t)(at - fields));
}

bool answer_add_record(struct answer *answer, enum section section, uint16_t owner,
                       const struct record *record)
{
    struct writer out = writer_of(answer->records, answer->size);

    out.pos = answer->len;
    put_head(&out, owner, record);
    put_bytes(&out, record->data, record->data_len);
    if (out.failed)
        return false;
    answer->len = out.pos;
    answer->count[section]++;
    return true;
}

/* Adds a record of class IN. It allocates no memory: a record that is left out for want of
 * memory would be denied. */
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
    return add(answer, SECTION_ANSWER, owner, type, address, type == TYPE_AAAA ? 16 : 4,
               ttl);
}

bool answer_add_name(struct answer *answer, uint16_t owner, uint16_t type,
                     struct name target, uint32_t ttl, uint16_t *target_at)
{
    if (!add(answer, SECTION_ANSWER, owner, type, target.wire, target.len, ttl))
        return false;
    if (target_at)
        *target_at = (uint16_t)(answer->records_at + answer->len - target.len);
    return true;
}

void answer_add_soa(struct answer *answer, unsigned aliases, uint16_t owner, uint32_t ttl)
{
    static const uint8_t server[] = "\11localhost", mailbox[] = "\6nobody\7invalid";
    const uint32_t numbers[] = {1, 3600, 600, 86400, ttl}; /* serial ... minimum */
    uint8_t data[sizeof server + sizeof mailbox + sizeof numbers];
    struct writer out = writer_of(data, sizeof data);

    if (ttl == 0 || answer->count[SECTION_ANSWER] > aliases ||
        (answer->rcode != RCODE_NOERROR && answer->rcode != RCODE_NXDOMAIN))
        return;
    put_bytes(&out, server, sizeof server);
    put_bytes(&out, mailbox, sizeof mailbox);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put_u32(&out, numbers[i]);
    add(answer, SECTION_AUTHORITY, owner, TYPE_SOA, data, out.pos, ttl);
}

void answer_finish(struct answer *answer, const struct question *question, uint32_t ttl)
{
    size_t parent = question->name[0] + 1u;
    bool at_parent = answer->rcode == RCODE_NXDOMAIN && question->name[parent] != 0;

    if (question->name_len > 1)
        answer_add_soa(answer, 0,
                       (uint16_t)(ANSWER_OWNER_QUESTION + (at_parent ? parent : 0)), ttl);
}

uint32_t answer_ttl(const struct answer *answer)
{
    struct reader in = reader_of(answer->records, answer->len);
    uint32_t lowest = UINT32_MAX;
    struct record_head head;

    while (record_next(&in, &head))
        if (head.ttl < lowest)
            lowest = head.ttl;
    return answer->len > 0 ? lowest : 0;
}

void answer_limit_ttl(struct answer *answer, uint32_t most)
{
    struct reader in = reader_of(answer->records, answer->len);
    struct writer out = writer_of(answer->records, answer->len);
    struct record_head head;

    while (record_next(&in, &head)) {
        out.pos = head.ttl_at;
        if (head.ttl > most)
            put_u32(&out, most);
    }
}

bool answer_has_soa(const struct answer *answer)
{
    struct reader in = reader_of(answer->records, answer->len);
    unsigned before = answer->count[SECTION_ANSWER];
    unsigned end = before + answer->count[SECTION_AUTHORITY];
    struct record_head head;

    for (unsigned i = 0; i < end && record_next(&in, &head); i++)
        if (i >= before && head.type == TYPE_SOA)
            return true;
    return false;
}

bool answer_has_data(const struct answer *answer, uint16_t type, const void *data,
                     size_t size)
{
    struct reader in = reader_of(answer->records, answer->len);
    struct record_head head;

    for (unsigned i = 0; i < answer->count[SECTION_ANSWER]; i++)
        if (record_next(&in, &head) && head.type == type && head.data_len == size &&
            memcmp(head.data, data, size) == 0)
            return true;
    return false;
}

size_t answer_count_type(const struct answer *answer, uint16_t type)
{
    struct reader in = reader_of(answer->records, answer->len);
    struct record_head head;
    size_t count = 0;

    for (unsigned i = 0; i < answer->count[SECTION_ANSWER] && record_next(&in, &head); i++)
        if (head.type == type)
            count++;
        else if (head.type == TYPE_CNAME)
            count = 0;
    return count;
}
