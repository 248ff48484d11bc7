#include "dns/relay.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/rrset.h"

enum {
    CHAIN_MAX = 16,         /* more CNAMEs than any resolver follows */
    RECORDS_MAX = 5000,     /* 64 KiB hold 4,095 addresses */
    POINTER_REACH = 0x3fff, /* RFC 1035 section 4.1.4 */
};

/* A name in wire form, borrowed. */
struct name {
    const uint8_t *wire;
    size_t len;
};

/* Names of the chain in order. */
struct chain {
    struct name names[CHAIN_MAX + 1];
    size_t count;
};

struct records {
    struct record **all;
    size_t count;
};

struct relay {
    const struct question *question;
    const struct relay_order *order;
    struct answer *answer;
    struct records sections[SECTIONS];
    struct chain chain;
    struct name written; /* the owner written last in full, or the last CNAME's target */
    uint16_t written_at; /* where it stands */
    bool addresses_written;
};

/* OPT and TSIG are about the message, not about the name. */
static bool decode_section(struct reader *in, unsigned count, struct records *records)
{
    records->all = calloc(count + 1u, sizeof(struct record *));
    if (!records->all || count > RECORDS_MAX)
        return false;
    while (count-- > 0) {
        uint16_t type = record_peek_type(in);

        if (type == TYPE_OPT || type == TYPE_TSIG) {
            if (!record_skip(in))
                return false;
            continue;
        }
        records->all[records->count] = record_read(in);
        if (!records->all[records->count])
            return false;
        records->count++;
    }
    return true;
}

static bool decode_message(struct relay *relay, const uint8_t *wire, size_t len)
{
    struct reader in = reader_of(wire, len);
    const unsigned counts[SECTIONS] = {LDNS_ANCOUNT(wire), LDNS_NSCOUNT(wire),
                                       LDNS_ARCOUNT(wire)};

    in.pos = LDNS_HEADER_SIZE;
    if (!name_skip(&in) || !get_skip(&in, 4))
        return false;
    for (int i = 0; i < SECTIONS; i++) {
        if (!decode_section(&in, counts[i], &relay->sections[i]) ||
            !rrset_even_ttls(relay->sections[i].all, relay->sections[i].count))
            return false;
    }
    return true;
}

static void free_records(struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        free(records->all[i]);
    free(records->all);
}

static bool is_type(const struct record *record, uint16_t type)
{
    return record->type == type && record->class == CLASS_IN;
}

static bool same_name(struct name a, struct name b)
{
    return name_equal(a.wire, a.len, b.wire, b.len);
}

static struct name owner_of(const struct record *record)
{
    return (struct name){record->owner, record->owner_len};
}

static struct name asked_name(const struct relay *relay)
{
    return (struct name){relay->question->name, relay->question->name_len};
}

static bool is_at(const struct record *record, struct name name)
{
    return same_name(owner_of(record), name);
}

static bool in_chain(const struct chain *chain, struct name name)
{
    for (size_t i = 0; i < chain->count; i++)
        if (same_name(chain->names[i], name))
            return true;
    return false;
}

/* The CNAME's target, or a name of no octets if there is no CNAME. */
static struct name alias_target(const struct records *records, struct name name)
{
    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];

        if (is_type(record, TYPE_CNAME) && is_at(record, name))
            return (struct name){record->data, record->data_len};
    }
    return (struct name){0};
}

/*
 * Who asks for the CNAME itself, or for whatever there is, gets no further. False if the
 * chain is longer than we follow: what stands at its end would be left out.
 */
static bool find_chain(struct relay *relay)
{
    struct chain *chain = &relay->chain;
    struct name name = asked_name(relay);
    uint16_t type = relay->question->type;

    while (name.len > 0 && !in_chain(chain, name)) {
        if (chain->count > CHAIN_MAX)
            return false;
        chain->names[chain->count++] = name;
        if (type == TYPE_CNAME || type == TYPE_ANY)
            break;
        name = alias_target(&relay->sections[SECTION_ANSWER], name);
    }
    return true;
}

/* Where the owner stands already, or ANSWER_OWNER_FULL. */
static uint16_t owner_at(const struct relay *relay, struct name owner)
{
    if (same_name(owner, asked_name(relay)))
        return ANSWER_OWNER_QUESTION;
    if (same_name(owner, relay->written))
        return relay->written_at;
    return ANSWER_OWNER_FULL;
}

static void note_written(struct relay *relay, struct name name, size_t at)
{
    if (at > POINTER_REACH)
        return;
    relay->written = name;
    relay->written_at = (uint16_t)at;
}

static bool write_record(struct relay *relay, enum section section,
                         const struct record *record)
{
    struct answer *answer = relay->answer;
    size_t start = answer->records_at + answer->len;
    uint16_t at = owner_at(relay, owner_of(record));

    if (!answer_add_record(answer, section, at, record))
        return false;
    if (at == ANSWER_OWNER_FULL)
        note_written(relay, owner_of(record), start);
    if (is_type(record, TYPE_CNAME) && section == SECTION_ANSWER)
        note_written(relay, (struct name){record->data, record->data_len},
                     answer->records_at + answer->len - record->data_len);
    return true;
}

static bool is_ordered(const struct relay *relay, const struct record *record)
{
    return relay->order && is_type(record, relay->question->type);
}

static const struct record *find_address(const struct relay *relay, struct name name,
                                         const uint8_t *address)
{
    const struct records *records = &relay->sections[SECTION_ANSWER];

    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];

        if (is_ordered(relay, record) && record->data_len == relay->order->size &&
            memcmp(record->data, address, relay->order->size) == 0 && is_at(record, name))
            return record;
    }
    return NULL;
}

