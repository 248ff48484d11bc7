#include "dns/upstream.h"

#include <ldns/ldns.h>

enum {
    FLAG_RD = 0x0100,
    /* More CNAMEs than any resolver follows; also ends a loop. */
    CHAIN_MAX = 16,
};

size_t upstream_write_query(uint16_t id, const struct question *question,
                            uint8_t out[static UPSTREAM_QUERY_MAX])
{
    struct writer to = writer_of(out, UPSTREAM_QUERY_MAX);

    put_u16(&to, id);
    put_u16(&to, FLAG_RD);
    put_u16(&to, 1);
    put_u16(&to, 0);
    put_u32(&to, 0);
    put_bytes(&to, question->name, question->name_len);
    put_u16(&to, question->type);
    put_u16(&to, CLASS_IN);
    return to.pos;
}

/* The name at the end of the chain so far, and where the answer has it for an owner. */
struct chain {
    const ldns_rdf *name; /* NULL: the asked name; borrowed from `records` */
    uint16_t owner;
};

static bool is_at(const struct chain *chain, const struct question *question,
                  const ldns_rr *rr)
{
    const ldns_rdf *owner = ldns_rr_owner(rr);

    if (chain->name)
        return ldns_dname_compare(chain->name, owner) == 0;
    return name_equal(ldns_rdf_data(owner), ldns_rdf_size(owner), question->name,
                      question->name_len);
}

/* Decodes one record and checks that ldns read just what its length says (ldns does not).
 */
static bool read_record(const uint8_t *wire, size_t len, size_t *pos, ldns_rr **rr)
{
    struct reader in = reader_of(wire, len);
    uint16_t length;

    in.pos = *pos;
    if (!name_skip(&in) || !get_skip(&in, 8) || !get_u16(&in, &length) ||
        !get_skip(&in, length))
        return false;
    if (ldns_wire2rr(rr, wire, len, pos, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
        return false;
    if (*pos == in.pos)
        return true;
    ldns_rr_free(*rr);
    return false;
}

/*
 * Passes over a record of a type that is not wanted: decoding it would be a waste, and with
 * ldns 1.8.3 a text of many empty strings takes memory far beyond its length.
 */
static bool skip_other(const struct question *question, const uint8_t *wire, size_t len,
                       size_t *pos, bool *skipped)
{
    struct reader in = reader_of(wire, len);
    uint16_t type, length;

    in.pos = *pos;
    if (!name_skip(&in) || !get_u16(&in, &type) || !get_skip(&in, 6) ||
        !get_u16(&in, &length) || !get_skip(&in, length))
        return false;
    *skipped = type != question->type && type != TYPE_CNAME;
    if (*skipped)
        *pos = in.pos;
    return true;
}

/* ldns takes a record of any length for an address or an alias. */
static bool is_complete(const ldns_rr *rr)
{
    ldns_rr_type type = ldns_rr_get_type(rr);

    return ldns_rr_rd_count(rr) == 1 ||
           (type != LDNS_RR_TYPE_A && type != LDNS_RR_TYPE_AAAA &&
            type != LDNS_RR_TYPE_CNAME);
}

static bool read_answer_section(const struct question *question, const uint8_t *wire,
                                size_t len, size_t pos, ldns_rr_list *records)
{
    ldns_rr *rr;
    bool skipped;

    for (unsigned i = 0; i < LDNS_ANCOUNT(wire); i++) {
        if (!skip_other(question, wire, len, &pos, &skipped))
            return false;
        if (skipped)
            continue;
        if (!read_record(wire, len, &pos, &rr))
            return false;
        if (!is_complete(rr)) {
            ldns_rr_free(rr);
            return false;
        }
        if (!ldns_rr_list_push_rr(records, rr)) {
            ldns_rr_free(rr);
            return false;
        }
    }
    return true;
}

static bool is_type(const ldns_rr *rr, uint16_t type)
{
    return ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN && ldns_rr_get_type(rr) == type;
}

/* Follows one CNAME of the chain; false if there is none to follow. */
static bool follow_alias(struct chain *chain, const struct question *question,
                         const ldns_rr_list *records, struct answer *answer)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(records, i);
        const ldns_rdf *target;

        if (!is_type(rr, TYPE_CNAME) || !is_at(chain, question, rr))
            continue;
        target = ldns_rr_rdf(rr, 0);
        if (!answer_add_record(answer, chain->owner, rr))
            return false;
        chain->owner = (uint16_t)(answer->records_at + answer->len - ldns_rdf_size(target));
        chain->name = target;
        return true;
    }
    return false;
}

static bool add_asked(const struct chain *chain, const struct question *question,
                      const ldns_rr_list *records, struct answer *answer)
{
    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(records, i);

        if (is_type(rr, question->type) && is_at(chain, question, rr) &&
            !answer_add_record(answer, chain->owner, rr))
            return false;
    }
    return true;
}

static bool use_records(const struct question *question, const ldns_rr_list *records,
                        struct answer *answer)
{
    struct chain chain = {.owner = ANSWER_OWNER_QUESTION};

    if (question->type != TYPE_CNAME)
        for (unsigned i = 0; i < CHAIN_MAX; i++)
            if (!follow_alias(&chain, question, records, answer))
                break;
    return add_asked(&chain, question, records, answer);
}

static bool is_reply_to(const struct question *question, const uint8_t *wire, size_t len,
                        size_t *pos)
{
    struct reader in = reader_of(wire, len);
    const uint8_t *name;
    size_t name_len;
    uint16_t type, class;

    if (len < LDNS_HEADER_SIZE || !LDNS_QR_WIRE(wire) || LDNS_QDCOUNT(wire) != 1)
        return false;
    in.pos = LDNS_HEADER_SIZE;
    if (!name_get(&in, &name, &name_len) || !get_u16(&in, &type) || !get_u16(&in, &class))
        return false;
    *pos = in.pos;
    return name_equal(name, name_len, question->name, question->name_len) &&
           type == question->type && class == CLASS_IN;
}

bool upstream_read_reply(const struct question *question, const uint8_t *wire, size_t len,
                         struct answer *answer)
{
    ldns_rr_list *records;
    size_t pos;
    bool done;

    if (!is_reply_to(question, wire, len, &pos) || !(records = ldns_rr_list_new()))
        return false;
    done = read_answer_section(question, wire, len, pos, records) &&
           use_records(question, records, answer);
    if (done) {
        answer->rcode = LDNS_RCODE_WIRE(wire);
    } else {
        answer->answers = 0;
        answer->len = 0;
    }
    ldns_rr_list_deep_free(records);
    return done;
}
