#include "dns/relay.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/bailiwick.h"
#include "dns/chain.h"
#include "dns/sections.h"

enum { POINTER_REACH = 0x3fff }; /* RFC 1035 section 4.1.4 */

struct relay {
    const struct question *question;
    const struct relay_order *order;
    struct answer *answer;
    struct sections sections;
    struct chain chain;
    struct name written; /* the owner written last in full, or the last CNAME's target */
    uint16_t written_at; /* where it stands */
    bool addresses_written;
};

/* The place of an owner that has been written, or ANSWER_OWNER_FULL. */
static uint16_t owner_at(const struct relay *relay, struct name owner)
{
    if (name_equal(owner, question_name(relay->question)))
        return ANSWER_OWNER_QUESTION;
    if (name_equal(owner, relay->written))
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
    uint16_t at = owner_at(relay, record->owner);

    if (!answer_add_record(answer, section, at, record))
        return false;
    if (at == ANSWER_OWNER_FULL)
        note_written(relay, record->owner, start);
    if (record_is(record, TYPE_CNAME) && section == SECTION_ANSWER)
        note_written(relay, (struct name){record->data, record->data_len},
                     answer->records_at + answer->len - record->data_len);
    return true;
}

static bool is_ordered(const struct relay *relay, const struct record *record)
{
    return relay->order && record_is(record, relay->question->type);
}

/* Compares addresses of one family: class IN's have one length (dns/record). */
static int compare_addresses(const void *left, const void *right)
{
    const struct record *a = *(struct record *const *)left;
    const struct record *b = *(struct record *const *)right;

    return memcmp(a->data, b->data, a->data_len);
}

/* The name's addresses, sorted, so that thousands are found. The caller frees them; NULL
 * when memory is short. */
static struct record **sorted_addresses(const struct relay *relay, struct name name,
                                        size_t *count)
{
    const struct records *records = &relay->sections.of[SECTION_ANSWER];
    struct record **sorted = calloc(records->count + 1, sizeof(struct record *));

    *count = 0;
    for (size_t i = 0; i < records->count && sorted; i++)
        if (is_ordered(relay, records->all[i]) &&
            records->all[i]->data_len == relay->order->size &&
            name_equal(records->all[i]->owner, name))
            sorted[(*count)++] = records->all[i];
    if (sorted)
        qsort(sorted, *count, sizeof(struct record *), compare_addresses);
    return sorted;
}

static bool write_in_order(struct relay *relay, struct record *const *sorted, size_t count)
{
    const struct relay_order *order = relay->order;

    for (size_t i = 0; i < order->count; i++) {
        const struct record wanted = {.data = order->addresses + i * order->size,
                                      .data_len = order->size};
        const struct record *key = &wanted;
        struct record *const *found =
            bsearch(&key, sorted, count, sizeof(struct record *), compare_addresses);

        if (found && !write_record(relay, SECTION_ANSWER, *found))
            return false;
    }
    return true;
}

/* All addresses at once, where the first one of them stood. */
static bool write_addresses(struct relay *relay, struct name name)
{
    struct record **sorted;
    size_t count;
    bool done;

    if (relay->addresses_written)
        return true;
    relay->addresses_written = true;
    sorted = sorted_addresses(relay, name, &count);
    done = sorted && write_in_order(relay, sorted, count);
    free(sorted);
    return done;
}

static bool is_signature_of(const struct record *record, uint16_t type)
{
    return record_is(record, LDNS_RR_TYPE_RRSIG) && rrset_type_covered(record) == type;
}

/* An alias has no data but its CNAME and what secures that (RFC 2181 section 10.1). */
static bool belongs(const struct relay *relay, const struct record *record, bool last)
{
    uint16_t type = relay->question->type;

    if (!last)
        return record_is(record, TYPE_CNAME) || is_signature_of(record, TYPE_CNAME);
    return type == TYPE_ANY || record_is(record, type) || is_signature_of(record, type) ||
           record_is(record, TYPE_CNAME) || is_signature_of(record, TYPE_CNAME);
}

static bool wants_alias_itself(const struct relay *relay)
{
    return relay->question->type == TYPE_CNAME || relay->question->type == TYPE_ANY;
}