/* All addresses at once, where the first one of them stood. */
static bool write_addresses(struct relay *relay, struct name name)
{
    const struct relay_order *order = relay->order;

    if (relay->addresses_written)
        return true;
    relay->addresses_written = true;
    for (size_t i = 0; i < order->count; i++) {
        const struct record *record =
            find_address(relay, name, order->addresses + i * order->size);

        if (record && !write_record(relay, SECTION_ANSWER, record))
            return false;
    }
    return true;
}

static bool is_signature_of(const struct record *record, uint16_t type)
{
    return is_type(record, LDNS_RR_TYPE_RRSIG) && rrset_type_covered(record) == type;
}

/* An alias has no other data than its CNAME and what secures that (RFC 2181 section 10.1).
 */
static bool belongs(const struct relay *relay, const struct record *record, bool last)
{
    uint16_t type = relay->question->type;

    if (!last)
        return is_type(record, TYPE_CNAME) || is_signature_of(record, TYPE_CNAME);
    return type == TYPE_ANY || is_type(record, type) || is_signature_of(record, type) ||
           is_type(record, TYPE_CNAME) || is_signature_of(record, TYPE_CNAME);
}

static bool write_name(struct relay *relay, struct name name, bool last)
{
    const struct records *records = &relay->sections[SECTION_ANSWER];

    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];
        bool done;

        if (!is_at(record, name) || !belongs(relay, record, last))
            continue;
        done = last && is_ordered(relay, record)
                   ? write_addresses(relay, name)
                   : write_record(relay, SECTION_ANSWER, record);
        if (!done)
            return false;
    }
    return true;
}

static bool is_above(const struct record *record, struct name name)
{
    struct name owner = owner_of(record);

    return name_apex_at(name.wire, name.len, owner.wire, owner.len) > 0;
}

/* Above which name of the chain the record stands, as a number from 0; -1: above none. */
static int rewrites(const struct relay *relay, const struct record *record)
{
    for (size_t i = 0; i < relay->chain.count; i++)
        if (is_above(record, relay->chain.names[i]))
            return (int)i;
    return -1;
}

/* A DNAME stands before the CNAME made from it (RFC 6672 section 3.1), and comes once. */
static bool write_dnames(struct relay *relay, size_t above)
{
    const struct records *records = &relay->sections[SECTION_ANSWER];
    bool asked = relay->question->type == LDNS_RR_TYPE_DNAME;
    struct name end = relay->chain.names[relay->chain.count - 1];

    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];

        if (!is_type(record, LDNS_RR_TYPE_DNAME) &&
            !is_signature_of(record, LDNS_RR_TYPE_DNAME))
            continue;
        if (rewrites(relay, record) == (int)above && !(asked && is_at(record, end)) &&
            !write_record(relay, SECTION_ANSWER, record))
            return false;
    }
    return true;
}

static bool write_section(struct relay *relay, enum section section)
{
    const struct records *records = &relay->sections[section];

    for (size_t i = 0; i < records->count; i++)
        if (!write_record(relay, section, records->all[i]))
            return false;
    return true;
}

static bool wants_authority(const struct relay *relay)
{
    if (relay->question->type == TYPE_ANY) /* made of two replies: no place between */
        return false;
    return (relay->question->flags & QUESTION_DNSSEC_OK) ||
           !relay_has_type(relay->answer, relay->question->type);
}

static bool wants_additional(const struct relay *relay)
{
    uint16_t type = relay->question->type;

    return type != TYPE_A && type != TYPE_AAAA && type != TYPE_ANY;
}

static bool write_all(struct relay *relay)
{
    if (!find_chain(relay))
        return false;
    for (size_t i = 0; i < relay->chain.count; i++)
        if (!write_dnames(relay, i) ||
            !write_name(relay, relay->chain.names[i], i + 1 == relay->chain.count))
            return false;
    if (wants_authority(relay) && !write_section(relay, SECTION_AUTHORITY))
        return false;
    return !wants_additional(relay) || write_section(relay, SECTION_ADDITIONAL);
}

bool relay_read(const struct question *question, const uint8_t *wire, size_t len,
                const struct relay_order *order, struct answer *answer)
{
    struct relay relay = {.question = question, .order = order, .answer = answer};
    bool done =
        len >= LDNS_HEADER_SIZE && decode_message(&relay, wire, len) && write_all(&relay);

    if (done)
        answer->rcode = LDNS_RCODE_WIRE(wire);
    else
        answer_reset(answer);
    for (int i = 0; i < SECTIONS; i++)
        free_records(&relay.sections[i]);
    return done;
}

/* The next record of the answer section: its type and data. */
static bool next_record(struct reader *in, uint16_t *type, const uint8_t **data,
                        uint16_t *length)
{
    return name_skip(in) && get_u16(in, type) && get_skip(in, 6) && get_u16(in, length) &&
           get_bytes(in, data, *length);
}

bool relay_has_data(const struct answer *answer, uint16_t type, const void *data,
                    size_t size)
{
    struct reader in = reader_of(answer->records, answer->len);
    const uint8_t *have;
    uint16_t have_type, length;

    for (unsigned i = 0; i < answer->count[SECTION_ANSWER]; i++)
        if (next_record(&in, &have_type, &have, &length) && have_type == type &&
            length == size && memcmp(have, data, size) == 0)
            return true;
    return false;
}

size_t relay_count_type(const struct answer *answer, uint16_t type)
{
    struct reader in = reader_of(answer->records, answer->len);
    const uint8_t *data;
    uint16_t have_type, length;
    size_t count = 0;

    for (unsigned i = 0; i < answer->count[SECTION_ANSWER]; i++)
        if (next_record(&in, &have_type, &data, &length) && have_type == type)
            count++;
    return count;
}

bool relay_has_type(const struct answer *answer, uint16_t type)
{
    return relay_count_type(answer, type) > 0;
}
