#include "dns/reply.h"

#include <ldns/ldns.h>
#include <string.h>

/* Flag bits of the header's second 16 bits (RFC 1035 section 4.1.1, RFC 4035). */
enum {
    FLAG_QR = 0x8000,
    FLAG_TC = 0x0200,
    FLAG_RD = 0x0100,
    FLAG_RA = 0x0080,
    FLAG_AD = 0x0020,
    FLAG_CD = 0x0010,
};

/* Offsets of the header's fields. */
enum { AT_FLAGS = 2, AT_ANCOUNT = 6, AT_NSCOUNT = 8, AT_ARCOUNT = 10 };

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
        .udp_size = REPLY_UDP_SIZE,
        .rcode_high = (uint8_t)(answer->rcode >> 4),
        .dnssec_ok = request->dnssec_ok,
        .has_reason = answer->ede != EDE_NONE,
        .reason = answer->ede,
        .reason_text = answer->ede_text,
        .extras = extras ? *extras : (struct edns_extras){0},
    };
}

/* RFC 6840 section 5.7: AD is for who has set AD or DO. */
static bool is_authentic(const struct request *request, const struct answer *answer)
{
    return answer->is_authentic && (request->authentic_data || request->dnssec_ok);
}

/* RFC 8906 section 8.1.4: what other opcodes mean by the flags is not ours to copy. */
static uint16_t flags_of(const struct request *request, const struct answer *answer)
{
    unsigned flags =
        FLAG_QR | (unsigned)request->opcode << 11 | header_rcode(request, answer);

    if (request->opcode == LDNS_PACKET_QUERY)
        flags |= FLAG_RA | (request->recursion_desired ? FLAG_RD : 0u) |
                 (is_authentic(request, answer) ? FLAG_AD : 0u) |
                 (request->checking_disabled ? FLAG_CD : 0u);
    return (uint16_t)flags;
}

static void put_question(struct writer *out, const struct request *request)
{
    put_bytes(out, request->question.name, request->question.name_len);
    put_u16(out, request->question.type);
    put_u16(out, request->class);
}

/* How TTLs become what the client gets. */
struct ageing {
    uint32_t age; /* seconds to take away */
    bool is_stale;
};

static uint32_t aged(uint32_t ttl, const struct ageing *ageing)
{
    if (ageing->is_stale)
        return ANSWER_STALE_TTL;
    return ttl > ageing->age ? ttl - ageing->age : 0;
}

/* Copies the next record if it fits below `limit`. */
static bool copy_record(struct writer *out, struct reader *in, size_t limit,
                        const struct ageing *ageing)
{
    size_t start = in->pos, ttl_at;
    uint32_t ttl;
    uint16_t length;
    struct writer patch;

    if (!name_skip(in) || !get_skip(in, 4))
        return false;
    ttl_at = out->pos + in->pos - start;
    if (!get_u32(in, &ttl) || !get_u16(in, &length) || !get_skip(in, length) ||
        out->pos + in->pos - start > limit)
        return false;
    put_bytes(out, in->data + start, in->pos - start);
    patch = writer_of(out->data, out->pos);
    patch.pos = ttl_at;
    put_u32(&patch, aged(ttl, ageing));
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

static void put_records(struct writer *out, const struct answer *answer, size_t limit,
                        uint32_t age, bool has_edns)
{
    const struct ageing ageing = {.age = age, .is_stale = answer->is_stale};
    struct reader in = reader_of(answer->records, answer->len);
    uint16_t copied[SECTIONS] = {0};
    int section = 0;

    while (section < SECTIONS) {
        copied[section] = copy_section(out, &in, answer->count[section], limit, &ageing);
        if (copied[section] < answer->count[section])
            break; /* what comes behind a gap would be read as the missing records */
        section++;
    }
    put_u16_at(out, AT_ANCOUNT, copied[SECTION_ANSWER]);
    put_u16_at(out, AT_NSCOUNT, copied[SECTION_AUTHORITY]);
    put_u16_at(out, AT_ARCOUNT, (uint16_t)(copied[SECTION_ADDITIONAL] + has_edns));
    if (section < SECTION_ADDITIONAL) /* RFC 2181 section 9: additional ones are no loss */
        out->data[AT_FLAGS] |= FLAG_TC >> 8;
}

size_t reply_write(const struct request *request, const struct answer *answer, uint32_t age,
                   const struct edns_extras *extras, uint8_t *out, size_t limit)
{
    struct writer to = writer_of(out, limit);
    struct edns_record opt = opt_of(request, answer, extras);
    size_t opt_size = request->has_edns ? edns_record_size(&opt) : 0;

    put_u16(&to, request->id);
    put_u16(&to, flags_of(request, answer));
    put_u16(&to, request->has_question ? 1 : 0);
    put_u16(&to, 0);
    put_u16(&to, 0);
    put_u16(&to, request->has_edns ? 1 : 0);
    if (request->has_question) {
        put_question(&to, request);
        put_records(&to, answer, limit - opt_size, age, request->has_edns);
    }
    if (request->has_edns)
        edns_put_record(&to, &opt, limit);
    return to.pos;
}
