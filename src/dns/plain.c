#include "dns/plain.h"

#include <string.h>

#include "dns/reply.h"

enum {
    POINTER = NAME_POINTER >> 8,
};

/* A query with one question, and at most one record behind it. */
static bool is_plain_header(const uint8_t *wire)
{
    return (wire_flags(wire) & ~(WIRE_RD | WIRE_AD | WIRE_CD)) == 0 &&
           wire_counts_as_query(wire);
}

/* Copies the name in lower case; its length, or 0. */
static size_t read_name(uint8_t *out, const uint8_t *name, size_t left)
{
    size_t at = 0, label;

    do {
        if (at >= left || name[at] > NAME_LABEL_MAX || at > NAME_WIRE_MAX)
            return 0;
        label = name[at];
        at += 1 + label;
    } while (label != 0);
    if (at > NAME_WIRE_MAX || at > left)
        return 0;
    name_fold(out, name, at);
    return at;
}

static bool read_opt(struct request *request, const uint8_t *opt, size_t left)
{
    uint32_t flags;

    if (left < EDNS_SIZE || opt[0] != 0 || wire_u16(opt + 1) != TYPE_OPT)
        return false;
    flags = wire_u32(opt + 5);
    if ((flags & ~(uint32_t)WIRE_DO) != 0 || wire_u16(opt + 9) != left - EDNS_SIZE)
        return false;
    request->has_edns = true;
    request->edns_size = wire_u16(opt + 3);
    request->question.flags |= flags & WIRE_DO ? QUESTION_DNSSEC_OK : 0;
    return left == EDNS_SIZE ||
           (edns_read_options(&request->options,
                              reader_of(opt + EDNS_SIZE, left - EDNS_SIZE)) &&
            !request->options.way);
}

bool plain_read(struct request *request, const uint8_t *wire, size_t len)
{
    struct question *question = &request->question;
    size_t at = WIRE_HEADER, name_len;

    if (len < WIRE_HEADER || !is_plain_header(wire))
        return false;
    name_len = read_name(question->name, wire + at, len - at);
    at += name_len + 4;
    if (name_len == 0 || at > len || wire_u16(wire + at - 2) != CLASS_IN)
        return false;
    question->name_len = (uint8_t)name_len;
    question->type = wire_u16(wire + at - 4);
    question->flags = wire_flags(wire) & WIRE_CD ? QUESTION_CHECKING_DISABLED : 0;
    request->has_edns = false;
    request->edns_size = 0;
    request->options = (struct edns_options){0};
    return wire_count(wire, SECTION_ADDITIONAL) == 0
               ? at == len
               : read_opt(request, wire + at, len - at);
}

/* Lowers the TTLs of the records, which are well-formed: we have written them. */
static void age_records(uint8_t *at, unsigned count, uint32_t age)
{
    while (count-- > 0) {
        uint32_t ttl;

        while (*at != 0 && *at < POINTER)
            at += 1 + *at;
        at += *at == 0 ? 5 : 6;
        ttl = wire_u32(at);
        ttl = ttl > age ? ttl - age : 0;
        wire_set_u16(wire_set_u16(at, ttl >> 16), ttl & 0xffff);
        at += 6 + wire_u16(at + 4);
    }
}

static uint8_t *put_opt(uint8_t *at, const struct question *question)
{
    *at = 0;
    at = wire_set_u16(at + 1, TYPE_OPT);
    at = wire_set_u16(at, EDNS_UDP_SIZE);
    at = wire_set_u16(at, 0);
    at = wire_set_u16(at, question->flags & QUESTION_DNSSEC_OK ? WIRE_DO : 0);
    return wire_set_u16(at, 0);
}

/* RFC 6840 section 5.7: AD is for clients that have set AD or DO. */
static unsigned authentic_flag(const struct request *request, unsigned flags,
                               const struct plain_answer *answer)
{
    bool asks =
        (flags & WIRE_AD) != 0 || (request->question.flags & QUESTION_DNSSEC_OK) != 0;

    return asks && answer->is_authentic ? WIRE_AD : 0;
}

size_t plain_write(const struct request *request, const uint8_t *wire,
                   const struct plain_answer *answer, uint8_t *out, size_t limit)
{
    size_t start = WIRE_HEADER + question_wire_len(&request->question);
    size_t len = start + answer->len + (request->has_edns ? EDNS_SIZE : 0);
    unsigned flags = wire_flags(wire), records = 0;

    if (len > limit)
        return 0;
    memcpy(out, wire, start);
    memcpy(out + start, answer->records, answer->len);
    wire_set_flags(out, WIRE_QR | WIRE_RA | (flags & (WIRE_RD | WIRE_CD)) |
                            authentic_flag(request, flags, answer) | answer->rcode);
    for (enum section i = SECTION_ANSWER; i < SECTIONS; i++) {
        records += answer->count[i];
        wire_set_count(out, i, answer->count[i]);
    }
    if (answer->age > 0)
        age_records(out + start, records, answer->age);
    if (request->has_edns) {
        wire_set_count(out, SECTION_ADDITIONAL, answer->count[SECTION_ADDITIONAL] + 1u);
        put_opt(out + start + answer->len, &request->question);
    }
    return len;
}
