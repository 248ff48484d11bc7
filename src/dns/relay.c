#include "dns/relay.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "dns/bailiwick.h"
#include "dns/chain.h"
#include "dns/reverse.h"
#include "dns/sections.h"

enum { POINTER_REACH = 0x3fff }; /* RFC 1035 section 4.1.4 */

struct relay {
    const struct question *question;
    const struct relay_order *order;
    struct answer *answer;
    struct sections sections;
    struct chain chain;
    struct record *of_name[CHAIN_MAX + 1]; /* the answers at each name of the chain */
    const struct record **dnames;          /* DNAMEs and their signatures, as they came */
    size_t dname_count;
    size_t most;         /* records of the asked type that are written */
    size_t count;        /* of these so far */
    uint32_t asked, end; /* the numbers of the chain's first and last name */
    uint32_t written;    /* of the owner written last in full, or the last CNAME's target */
    uint16_t written_at; /* where it stands */
    bool addresses_written;
    bool has_data; /* a record of the asked type is written, of the last name */
    bool is_whole; /* all is written; sets have one TTL, and no record stands twice */
};

/* The place of an owner that has been written, or ANSWER_OWNER_FULL. */
static uint16_t owner_at(const struct relay *relay, uint32_t owner)
{
    if (owner == relay->asked)
        return ANSWER_OWNER_QUESTION;
    if (owner == relay->written)
        return relay->written_at;
    return ANSWER_OWNER_FULL;
}

static void note_written(struct relay *relay, uint32_t number, size_t at)
{
    if (at > POINTER_REACH || number == NAME_SET_NONE)
        return;
    relay->written = number;
    relay->written_at = (uint16_t)at;
}

/* The number of the name that a CNAME leads to. */
static uint32_t target_of(const struct relay *relay, const struct record *cname)
{
    return name_set_find(&relay->sections.names,
                         (struct name){cname->data, cname->data_len});
}

static bool write_record(struct relay *relay, enum section section,
                         const struct record *record)
{
    struct answer *answer = relay->answer;
    size_t start = answer->records_at + answer->len;
    uint16_t at = owner_at(relay, record->number);

    if (!answer_add_record(answer, section, at, record))
        return false;
    relay->has_data |= section == SECTION_ANSWER && record->number == relay->end &&
                       record->type == relay->question->type;
    if (at == ANSWER_OWNER_FULL)
        note_written(relay, record->number, start);
    if (record_is(record, TYPE_CNAME) && section == SECTION_ANSWER)
        note_written(relay, target_of(relay, record),
                     answer->records_at + answer->len - record->data_len);
    return true;
}

static bool is_ordered(const struct relay *relay, const struct record *record)
{
    return relay->order && record_is(record, relay->question->type);
}

/* An address of the order, and its number there. */
struct address_place {
    const uint8_t *address;
    size_t at;
};

/* What comes of the addresses: those of the order in their places, then the others. */
struct addresses {
    const struct relay_order *order;
    struct address_place *places;   /* by address */
    const struct record **in_order; /* NULL: the reply does not have it */
    size_t in_order_count;
    const struct record **others;
    size_t other_count;
};

static int compare_places(const void *left, const void *right, void *size)
{
    return memcmp(((const struct address_place *)left)->address,
                  ((const struct address_place *)right)->address, *(const size_t *)size);
}

static bool addresses_init(struct addresses *addresses, const struct relay_order *order,
                           size_t record_count)
{
    size_t size = order->size;

    *addresses = (struct addresses){
        .order = order,
        .places = calloc(order->count + 1, sizeof *addresses->places),
        .in_order = calloc(order->count + 1, sizeof *addresses->in_order),
        .others = calloc(record_count + 1, sizeof *addresses->others),
    };
    if (!addresses->places || !addresses->in_order || !addresses->others)
        return false;
    for (size_t i = 0; i < order->count; i++)
        addresses->places[i] = (struct address_place){order->addresses + i * size, i};
    qsort_r(addresses->places, order->count, sizeof *addresses->places, compare_places,
            &size);
    return true;
}

static void addresses_free(struct addresses *addresses)
{
    free(addresses->places);
    free(addresses->in_order);
    free(addresses->others);
}

