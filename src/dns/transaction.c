#include "dns/transaction.h"

#include <string.h>

#include "dns/rcode.h"

size_t transaction_write_query(const struct query_header *query,
                               const struct question *question,
                               uint8_t out[static TRANSACTION_QUERY_MAX])
{
    struct writer to = writer_of(out, TRANSACTION_QUERY_MAX);
    bool checking_disabled = (question->flags & QUESTION_CHECKING_DISABLED) != 0;

    wire_put_header(&to, query->id,
                    WIRE_RD | (query->authentic_data ? WIRE_AD : 0) |
                        (checking_disabled ? WIRE_CD : 0),
                    1, query->edns);
    question_put(&to, question, CLASS_IN);
    if (query->edns)
        edns_start(&to, EDNS_UDP_SIZE, question->flags & QUESTION_DNSSEC_OK ? WIRE_DO : 0);
    return to.pos;
}

/* Reads the only question of a message and leaves the reader behind it. */
static bool read_question(struct reader *in, struct question *question)
{
    uint16_t class;

    return get_skip(in, WIRE_HEADER) && wire_questions(in->data) == 1 &&
           question_get(in, question, &class) && class == CLASS_IN;
}

static bool same_name_and_type(const struct question *a, const struct question *b)
{
    return a->type == b->type && name_equal(question_name(a), question_name(b));
}

static bool is_response_to(const struct question *question, struct reader *in)
{
    struct question echoed;

    return read_question(in, &echoed) &&
           (wire_flags(in->data) & (WIRE_QR | WIRE_OPCODE)) == WIRE_QR &&
           same_name_and_type(&echoed, question);
}

bool transaction_is_reply(const struct question *question, const uint8_t *wire, size_t len)
{
    struct reader in = reader_of(wire, len);

    return is_response_to(question, &in);
}

/* These say something about the server, not about the name. */
static bool is_failure(unsigned rcode)
{
    return rcode == RCODE_FORMERR || rcode == RCODE_SERVFAIL || rcode == RCODE_NOTIMP ||
           rcode == RCODE_REFUSED;
}

/* Some servers leave the counts as they came and send the header alone. */
bool transaction_is_bare_error(const uint8_t *wire, size_t len)
{
    unsigned questions = len >= WIRE_HEADER ? wire_questions(wire) : 0;

    return len >= WIRE_HEADER && (wire_flags(wire) & (WIRE_QR | WIRE_OPCODE)) == WIRE_QR &&
           (questions == 0 || (questions == 1 && len == WIRE_HEADER)) &&
           is_failure(wire_rcode(wire));
}

/* A reply that libc calls lame: empty, from a server without recursion or authority. */
static bool is_lame(const uint8_t *wire, bool edns)
{
    return wire_rcode(wire) == RCODE_NOERROR && wire_count(wire, SECTION_ANSWER) == 0 &&
           (wire_flags(wire) & (WIRE_AA | WIRE_RA)) == 0 &&
           wire_count(wire, SECTION_ADDITIONAL) <= edns;
}

/* False if there are fewer records. */
static bool pass_records(struct reader *in, unsigned count)
{
    struct record_head head;

    while (count > 0 && record_next(in, &head))
        count--;
    return count == 0;
}

/*
 * Some servers cut a message that is too long and do not set TC: it ends before its answer
 * section does. What is missing behind that section is no loss (RFC 2181 section 9).
 */
static bool is_cut(const uint8_t *wire, size_t len)
{
    struct question question;
    struct reader in = reader_of(wire, len);

    return !read_question(&in, &question) ||
           !pass_records(&in, wire_count(wire, SECTION_ANSWER));
}

/* An error such as BADVERS, whose high bits stand in the OPT record (RFC 6891 section
 * 6.1.3). It comes without answers. */
static bool is_extended_error(const uint8_t *wire, size_t len)
{
    struct record_head opt;

    return wire_count(wire, SECTION_ANSWER) == 0 && edns_find(wire, len, &opt) &&
           opt.ttl >> 24 != 0;
}

bool transaction_has_edns_option(const uint8_t *wire, size_t len)
{
    struct record_head opt;

    return edns_find(wire, len, &opt) && opt.data_len > 0;
}

/* Some servers complain about an OPT record with FORMERR and send one back all the same, so
 * that record says nothing then. */
static bool refuses_edns(const uint8_t *wire, size_t len)
{
    unsigned rcode = wire_rcode(wire);

    return rcode == RCODE_FORMERR || is_extended_error(wire, len) ||
           (rcode == RCODE_NOTIMP && wire_count(wire, SECTION_ADDITIONAL) == 0);
}

enum response_kind transaction_kind(const uint8_t *wire, size_t len, bool edns)
{
    if (edns && refuses_edns(wire, len))
        return RESPONSE_NO_EDNS;
    if (!(wire_flags(wire) & WIRE_TC) &&
        (is_failure(wire_rcode(wire)) || is_lame(wire, edns) ||
         is_extended_error(wire, len)))
        return RESPONSE_FAILURE;
    if (is_cut(wire, len))
        return RESPONSE_CUT;
    return wire_flags(wire) & WIRE_TC ? RESPONSE_TRUNCATED : RESPONSE_ANSWER;
}

static bool has_do(struct reader *in)
{
    struct record_head opt;

    return wire_count(in->data, SECTION_ADDITIONAL) > 0 && record_next(in, &opt) &&
           opt.type == TYPE_OPT && (opt.ttl & WIRE_DO) != 0;
}

bool transaction_read_query(const uint8_t *query, size_t len, struct question *question)
{
    struct reader in = reader_of(query, len);

    if (!read_question(&in, question) || (wire_flags(query) & WIRE_QR))
        return false;
    question->flags =
        (uint8_t)((has_do(&in) ? QUESTION_DNSSEC_OK : 0) |
                  (wire_flags(query) & WIRE_AD ? QUESTION_CHECKING_DISABLED : 0));
    return true;
}

size_t transaction_copy_reply(const uint8_t *reply, size_t len, const uint8_t *query,
                              size_t query_len, uint8_t *out, size_t size)
{
    struct question asked;
    struct reader in = reader_of(reply, len);

    if (!transaction_read_query(query, query_len, &asked) || !is_response_to(&asked, &in) ||
        len > size)
        return 0;
    memcpy(out, reply, len);
    memcpy(out, query, sizeof(uint16_t));
    memcpy(out + WIRE_HEADER, query + WIRE_HEADER, asked.name_len);
    return len;
}

size_t transaction_make_reply(const uint8_t *query, size_t query_len, unsigned rcode,
                              uint8_t *out, size_t size)
{
    struct writer to = writer_of(out, size);
    struct question asked;

    if (!transaction_read_query(query, query_len, &asked))
        return 0;
    wire_put_header(&to, wire_id(query), WIRE_QR | WIRE_RD | WIRE_RA | rcode, 1, 0);
    put_bytes(&to, query + WIRE_HEADER, question_wire_len(&asked));
    return to.failed ? 0 : to.pos;
}
