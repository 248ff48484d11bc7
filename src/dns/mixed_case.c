#include "dns/mixed_case.h"

#include <ldns/ldns.h>
#include <string.h>

#include "base/random_pool.h"
#include "dns/record.h"
#include "dns/wire.h"

bool mixed_case_draw(struct mixed_case *mixed, struct name name)
{
    mixed->is_mixed = random_pool_take(mixed->changed, (name.len + 7) / 8);
    return mixed->is_mixed;
}

void mixed_case_apply(const struct mixed_case *mixed, const struct question *question,
                      uint8_t *query)
{
    name_change_case(query + WIRE_HEADER, question->name_len, mixed->changed);
}

bool mixed_case_is_kept(struct mixed_case *mixed, const struct question *question,
                        const uint8_t *reply)
{
    mixed->is_repeated = name_has_case(reply + WIRE_HEADER, question->name,
                                       question->name_len, mixed->changed);
    return mixed->is_repeated;
}

static void put_sent_name(const struct mixed_case *mixed, const struct question *question,
                          uint8_t name[static NAME_WIRE_MAX])
{
    memcpy(name, question->name, question->name_len);
    name_change_case(name, question->name_len, mixed->changed);
}

bool mixed_case_has_both(const struct mixed_case *mixed, const struct question *question)
{
    bool has_small = false, has_capital = false;
    uint8_t name[NAME_WIRE_MAX];

    put_sent_name(mixed, question, name);
    for (size_t i = 0; i < question->name_len; i++) {
        has_small |= name[i] >= 'a' && name[i] <= 'z';
        has_capital |= name[i] >= 'A' && name[i] <= 'Z';
    }
    return has_small && has_capital;
}

/* A reply makes no more comparisons of labels than this. One that a server means makes a
 * few thousand. */
enum { COMPARISONS_MAX = 1 << 16 };

/* A name as it was sent, and as it was asked. */
struct spelling {
    const uint8_t *sent, *asked;
    size_t len;
    unsigned comparisons; /* so far */
};

/* Octets of the label with its length. */
static size_t label_size(const uint8_t *label)
{
    return 1u + *label;
}

/* A label that is the same as one of the repeated name was copied from there, or is at
 * least the same label. */
static void restore_label(struct spelling *spelling, uint8_t *label)
{
    size_t size = label_size(label);

    for (size_t at = 0; at + size < spelling->len; at += label_size(spelling->sent + at)) {
        spelling->comparisons++;
        if (spelling->sent[at] == *label && memcmp(spelling->sent + at, label, size) == 0) {
            memcpy(label, spelling->asked + at, size);
            return;
        }
    }
}

/* The labels up to the root or to a pointer, which leads to a name that is restored where
 * it stands. Returns where the name ends. */
static uint8_t *restore_name(struct spelling *spelling, uint8_t *name, uint8_t *end)
{
    while (name < end && *name != 0 && *name <= NAME_LABEL_MAX &&
           label_size(name) <= (size_t)(end - name)) {
        if (spelling->comparisons < COMPARISONS_MAX)
            restore_label(spelling, name);
        name += label_size(name);
    }
    if (name < end && *name == 0)
        return name + 1;
    return end - name >= 2 && *name > NAME_LABEL_MAX ? name + 2 : end;
}

/* The names in a record's data: how many, and how many octets stand before them. */
struct names_in_data {
    size_t before, count;
};

/* Flags, services and a regular expression stand before the name (RFC 3403 section 4.1). */
static size_t before_replacement(const uint8_t *data, size_t len)
{
    size_t at = 4;

    for (int text = 0; text < 3 && at < len; text++)
        at += 1u + data[at];
    return at;
}

/*
 * Signatures cover the names of these types in small letters (RFC 4034 section 6.2), so a
 * change of case breaks none. Names of other types may be signed in the case they have.
 */
static struct names_in_data names_in_data(const struct record_head *head)
{
    switch ((ldns_rr_type)head->type) {
    case LDNS_RR_TYPE_NS:
    case LDNS_RR_TYPE_CNAME:
    case LDNS_RR_TYPE_DNAME:
    case LDNS_RR_TYPE_PTR:
    case LDNS_RR_TYPE_MB:
    case LDNS_RR_TYPE_MG:
    case LDNS_RR_TYPE_MR:
        return (struct names_in_data){0, 1};
    case LDNS_RR_TYPE_SOA:
    case LDNS_RR_TYPE_MINFO:
    case LDNS_RR_TYPE_RP:
        return (struct names_in_data){0, 2};
    case LDNS_RR_TYPE_MX:
    case LDNS_RR_TYPE_AFSDB:
    case LDNS_RR_TYPE_RT:
    case LDNS_RR_TYPE_KX:
        return (struct names_in_data){2, 1};
    case LDNS_RR_TYPE_PX:
        return (struct names_in_data){2, 2};
    case LDNS_RR_TYPE_SRV:
        return (struct names_in_data){6, 1};
    case LDNS_RR_TYPE_NAPTR:
        return (struct names_in_data){before_replacement(head->data, head->data_len), 1};
    default:
        return (struct names_in_data){0, 0};
    }
}

static void restore_data(struct spelling *spelling, const struct record_head *head,
                         uint8_t *end)
{
    struct names_in_data names = names_in_data(head);
    uint8_t *name = end - head->data_len;

    if (names.before >= head->data_len)
        return;
    name += names.before;
    for (size_t i = 0; i < names.count; i++)
        name = restore_name(spelling, name, end);
}

/* The question comes last: it may be what the others are compared with. */
static void restore_names(struct spelling *spelling, uint8_t *reply, size_t len)
{
    unsigned left = 0;
    struct reader in = reader_of(reply, len);
    struct record_head head;

    for (enum section section = SECTION_ANSWER; section < SECTIONS; section++)
        left += wire_count(reply, section);
    get_skip(&in, WIRE_HEADER + spelling->len + 4);
    for (; left > 0 && record_next(&in, &head); left--) {
        restore_name(spelling, reply + head.at, reply + in.pos);
        restore_data(spelling, &head, reply + in.pos);
    }
    memcpy(reply + WIRE_HEADER, spelling->asked, spelling->len);
}

/* The reply may have the sent name elsewhere. */
static void restore_unrepeated(const struct mixed_case *mixed,
                               const struct question *question, uint8_t *reply, size_t len)
{
    uint8_t sent[NAME_WIRE_MAX];
    struct spelling spelling = {sent, question->name, question->name_len, 0};

    put_sent_name(mixed, question, sent);
    restore_names(&spelling, reply, len);
}

void mixed_case_restore(const struct mixed_case *mixed, const struct question *question,
                        uint8_t *reply, size_t len)
{
    struct spelling repeated = {reply + WIRE_HEADER, question->name, question->name_len, 0};

    if (mixed->is_repeated)
        restore_names(&repeated, reply, len);
    else if (mixed->is_mixed)
        restore_unrepeated(mixed, question, reply, len);
}
