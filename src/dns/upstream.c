#include "dns/upstream.h"

#include <ldns/ldns.h>
#include <string.h>

enum {
    FLAG_QR = 0x8000,
    FLAG_RD = 0x0100,
    FLAG_RA = 0x0080,
    FLAG_AD = 0x0020,
    FLAG_CD = 0x0010,
    OPT_DO = 0x8000,
};

static void put_opt(struct writer *to, const struct question *question)
{
    put_u8(to, 0);
    put_u16(to, TYPE_OPT);
    put_u16(to, UPSTREAM_UDP_SIZE);
    put_u32(to, question->flags & QUESTION_DNSSEC_OK ? OPT_DO : 0);
    put_u16(to, 0);
}

size_t upstream_write_query(const struct query_header *query,
                            const struct question *question,
                            uint8_t out[static UPSTREAM_QUERY_MAX])
{
    struct writer to = writer_of(out, UPSTREAM_QUERY_MAX);
    bool checking_disabled = (question->flags & QUESTION_CHECKING_DISABLED) != 0;

    put_u16(&to, query->id);
    put_u16(&to, (uint16_t)(FLAG_RD | (query->authentic_data ? FLAG_AD : 0) |
                            (checking_disabled ? FLAG_CD : 0)));
    put_u16(&to, 1);
    put_u32(&to, 0);
    put_u16(&to, query->edns);
    put_bytes(&to, question->name, question->name_len);
    put_u16(&to, question->type);
    put_u16(&to, CLASS_IN);
    if (query->edns)
        put_opt(&to, question);
    return to.pos;
}

uint16_t upstream_id(const uint8_t *wire)
{
    return LDNS_ID_WIRE(wire);
}

unsigned upstream_rcode(const uint8_t *wire)
{
    return LDNS_RCODE_WIRE(wire);
}

bool upstream_has_no_answer(const uint8_t *wire)
{
    return LDNS_RCODE_WIRE(wire) == LDNS_RCODE_NOERROR && LDNS_ANCOUNT(wire) == 0;
}

bool upstream_is_authentic(const uint8_t *wire)
{
    return LDNS_AD_WIRE(wire) != 0;
}

/* Reads the only question of a message and leaves the reader behind it. */
static bool read_question(struct reader *in, struct question *question)
{
    const uint8_t *name;
    size_t name_len;
    uint16_t class;

    *question = (struct question){0};
    if (in->size < LDNS_HEADER_SIZE || LDNS_QDCOUNT(in->data) != 1)
        return false;
    in->pos = LDNS_HEADER_SIZE;
    if (!name_get(in, &name, &name_len) || !get_u16(in, &question->type) ||
        !get_u16(in, &class))
        return false;
    question->name_len = (uint8_t)name_len;
    memcpy(question->name, name, name_len);
    return class == CLASS_IN;
}

static bool same_name_and_type(const struct question *a, const struct question *b)
{
    return a->type == b->type && name_equal(a->name, a->name_len, b->name, b->name_len);
}

static bool is_response_to(const struct question *question, struct reader *in)
{
    struct question echoed;

    return read_question(in, &echoed) && LDNS_QR_WIRE(in->data) &&
           LDNS_OPCODE_WIRE(in->data) == LDNS_PACKET_QUERY &&
           same_name_and_type(&echoed, question);
}

bool upstream_is_reply(const struct question *question, const uint8_t *wire, size_t len)
{
    struct reader in = reader_of(wire, len);

    return is_response_to(question, &in);
}

bool upstream_is_bare_error(const uint8_t *wire, size_t len)
{
    unsigned rcode = LDNS_RCODE_WIRE(wire);

    return len >= LDNS_HEADER_SIZE && LDNS_QR_WIRE(wire) && LDNS_QDCOUNT(wire) == 0 &&
           (rcode == LDNS_RCODE_FORMERR || rcode == LDNS_RCODE_NOTIMPL);
}

/* As libc sees it: nothing, from a server that neither recurses nor knows. */
static bool is_lame(const uint8_t *wire, bool edns)
{
    return LDNS_RCODE_WIRE(wire) == LDNS_RCODE_NOERROR && LDNS_ANCOUNT(wire) == 0 &&
           !LDNS_AA_WIRE(wire) && !LDNS_RA_WIRE(wire) && LDNS_ARCOUNT(wire) <= edns;
}

enum upstream_kind upstream_kind(const uint8_t *wire, bool edns)
{
    unsigned rcode = LDNS_RCODE_WIRE(wire);
    bool has_opt = LDNS_ARCOUNT(wire) > 0;

    if (edns && !has_opt && (rcode == LDNS_RCODE_FORMERR || rcode == LDNS_RCODE_NOTIMPL))
        return UPSTREAM_NO_EDNS;
    if (LDNS_TC_WIRE(wire))
        return UPSTREAM_TRUNCATED;
    if (rcode == LDNS_RCODE_SERVFAIL || rcode == LDNS_RCODE_REFUSED ||
        rcode == LDNS_RCODE_NOTIMPL || is_lame(wire, edns))
        return UPSTREAM_FAILURE;
    return UPSTREAM_ANSWER;
}

static bool has_do(struct reader *in)
{
    uint16_t type, size;
    uint32_t flags;

    return LDNS_ARCOUNT(in->data) > 0 && name_skip(in) && get_u16(in, &type) &&
           type == TYPE_OPT && get_u16(in, &size) && get_u32(in, &flags) &&
           (flags & OPT_DO) != 0;
}

bool upstream_read_query(const uint8_t *query, size_t len, struct question *question)
{
    struct reader in = reader_of(query, len);

    if (!read_question(&in, question) || LDNS_QR_WIRE(query))
        return false;
    question->flags = (uint8_t)((has_do(&in) ? QUESTION_DNSSEC_OK : 0) |
                                (LDNS_AD_WIRE(query) ? QUESTION_CHECKING_DISABLED : 0));
    return true;
}

bool upstream_wants_recursion(const uint8_t *query)
{
    return LDNS_RD_WIRE(query) != 0;
}

size_t upstream_copy_reply(const uint8_t *reply, size_t len, const uint8_t *query,
                           size_t query_len, uint8_t *out, size_t size)
{
    struct question asked;
    struct reader in = reader_of(reply, len);

    if (!upstream_read_query(query, query_len, &asked) || !is_response_to(&asked, &in) ||
        len > size)
        return 0;
    memcpy(out, reply, len);
    memcpy(out, query, sizeof(uint16_t));
    memcpy(out + LDNS_HEADER_SIZE, query + LDNS_HEADER_SIZE, asked.name_len);
    return len;
}

size_t upstream_make_reply(const uint8_t *query, size_t query_len, unsigned rcode,
                           uint8_t *out, size_t size)
{
    struct writer to = writer_of(out, size);
    struct question asked;

    if (!upstream_read_query(query, query_len, &asked))
        return 0;
    put_bytes(&to, query, sizeof(uint16_t));
    put_u16(&to, (uint16_t)(FLAG_QR | FLAG_RD | FLAG_RA | rcode));
    put_u16(&to, 1);
    put_u16(&to, 0);
    put_u32(&to, 0);
    put_bytes(&to, query + LDNS_HEADER_SIZE, question_wire_len(&asked));
    return to.failed ? 0 : to.pos;
}