/* The place of an address; NULL if it is not in the order. */
static const struct address_place *find_place(const struct addresses *addresses,
                                              const uint8_t *address)
{
    const struct address_place *places = addresses->places;
    size_t from = 0, to = addresses->order->count;

    while (from < to) {
        size_t middle = (from + to) / 2;
        int where = memcmp(address, places[middle].address, addresses->order->size);

        if (where == 0)
            return &places[middle];
        if (where < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

/* No address comes twice. IPv4-mapped ones are never passed on, since libc makes IPv4
 * addresses of them. */
static void sort_in(struct addresses *addresses, const struct record *record)
{
    const struct address_place *place = NULL;

    if (addresses->in_order_count < addresses->order->count)
        place = find_place(addresses, record->data);
    addresses->in_order_count += place != NULL;
    if (place)
        addresses->in_order[place->at] = record;
    else if (record->type != TYPE_AAAA || !reverse_is_mapped(record->data))
        addresses->others[addresses->other_count++] = record;
}

static bool write_in_order(struct relay *relay, const struct addresses *addresses)
{
    bool has_all = addresses->in_order_count == addresses->order->count;

    for (size_t i = 0; i < addresses->order->count; i++) {
        const struct record *record = addresses->in_order[i];

        if (record && !write_record(relay, SECTION_ANSWER, record))
            return false;
    }
    for (size_t i = 0; i < addresses->other_count; i++)
        if (addresses->order->is_part && has_all &&
            !write_record(relay, SECTION_ANSWER, addresses->others[i]))
            return false;
    return true;
}

/* All addresses at once, where the first one of them stood. */
static bool write_addresses(struct relay *relay, const struct record *at_name)
{
    struct addresses addresses;
    bool done;

    if (relay->addresses_written)
        return true;
    relay->addresses_written = true;
    done =
        addresses_init(&addresses, relay->order, relay->sections.of[SECTION_ANSWER].count);
    for (; at_name && done; at_name = at_name->next)
        if (is_ordered(relay, at_name) && at_name->data_len == relay->order->size)
            sort_in(&addresses, at_name);
    done = done && write_in_order(relay, &addresses);
    addresses_free(&addresses);
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

static bool has_data(const struct relay *relay, const struct record *at_name)
{
    for (; at_name; at_name = at_name->next)
        if (record_is(at_name, relay->question->type))
            return true;
    return false;
}

static bool write_answer_record(struct relay *relay, const struct record *record)
{
    if (record->type == relay->question->type && relay->count++ >= relay->most)
        return true;
    return write_record(relay, SECTION_ANSWER, record);
}

/* There may not be several CNAMEs at a name (RFC 2181 section 10.1); if there are, the
 * chain goes on with the first. Beside data, a CNAME that leads to its own owner counts as
 * none, as in libc. */
static bool write_name(struct relay *relay, const struct record *at_name, bool last)
{
    bool has_alias = last && !wants_alias_itself(relay) && has_data(relay, at_name);

    for (const struct record *record = at_name; record; record = record->next) {
        bool done;

        if (!belongs(relay, record, last) || (has_alias && record_is(record, TYPE_CNAME)))
            continue;
        has_alias |= record_is(record, TYPE_CNAME);
        done = last && is_ordered(relay, record) ? write_addresses(relay, at_name)
                                                 : write_answer_record(relay, record);
        if (!done)
            return false;
    }
    return true;
}

static bool is_about_dnames(const struct record *record)
{
    return record_is(record, LDNS_RR_TYPE_DNAME) ||
           is_signature_of(record, LDNS_RR_TYPE_DNAME);
}

/* Thousands of addresses need not be passed over for each name of the chain. */
static bool list_dnames(struct relay *relay)
{
    const struct records *records = &relay->sections.of[SECTION_ANSWER];

    relay->dnames =
        arena_take(&relay->sections.arena, (records->count + 1) * sizeof(struct record *));
    if (!relay->dnames)
        return false;
    for (size_t i = 0; i < records->count; i++)
        if (is_about_dnames(records->all[i]))
            relay->dnames[relay->dname_count++] = records->all[i];
    return true;
}

/* Notes for each owner above a name of the chain which is the first one, from 1. */
static void note_above(const struct relay *relay, uint8_t *first, uint8_t *marks)
{
    const struct name_set *names = &relay->sections.names;

    for (size_t i = 0; i < relay->chain.count; i++) {
        memset(marks, 0, names->count);
        name_set_mark(names, relay->chain.names[i], marks);
        for (size_t k = 0; k < names->count; k++)
            if (marks[k] > NAME_SET_ITSELF && first[k] == 0)
                first[k] = (uint8_t)(i + 1);
    }
}

/* A DNAME stands before the CNAME made from it (RFC 6672 section 3.1), and comes once. */
static bool write_dnames(struct relay *relay, const uint8_t *first, size_t above)
{
    bool asked = relay->question->type == LDNS_RR_TYPE_DNAME;

    for (size_t i = 0; first && i < relay->dname_count; i++) {
        const struct record *record = relay->dnames[i];

        if (first[record->number] == above + 1 &&
            !(asked && record->number == relay->end) &&
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
    return (relay->question->flags & QUESTION_DNSSEC_OK) || !relay->has_data;
}

static bool wants_additional(const struct relay *relay)
{
    uint16_t type = relay->question->type;

    return type != TYPE_A && type != TYPE_AAAA && type != TYPE_ANY;
}

/* True for the last name of the chain, unless the chain has come back to an earlier one. */
static bool is_last(const struct relay *relay, size_t i)
{
    const struct record *record = relay->of_name[i];

    if (i + 1 < relay->chain.count || wants_alias_itself(relay))
        return i + 1 == relay->chain.count;
    while (record && !record_is(record, TYPE_CNAME))
        record = record->next;
    return !record ||
           name_equal((struct name){record->data, record->data_len}, relay->chain.names[i]);
}

/* `first` tells of each owner which name it is above (note_above); NULL: there are no
 * DNAMEs.
 */
static bool write_chain(struct relay *relay, const uint8_t *first)
{
    for (size_t i = 0; i < relay->chain.count; i++)
        if (!write_dnames(relay, first, i) ||
            !write_name(relay, relay->of_name[i], is_last(relay, i)))
            return false;
    return true;
}

static bool write_answer(struct relay *relay)
{
    size_t count = relay->sections.names.count;
    uint8_t *first, *marks;
    bool done;

    if (relay->is_whole && !list_dnames(relay))
        return false;
    if (relay->dname_count == 0)
        return write_chain(relay, NULL);
    first = calloc(count + 1, 1);
    marks = calloc(count + 1, 1);
    if (first && marks)
        note_above(relay, first, marks);
    done = first && marks && write_chain(relay, first);
    free(first);
    free(marks);
    return done;
}

/* The place in the chain of each owner, from 1; 0: it is not there. */
static uint8_t *places_in_chain(struct relay *relay)
{
    size_t count = relay->sections.names.count + 1u;
    uint8_t *places = arena_take(&relay->sections.arena, count);

    if (!places)
        return NULL;
    memset(places, 0, count);
    for (size_t i = 0; i < relay->chain.count; i++)
        if (relay->chain.numbers[i] != NAME_SET_NONE)
            places[relay->chain.numbers[i]] = (uint8_t)(i + 1);
    return places;
}

static void drop_others(struct records *records, const uint8_t *places)
{
    size_t count = 0;

    for (size_t i = 0; i < records->count; i++) {
        struct record *record = records->all[i];

        if (places[record->number] > 0 || is_about_dnames(record))
            records->all[count++] = record;
    }
    records->count = count;
}

static void list_by_name(struct relay *relay, const uint8_t *places)
{
    const struct records *records = &relay->sections.of[SECTION_ANSWER];

    for (size_t i = records->count; i-- > 0;) {
        struct record *record = records->all[i];
        unsigned place = places[record->number];

        if (place == 0)
            continue;
        record->next = relay->of_name[place - 1];
        relay->of_name[place - 1] = record;
    }
}

/* Only what is passed on need be tidy. */
static bool keep_chain(struct relay *relay)
{
    struct sections *sections = &relay->sections;
    const uint8_t *places;

    if (!chain_find(&relay->chain, relay->question, &sections->of[SECTION_ANSWER]) ||
        !(places = places_in_chain(relay)))
        return false;
    drop_others(&sections->of[SECTION_ANSWER], places);
    if (!bailiwick_keep(sections, relay->question->type, &relay->chain))
        return false;
    for (int i = 0; i < SECTIONS; i++)
        if (relay->is_whole && !rrset_tidy(&sections->of[i]))
            return false;
    list_by_name(relay, places);
    return true;
}

static bool write_all(struct relay *relay)
{
    if (!keep_chain(relay))
        return false;
    relay->asked = relay->chain.numbers[0];
    relay->end = relay->chain.numbers[relay->chain.count - 1];
    if (!write_answer(relay))
        return false;
    if (wants_authority(relay) && !write_section(relay, SECTION_AUTHORITY))
        return false;
    return !wants_additional(relay) || write_section(relay, SECTION_ADDITIONAL);
}

static bool read_and_write(struct relay *relay, const uint8_t *wire, size_t len)
{
    const struct sections_need need = {relay->question->type, relay->most};
    bool done;

    relay->written = NAME_SET_NONE;
    done = sections_read_needed(&relay->sections, wire, len, &need) && write_all(relay);
    if (done)
        relay->answer->rcode = (uint16_t)wire_rcode(wire);
    else
        answer_reset(relay->answer);
    sections_free(&relay->sections);
    return done;
}

bool relay_read(const struct question *question, const uint8_t *wire, size_t len,
                const struct relay_order *order, struct answer *answer)
{
    struct relay relay = {.question = question,
                          .order = order,
                          .answer = answer,
                          .is_whole = true,
                          .most = SIZE_MAX};

    return read_and_write(&relay, wire, len);
}

bool relay_read_first(const struct question *question, const uint8_t *wire, size_t len,
                      size_t most, struct answer *answer)
{
    struct relay relay = {.question = question, .answer = answer, .most = most};

    return read_and_write(&relay, wire, len);
}
