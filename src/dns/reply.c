#include "dns/reply.h"

#include <string.h>

size_t reply_limit(uint16_t edns_size, size_t most)
{
    size_t limit = edns_size > REPLY_SIZE_MIN ? edns_size : REPLY_SIZE_MIN;

    return limit < most ? limit : most;
}

/* The high bits of an RCODE travel in the OPT record (RFC 6891 section 6.1.3). */
static unsigned header_rcode(const struct request *request, const struct answer *answer)
{
    return answer->rcode > 0xf && !request->has_edns ? RCODE_SERVFAIL : answer->rcode & 0xf;
}

static struct edns_record opt_of(const struct request *request, const struct answer *answer,
                                 const struct edns_extras *extras)
{
    return (struct edns_record){
        .udp_size = EDNS_UDP_SIZE,
        .rcode_high = (uint8_t)(answer->rcode >> 4),
        .dnssec_ok = request->dnssec_ok,
        .has_reason = answer->ede != EDE_NONE,
        .reason = answer->ede,
        .reason_text = answer->ede_text,
        .extras = extras ? *extras : (struct edns_extras){0},
    };
}

/* RFC 6840 section 5.7: AD is for clients that have set AD or DO. */
static bool is_authentic(const struct request *request, const struct answer *answer)
{
    return answer->is_authentic && (request->authentic_data || request->dnssec_ok);
}

/* RFC 8906 section 8.1.4: the flags of other opcodes are not copied, since we do not know
 * what they mean. */
static unsigned flags_of(const struct request *request, const struct answer *answer)
{
    unsigned flags =
        WIRE_QR | (unsigned)request->opcode << OPCODE_SHIFT | header_rcode(request, answer);

    if (request->opcode == OPCODE_QUERY)
        flags |= WIRE_RA | (request->recursion_desired ? WIRE_RD : 0u) |
                 (is_authentic(request, answer) ? WIRE_AD : 0u) |
                 (request->checking_disabled ? WIRE_CD : 0u);
    return flags;
}

/* How TTLs become what the client gets. An answer may have thousands. */
struct ageing {
    uint32_t age;   /* seconds; what is no more than that becomes `least` */
    uint32_t least; /* seconds */
    uint32_t added; /* to all others, modulo 2^32 */
};

static struct ageing ageing_of(const struct answer *answer, uint32_t age)
{
    if (answer->is_stale)
        return (struct ageing){.age = UINT32_MAX, .least = ANSWER_STALE_TTL};
    return (struct ageing){.age = age, .added = 0u - age};
}

static uint32_t aged(uint32_t ttl, const struct ageing *ageing)
{
    return ttl > ageing->age ? ttl + ageing->added : ageing->least;
}

/* Copies the next record if it fits below `limit`. */
static bool copy_record(struct writer *out, struct reader *in, size_t limit,
                        const struct ageing *ageing)
{
    struct record_head head;
    struct writer patch;

    if (!record_next(in, &head) || out->pos + in->pos - head.at > limit)
        return false;
    patch = *out;
    patch.pos += head.ttl_at - head.at;
    put_bytes(out, in->data + head.at, in->pos - head.at);
    put_u32(&patch, aged(head.ttl, ageing));
    return true;
}

/* Copies up to `count` records and returns how many fitted. */
static uint16_t copy_section(struct writer *out, struct reader *in, uint16_t count,
                             size_t limit, const struct ageing *ageing)
{
    uint16_t copied = 0;

    while (copied < count && copy_record(out, in, limit, ageing))
        copied++;
    return copied;
}

/* The octets before the data of a record whose owner is a pointer, and where its TTL and
 * the length of the data stand there. */
enum { FIXED = 12, TTL_AT = 6, LENGTH_AT = 10 };

/* Ages the record at `*pos`, and sets that to what is behind it. False if it is not whole.
 */
static bool age_record(uint8_t *records, size_t len, size_t *pos,
                       const struct ageing *ageing)
{
    struct reader in = reader_of(records, len);
    struct record_head head;

    in.pos = *pos < len ? *pos : len;
    if (!record_next(&in, &head))
        return false;
    wire_set_u32(records + head.ttl_at, aged(head.ttl, ageing));
    *pos = in.pos;
    return true;
}

/* Ages all records. False if there are not exactly so many. An answer may have thousands,
 * most with a pointer as their owner. */
static bool age_records(uint8_t *records, size_t len, unsigned count, struct ageing ageing)
{
    size_t pos = 0;

    for (; count > 0; count--)
        if (pos + FIXED <= len && records[pos] >= NAME_POINTER >> 8) {
            uint8_t *ttl = records + pos + TTL_AT;

            wire_set_u32(ttl, aged(wire_u32(ttl), &ageing));
            pos += FIXED + (size_t)wire_u16(records + pos + LENGTH_AT);
        } else if (!age_record(records, len, &pos, &ageing)) {
            return false;
        }
    return pos == len;
}

/* Copies all records at once, if they fit. */
static bool put_whole(struct writer *out, const struct answer *answer, size_t limit,
                      const struct ageing *ageing)
{
    const struct writer before = *out;
    unsigned count = 0;

    if (out->pos + answer->len > limit)
        return false;
    for (enum section i = SECTION_ANSWER; i < SECTIONS; i++)
        count += answer->count[i];
    put_bytes(out, answer->records, answer->len);
    if (age_records(out->data + before.pos, answer->len, count, *ageing))
        return true;
    *out = before;
    return false;
}

static void put_fitting(struct writer *out, const struct answer *answer, size_t limit,
                        const struct ageing *ageing, uint16_t copied[static SECTIONS])
{
    struct reader in = reader_of(answer->records, answer->len);
    int section = 0;

    while (section < SECTIONS) {
        copied[section] = copy_section(out, &in, answer->count[section], limit, ageing);
        if (copied[section] < answer->count[section])
            break; /* records behind a gap would be taken for the missing ones */
        section++;
    }
    if (section < SECTION_ADDITIONAL) /* RFC 2181 section 9: missing additional records are
                                         no truncation */
        wire_set_flags(out->data, wire_flags(out->data) | WIRE_TC);
}

static void put_records(struct writer *out, const struct answer *answer, size_t limit,
                        uint32_t age, bool has_edns)
{
    const struct ageing ageing = ageing_of(answer, age);
    uint16_t copied[SECTIONS] = {0};

    if (put_whole(out, answer, limit, &ageing))
        memcpy(copied, answer->count, sizeof copied);
    else
        put_fitting(out, answer, limit, &ageing, copied);
    wire_set_count(out->data, SECTION_ANSWER, copied[SECTION_ANSWER]);
    wire_set_count(out->data, SECTION_AUTHORITY, copied[SECTION_AUTHORITY]);
    wire_set_count(out->data, SECTION_ADDITIONAL, copied[SECTION_ADDITIONAL] + has_edns);
}

size_t reply_write(const struct request *request, const struct answer *answer, uint32_t age,
                   const struct edns_extras *extras, uint8_t *out, size_t limit)
{
    struct writer to = writer_of(out, limit);
    struct edns_record opt = opt_of(request, answer, extras);
    size_t opt_size = request->has_edns ? edns_record_size(&opt) : 0;

    wire_put_header(&to, request->id, flags_of(request, answer), request->has_question,
                    request->has_edns);
    if (request->has_question) {
        question_put(&to, &request->question, request->class);
        put_records(&to, answer, limit - opt_size, age, request->has_edns);
    }
    if (request->has_edns)
        edns_put_record(&to, &opt, limit);
    return to.pos;
}