static bool has_data(const struct relay *relay, struct name name)
{
    const struct records *records = &relay->sections.of[SECTION_ANSWER];

    for (size_t i = 0; i < records->count; i++)
        if (record_is(records->all[i], relay->question->type) &&
            name_equal(records->all[i]->owner, name))
            return true;
    return false;
}

/* There may not be several CNAMEs at a name (RFC 2181 section 10.1); if there are, the
 * chain goes on with the first. Beside data, a CNAME that leads to its own owner counts as
 * none, as in libc. */
static bool write_name(struct relay *relay, struct name name, bool last)
{
    const struct records *records = &relay->sections.of[SECTION_ANSWER];
    bool has_alias = last && !wants_alias_itself(relay) && has_data(relay, name);

    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];
        bool done;

        if (!name_equal(record->owner, name) || !belongs(relay, record, last) ||
            (has_alias && record_is(record, TYPE_CNAME)))
            continue;
        has_alias |= record_is(record, TYPE_CNAME);
        done = last && is_ordered(relay, record)
                   ? write_addresses(relay, name)
                   : write_record(relay, SECTION_ANSWER, record);
        if (!done)
            return false;
    }
    return true;
}

/* The number, from 0, of the name in the chain that the record stands above; -1: none. */
static int rewrites(const struct relay *relay, const struct record *record)
{
    for (size_t i = 0; i < relay->chain.count; i++)
        if (name_apex_at(relay->chain.names[i], record->owner) > 0)
            return (int)i;
    return -1;
}

/* A DNAME stands before the CNAME made from it (RFC 6672 section 3.1), and comes once. */
static bool write_dnames(struct relay *relay, size_t above)
{
    const struct records *records = &relay->sections.of[SECTION_ANSWER];
    bool asked = relay->question->type == LDNS_RR_TYPE_DNAME;
    struct name end = relay->chain.names[relay->chain.count - 1];

    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = records->all[i];

        if (!record_is(record, LDNS_RR_TYPE_DNAME) &&
            !is_signature_of(record, LDNS_RR_TYPE_DNAME))
            continue;
        if (rewrites(relay, record) == (int)above &&
            !(asked && name_equal(record->owner, end)) &&
            !write_record(relay, SECTION_ANSWER, record))
            return false;
    }
    return true;
}

static bool write_section(struct relay *relay, enum section section)
{
    const struct records *records = &relay->sections.of[section];

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
           answer_count_type(relay->answer, relay->question->type) == 0;
}

static bool wants_additional(const struct relay *relay)
{
    uint16_t type = relay->question->type;

    return type != TYPE_A && type != TYPE_AAAA && type != TYPE_ANY;
}

/* True for the last name of the chain, unless the chain has come back to an earlier one. */
static bool is_last(const struct relay *relay, size_t i)
{
    struct name name = relay->chain.names[i];
    struct name target = chain_target(&relay->sections.of[SECTION_ANSWER], name);

    return i + 1 == relay->chain.count &&
           (wants_alias_itself(relay) || target.len == 0 || name_equal(target, name));
}

static bool write_all(struct relay *relay)
{
    if (!chain_find(&relay->chain, relay->question, &relay->sections.of[SECTION_ANSWER]))
        return false;
    bailiwick_keep(&relay->sections, &relay->chain);
    for (size_t i = 0; i < relay->chain.count; i++)
        if (!write_dnames(relay, i) ||
            !write_name(relay, relay->chain.names[i], is_last(relay, i)))
            return false;
    if (wants_authority(relay) && !write_section(relay, SECTION_AUTHORITY))
        return false;
    return !wants_additional(relay) || write_section(relay, SECTION_ADDITIONAL);
}

bool relay_read(const struct question *question, const uint8_t *wire, size_t len,
                const struct relay_order *order, struct answer *answer)
{
    struct relay relay = {.question = question, .order = order, .answer = answer};
    bool done = sections_read(&relay.sections, wire, len) && write_all(&relay);

    if (done)
        answer->rcode = (uint16_t)wire_rcode(wire);
    else
        answer_reset(answer);
    sections_free(&relay.sections);
    return done;
}
