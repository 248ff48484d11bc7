#include "dns/bailiwick.h"

#include <ldns/ldns.h>
#include <stdlib.h>

enum {
    SIGNER_AT = 18, /* in the data of a signature (RFC 4034 section 3.1) */
    /* Answers have fewer, and each record is compared with each other. */
    AUTHORITY_MAX = 256,
    ADDITIONAL_MAX = 256,
    TARGETS_MAX = 256, /* names to which records lead */
};

struct targets {
    struct name names[TARGETS_MAX];
    size_t count;
};

static bool is_in_chain(const struct chain *chain, struct name name)
{
    for (size_t i = 0; i < chain->count; i++)
        if (name_equal(chain->names[i], name))
            return true;
    return false;
}

/* True if a name of the chain is the apex or below it. */
static bool is_above_chain(const struct chain *chain, struct name apex)
{
    for (size_t i = 0; i < chain->count; i++)
        if (name_apex_at(chain->names[i], apex) != -1)
            return true;
    return false;
}

/* The name that stands there uncompressed; no octets: there is none. */
static struct name name_at(struct reader in)
{
    struct name name = {0};

    return name_get(&in, &name) ? name : (struct name){0};
}

static struct reader data_at(const struct record *record, size_t at)
{
    struct reader in = reader_of(record->data, record->data_len);

    return get_skip(&in, at) ? in : reader_of(NULL, 0);
}

static bool is_denial(uint16_t type)
{
    return type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3;
}

/* The apex of the zone that a record of the authority section is from, as far as it tells.
 */
static struct name zone_of(const struct record *record)
{
    if (record->type == TYPE_SOA)
        return record->owner;
    if (record->type == LDNS_RR_TYPE_RRSIG)
        return name_at(data_at(record, SIGNER_AT));
    return (struct name){0};
}

/* A record that proves a denial stands anywhere in the zone, but its zone has the name. */
static bool is_in_zone_of_chain(const struct records *records, const struct chain *chain,
                                struct name owner)
{
    for (size_t i = 0; i < records->count; i++) {
        struct name zone = zone_of(records->all[i]);

        if (zone.len > 0 && is_above_chain(chain, zone) && name_apex_at(owner, zone) != -1)
            return true;
    }
    return false;
}

static bool belongs_to_authority(const struct records *records, const struct chain *chain,
                                 const struct record *record)
{
    bool denies = is_denial(record->type) || is_denial(rrset_type_covered(record));

    return is_above_chain(chain, record->owner) ||
           (denies && is_in_zone_of_chain(records, chain, record->owner));
}

/* Passes over texts, each with its length in front. */
static bool skip_texts(struct reader *in, unsigned count)
{
    uint8_t length;

    while (count-- > 0)
        if (!get_u8(in, &length) || !get_skip(in, length))
            return false;
    return true;
}

/* The name to which a record leads, and about which a server adds records. */
static struct name target_of(const struct record *record)
{
    struct reader in;

    switch ((ldns_rr_type)record->type) {
    case LDNS_RR_TYPE_NS:
    case LDNS_RR_TYPE_PTR:
    case LDNS_RR_TYPE_CNAME:
    case LDNS_RR_TYPE_MB:
        return name_at(data_at(record, 0));
    case LDNS_RR_TYPE_MX:
    case LDNS_RR_TYPE_KX:
    case LDNS_RR_TYPE_RT:
    case LDNS_RR_TYPE_AFSDB:
    case LDNS_RR_TYPE_SVCB:
    case LDNS_RR_TYPE_HTTPS:
        return name_at(data_at(record, 2));
    case LDNS_RR_TYPE_SRV:
        return name_at(data_at(record, 6));
    case LDNS_RR_TYPE_NAPTR:
        in = data_at(record, 4);
        return skip_texts(&in, 3) ? name_at(in) : (struct name){0};
    default:
        return (struct name){0};
    }
}

static void note_target(struct targets *targets, const struct record *record)
{
    struct name target = target_of(record);

    if (target.len > 0 && targets->count < TARGETS_MAX)
        targets->names[targets->count++] = target;
}

/* Only those of the chain are passed on from the answer section. */
static void note_targets(struct targets *targets, const struct sections *sections,
                         const struct chain *chain)
{
    const struct records *answer = &sections->of[SECTION_ANSWER];
    const struct records *authority = &sections->of[SECTION_AUTHORITY];

    for (size_t i = 0; i < answer->count && targets->count < TARGETS_MAX; i++)
        if (is_in_chain(chain, answer->all[i]->owner))
            note_target(targets, answer->all[i]);
    for (size_t i = 0; i < authority->count; i++)
        note_target(targets, authority->all[i]);
}

static bool is_target(const struct targets *targets, struct name name)
{
    for (size_t i = 0; i < targets->count; i++)
        if (name_equal(targets->names[i], name))
            return true;
    return false;
}

static void drop_behind(struct records *records, size_t count)
{
    for (size_t i = count; i < records->count; i++)
        free(records->all[i]);
    records->count = count;
}

/* The others are moved to the end and freed last, because they tell of zones, too. */
static void keep_authority(struct records *records, const struct chain *chain)
{
    size_t count = 0;

    if (records->count > AUTHORITY_MAX)
        drop_behind(records, 0);
    for (size_t i = 0; i < records->count; i++) {
        struct record *record = records->all[i];

        if (!belongs_to_authority(records, chain, record))
            continue;
        records->all[i] = records->all[count];
        records->all[count++] = record;
    }
    drop_behind(records, count);
}

/* An additional record may lead to the name of another one behind it (RFC 9460 section
 * 4.2). */
static void keep_additional(struct records *records, const struct chain *chain,
                            struct targets *targets)
{
    size_t count = 0;

    if (records->count > ADDITIONAL_MAX)
        drop_behind(records, ADDITIONAL_MAX);
    for (size_t i = 0; i < records->count; i++) {
        struct record *record = records->all[i];

        if (!is_in_chain(chain, record->owner) && !is_target(targets, record->owner))
            continue;
        note_target(targets, record);
        records->all[i] = records->all[count];
        records->all[count++] = record;
    }
    drop_behind(records, count);
}

void bailiwick_keep(struct sections *sections, const struct chain *chain)
{
    struct targets targets = {.count = 0};

    keep_authority(&sections->of[SECTION_AUTHORITY], chain);
    note_targets(&targets, sections, chain);
    keep_additional(&sections->of[SECTION_ADDITIONAL], chain, &targets);
}
