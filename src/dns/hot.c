#include "dns/hot.h"

#include <ldns/ldns.h>
#include <string.h>

#include "dns/reply.h"

enum {
    AT_COUNTS = 4,
    FLAG_RD = 0x01, /* in the third octet, the only bit that may be set */
    FLAG_QR = 0x80,
    FLAG_RA = 0x80, /* in the fourth octet */
    FLAG_AD = 0x20,
    FLAG_CD = 0x10,
    FLAGS_AD_CD = FLAG_AD | FLAG_CD,
    OPT_DO = 0x8000,
    OPT_SIZE = 11, /* without options */
    POINTER = 0xc0,
};

static uint16_t u16_at(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t u32_at(const uint8_t *at)
{
    return (uint32_t)u16_at(at) << 16 | u16_at(at + 2);
}

static uint8_t *put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

/* One question, and at most one record behind it. */
static bool is_plain_header(const uint8_t *wire)
{
    static const uint8_t counts[] = {0, 1, 0, 0, 0, 0, 0};

    return (wire[2] & ~FLAG_RD) == 0 && (wire[3] & ~FLAGS_AD_CD) == 0 &&
           memcmp(wire + AT_COUNTS, counts, sizeof counts) == 0 && wire[11] <= 1;
}

/* Copies the name in lower case; its length, or 0. */
static size_t read_name(uint8_t *out, const uint8_t *name, size_t left)
{
    size_t at = 0, label;

    do {
        if (at >= left || name[at] > NAME_LABEL_MAX)
            return 0;
        label = name[at];
        at += 1 + label;
    } while (label != 0);
    if (at > NAME_WIRE_MAX || at > left)
        return 0;
    name_fold(out, name, at);
    return at;
}

static bool read_opt(struct hot_request *request, const uint8_t *opt, size_t left)
{
    uint32_t flags;

    if (left < OPT_SIZE || opt[0] != 0 || u16_at(opt + 1) != TYPE_OPT)
        return false;
    flags = u32_at(opt + 5);
    if ((flags & ~(uint32_t)OPT_DO) != 0 || u16_at(opt + 9) != left - OPT_SIZE)
        return false;
    request->has_edns = true;
    request->edns_size = u16_at(opt + 3);
    request->question.flags |= flags & OPT_DO ? QUESTION_DNSSEC_OK : 0;
    return left == OPT_SIZE ||
           edns_read_options(&request->options, reader_of(opt + OPT_SIZE, left - OPT_SIZE));
}

bool hot_read(struct hot_request *request, const uint8_t *wire, size_t len)
{
    struct question *question = &request->question;
    size_t at = LDNS_HEADER_SIZE, name_len;

    if (len < LDNS_HEADER_SIZE || !is_plain_header(wire))
        return false;
    name_len = read_name(question->name, wire + at, len - at);
    at += name_len + 4;
    if (name_len == 0 || at > len || u16_at(wire + at - 2) != CLASS_IN)
        return false;
    question->name_len = (uint8_t)name_len;
    question->type = u16_at(wire + at - 4);
    question->flags = wire[3] & FLAG_CD ? QUESTION_CHECKING_DISABLED : 0;
    request->has_edns = false;
    request->edns_size = 0;
    request->options = (struct edns_options){0};
    return wire[11] == 0 ? at == len : read_opt(request, wire + at, len - at);
}

/* Lowers the TTLs of the records, which are well-formed: we have written them. */
static void age_records(uint8_t *at, unsigned count, uint32_t age)
{
    while (count-- > 0) {
        uint32_t ttl;

        while (*at != 0 && *at < POINTER)
            at += 1 + *at;
        at += *at == 0 ? 5 : 6;
        ttl = u32_at(at);
        ttl = ttl > age ? ttl - age : 0;
        put16(put16(at, ttl >> 16), ttl & 0xffff);
        at += 6 + u16_at(at + 4);
    }
}

static uint8_t *put_opt(uint8_t *at, const struct question *question)
{
    *at = 0;
    at = put16(at + 1, TYPE_OPT);
    at = put16(at, REPLY_UDP_SIZE);
    at = put16(at, 0);
    at = put16(at, question->flags & QUESTION_DNSSEC_OK ? OPT_DO : 0);
    return put16(at, 0);
}

/* RFC 6840 section 5.7: AD is for who has set AD or DO. */
static unsigned authentic_flag(const struct hot_request *request, const uint8_t *wire,
                               const struct hot_answer *answer)
{
    bool asks =
        (wire[3] & FLAG_AD) != 0 || (request->question.flags & QUESTION_DNSSEC_OK) != 0;

    return asks && answer->is_authentic ? FLAG_AD : 0;
}

size_t hot_write(const struct hot_request *request, const uint8_t *wire,
                 const struct hot_answer *answer, uint8_t *out, size_t limit)
{
    size_t start = LDNS_HEADER_SIZE + question_wire_len(&request->question);
    size_t len = start + answer->len + (request->has_edns ? OPT_SIZE : 0);
    unsigned records = 0;

    if (len > limit)
        return 0;
    memcpy(out, wire, start);
    memcpy(out + start, answer->records, answer->len);
    out[2] = (uint8_t)(FLAG_QR | wire[2]);
    out[3] = (uint8_t)(FLAG_RA | (wire[3] & FLAG_CD) |
                       authentic_flag(request, wire, answer) | answer->rcode);
    for (int i = 0; i < SECTIONS; i++) {
        records += answer->count[i];
        put16(out + AT_COUNTS + 2 + 2 * i, answer->count[i]);
    }
    if (answer->age > 0)
        age_records(out + start, records, answer->age);
    if (request->has_edns) {
        put16(out + LDNS_HEADER_SIZE - 2, answer->count[SECTION_ADDITIONAL] + 1u);
        put_opt(out + start + answer->len, &request->question);
    }
    return len;
}
