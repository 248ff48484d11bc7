#include "dns/sections.h"

#include <ldns/ldns.h>
#include <string.h>

#include "dns/chain.h"
#include "dns/type.h"

enum {
    RECORDS_MAX = 5000, /* 64 KiB hold 4,095 addresses */
    ALIASES_MAX = 64, /* in the answer section, where a chain has 16, and as many DNAMEs */
    TURNS_MAX = 256,  /* there, from one owner to another in the next record */
};

/* A name that has been read from a pointer, of which most records of a long section are. */
struct known_owner {
    uint16_t pointer; /* 0: none */
    const struct name_entry *entry;
};

enum { KNOWN_OWNERS = 64 };

/* What is read, and what has come of it so far. */
struct message_source {
    struct reader in;
    struct name_set *names;
    size_t cost;         /* of the names that have been read (name_expand_at_cost) */
    const uint8_t *last; /* the owner that was read last, as it stands in the message */
    size_t last_len;
    const struct name_entry *last_entry;
    struct known_owner known[KNOWN_OWNERS]; /* by where the pointer leads */

    /* In the answer section: */
    const struct sections_need *need; /* NULL: everything */
    size_t aliases;                   /* CNAME and DNAME records so far */
    size_t turns;                     /* owners that were not those of the record before */
    size_t run;                       /* records of the needed type since the last turn */
};

static struct known_owner *place_of(struct message_source *source, uint16_t pointer)
{
    return &source->known[pointer / 2 % KNOWN_OWNERS];
}

/* An owner that may be a pointer. */
static const struct name_entry *read_new_owner(struct message_source *source)
{
    struct reader at = source->in;
    uint8_t wire[NAME_WIRE_MAX];
    struct known_owner *known = NULL;
    const struct name_entry *entry;
    uint16_t pointer = 0;
    size_t len;

    if (get_u16(&at, &pointer) && pointer >= NAME_POINTER) {
        known = place_of(source, pointer);
        if (known->pointer == pointer)
            return known->entry;
    }
    at = source->in;
    if (!name_expand_at_cost(&at, wire, &len, &source->cost))
        return NULL;
    entry = name_set_add(source->names, (struct name){wire, len});
    if (known && entry)
        *known = (struct known_owner){pointer, entry};
    return entry;
}

/* The owner of the record that comes next; NULL if it cannot be read. The same octets are
 * the same name, and most records of a long section have the owner of the one before. */
static const struct name_entry *read_owner(struct message_source *source,
                                           const struct record_head *head)
{
    const uint8_t *owner = source->in.data + head->at;
    size_t len = head->owner_len;

    if (source->last_len == len && memcmp(source->last, owner, len) == 0)
        return source->last_entry;
    source->turns++;
    source->run = 0;
    source->last = owner;
    source->last_len = len;
    source->last_entry = read_new_owner(source);
    return source->last_entry;
}

/* Adds the record that comes next, and whose head has been read. */
static bool add_record(struct message_source *source, const struct record_head *head,
                       struct records *records)
{
    const struct name_entry *owner = read_owner(source, head);
    struct record *record = NULL;

    if (owner && source->cost <= NAME_COST_MAX)
        record = record_expand(&source->in, head, owner->name, source->names->arena,
                               &source->cost);
    if (!record)
        return false;
    record->number = owner->number;
    records->all[records->count++] = record;
    return true;
}

static bool is_alias(uint16_t type)
{
    return type == LDNS_RR_TYPE_CNAME || type == LDNS_RR_TYPE_DNAME;
}

/* False if the record that comes next, in the answer section, can be passed over. */
static bool is_needed(struct message_source *source, const struct record_head *head)
{
    const struct sections_need *need = source->need;

    if (!need || need->type == TYPE_ANY)
        return true;
    if (head->class != CLASS_IN)
        return false;
    if (head->type == need->type)
        return need->most == SIZE_MAX || !read_owner(source, head) ||
               source->run++ < need->most;
    return is_alias(head->type) || head->type == LDNS_RR_TYPE_RRSIG;
}

static bool add_answer(struct message_source *source, const struct record_head *head,
                       struct records *records)
{
    if (!is_needed(source, head))
        return true;
    source->aliases += is_alias(head->type);
    return source->aliases <= ALIASES_MAX && add_record(source, head, records) &&
           source->turns <= TURNS_MAX;
}

/* OPT and TSIG are not about the name. In another section than the additional one (RFC 6891
 * section 6.1.1, RFC 8945 section 5.1) they mean that the counts are wrong. */
static bool is_about_message(const struct record_head *head)
{
    return head->type == TYPE_OPT || head->type == TYPE_TSIG;
}

static bool read_section(struct message_source *source, unsigned count,
                         enum section section, struct records *records)
{
    if (count > RECORDS_MAX)
        return false;
    records->names = source->names;
    records->all = arena_take(source->names->arena,
                              (count + CHAIN_MAX + 1u) * sizeof(struct record *));
    if (!records->all)
        return false;
    while (count-- > 0) {
        struct reader behind = source->in;
        struct record_head head;

        if (!record_next(&behind, &head))
            return false;
        if (is_about_message(&head) && section != SECTION_ADDITIONAL)
            return false;
        if (!is_about_message(&head) &&
            !(section == SECTION_ANSWER ? add_answer : add_record)(source, &head, records))
            return false;
        source->in = behind;
    }
    return true;
}

/*
 * A denial may be kept for the lower of the SOA record's own TTL and its MINIMUM, the
 * last of its numbers (RFC 2308 section 5). Caches behind us look at the TTL alone, so
 * it is lowered.
 */
static void cap_denial(struct records *authority)
{
    for (size_t i = 0; i < authority->count; i++) {
        struct record *record = authority->all[i];
        struct reader in = reader_of(record->data, record->data_len);
        uint32_t minimum;

        if (record->type == TYPE_SOA && record->data_len > sizeof minimum &&
            get_skip(&in, record->data_len - sizeof minimum) && get_u32(&in, &minimum) &&
            minimum < record->ttl)
            record->ttl = minimum;
    }
}

static bool pass_over(struct reader *in, unsigned count)
{
    struct record_head head;

    while (count-- > 0)
        if (!record_next(in, &head))
            return false;
    return true;
}

/* A name server, or a middlebox, may have cut such a section or counted it wrongly: the
 * answer does not depend on it. False if the message is cut, so nothing is behind it. */
static bool read_behind_answer(struct message_source *source, enum section section,
                               struct records *records)
{
    unsigned count = wire_count(source->in.data, section);
    struct reader start = source->in;

    if (!read_section(source, count, section, records)) {
        records->count = 0;
        source->in = start;
        return pass_over(&source->in, count);
    }
    if (section == SECTION_AUTHORITY)
        cap_denial(records);
    return true;
}

bool sections_read_needed(struct sections *sections, const uint8_t *wire, size_t len,
                          const struct sections_need *need)
{
    struct records *answer = &sections->of[SECTION_ANSWER];
    struct message_source source = {.names = &sections->names, .need = need};

    *sections = (struct sections){.names.arena = &sections->arena};
    if (!wire_find_records(wire, len, &source.in) ||
        !read_section(&source, wire_count(wire, SECTION_ANSWER), SECTION_ANSWER, answer))
        return false;
    if (read_behind_answer(&source, SECTION_AUTHORITY, &sections->of[SECTION_AUTHORITY]))
        read_behind_answer(&source, SECTION_ADDITIONAL, &sections->of[SECTION_ADDITIONAL]);
    return true;
}

bool sections_read(struct sections *sections, const uint8_t *wire, size_t len)
{
    return sections_read_needed(sections, wire, len, NULL);
}

void sections_free(struct sections *sections)
{
    name_set_free(&sections->names);
    arena_free(&sections->arena);
}
