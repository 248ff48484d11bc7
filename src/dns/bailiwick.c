#include "dns/bailiwick.h"

#include <ldns/ldns.h>
#include <stdlib.h>

enum {
    SIGNER_AT = 18, /* in the data of a signature (RFC 4034 section 3.1) */
    /* Answers have fewer. */
    AUTHORITY_MAX = 256,
    ADDITIONAL_MAX = 256,
    TARGETS_MAX = 256, /* names to which records lead */
    ZONES_MAX = 16,    /* apexes of the chain's zones */
};

/* What is known of each name of the records, by its number. */
struct known_names {
    const struct name_set *names;
    uint8_t *is_in_chain;
    uint8_t *is_above_chain; /* or in it */
    uint8_t *is_target;
    size_t target_count;
    struct name zones[ZONES_MAX]; /* those that have a name of the chain */
    size_t zone_count;
};

static void known_free(struct known_names *known)
{
    free(known->is_in_chain);
    free(known->is_above_chain);
    free(known->is_target);
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

/* The type of a record, or of what it signs. */
static uint16_t type_of(const struct record *record)
{
    return record_is(record, LDNS_RR_TYPE_RRSIG) ? rrset_type_covered(record)
                                                 : record->type;
}

/* A cache behind us that keeps such a record would give whoever has forged it all names
 * below its owner (CVE-2025-11411). Only a client that asks for it needs it. */
static bool is_about_names_below(const struct record *record)
{
    uint16_t type = type_of(record);

    return type == LDNS_RR_TYPE_NS || type == LDNS_RR_TYPE_DNAME;
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

static bool is_zone(const struct known_names *known, struct name apex)
{
    for (size_t i = 0; i < known->zone_count; i++)
        if (name_equal(known->zones[i], apex))
            return true;
    return false;
}

static void note_zone(struct known_names *known, struct name apex)
{
    uint32_t number = apex.len > 0 ? name_set_find(known->names, apex) : NAME_SET_NONE;

    if (number != NAME_SET_NONE && known->is_above_chain[number] &&
        known->zone_count < ZONES_MAX && !is_zone(known, apex))
        known->zones[known->zone_count++] = apex;
}

/* A record that proves a denial stands anywhere in the zone, but its zone has the name. */
static bool is_in_zone_of_chain(const struct known_names *known, struct name owner)
{
    for (size_t i = 0; i < known->zone_count; i++)
        if (name_apex_at(owner, known->zones[i]) != -1)
            return true;
    return false;
}

/* No record but those of a denial, which may also prove that a wildcard is right (RFC 4035
 * section 3.1.3). */
static bool belongs_to_authority(const struct known_names *known,
                                 const struct record *record)
{
    uint16_t type = type_of(record);

    if (known->is_above_chain[record->number])
        return type == TYPE_SOA || is_denial(type);
    return is_denial(type) && is_in_zone_of_chain(known, record->owner);
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

/* Only names about which there may be records matter. */
static void note_target(struct known_names *known, const struct record *record)
{
    struct name target = target_of(record);
    uint32_t number;

    if (target.len == 0 || known->target_count == TARGETS_MAX)
        return;
    known->target_count++;
    number = name_set_find(known->names, target);
    if (number != NAME_SET_NONE)
        known->is_target[number] = true;
}

/* Only these records of the answer section are passed on. */
static void note_targets(struct known_names *known, const struct records *answer,
                         uint16_t type)
{
    for (size_t i = 0; i < answer->count; i++)
        if (known->is_in_chain[answer->all[i]->number] && record_is(answer->all[i], type))
            note_target(known, answer->all[i]);
}

static void keep_authority(struct records *records, struct known_names *known)
{
    size_t count = 0;

    for (size_t i = 0; i < records->count; i++)
        note_zone(known, zone_of(records->all[i]));
    for (size_t i = 0; i < records->count; i++) {
        struct record *record = records->all[i];

        if (belongs_to_authority(known, record))
            records->all[count++] = record;
    }
    records->count = count;
}

/* An additional record may lead to the name of another one behind it (RFC 9460 section
 * 4.2). */
static void keep_additional(struct records *records, struct known_names *known)
{
    size_t count = 0;

    for (size_t i = 0; i < records->count; i++) {
        struct record *record = records->all[i];

        if (is_about_names_below(record) ||
            (!known->is_in_chain[record->number] && !known->is_target[record->number]))
            continue;
        note_target(known, record);
        records->all[count++] = record;
    }
    records->count = count;
}

/* A signer may be the apex of a zone of which there is no other record. */
static bool add_zones(struct name_set *names, const struct records *authority)
{
    for (size_t i = 0; i < authority->count; i++) {
        struct name zone = zone_of(authority->all[i]);

        if (zone.len > 0 && !name_set_add(names, zone))
            return false;
    }
    return true;
}

static bool know(struct known_names *known, const struct chain *chain)
{
    size_t count = known->names->count + 1u;

    known->is_in_chain = calloc(count, 1);
    known->is_above_chain = calloc(count, 1);
    known->is_target = calloc(count, 1);
    if (!known->is_in_chain || !known->is_above_chain || !known->is_target)
        return false;
    for (size_t i = 0; i < chain->count; i++) {
        name_set_mark(known->names, chain->names[i], known->is_above_chain);
        if (chain->numbers[i] != NAME_SET_NONE)
            known->is_in_chain[chain->numbers[i]] = true;
    }
    return true;
}

bool bailiwick_keep(struct sections *sections, uint16_t type, const struct chain *chain)
{
    struct records *authority = &sections->of[SECTION_AUTHORITY];
    struct records *additional = &sections->of[SECTION_ADDITIONAL];
    struct known_names known = {.names = &sections->names};
    bool done;

    if (authority->count > AUTHORITY_MAX)
        authority->count = 0;
    if (additional->count > ADDITIONAL_MAX)
        additional->count = ADDITIONAL_MAX;
    if (authority->count == 0 && additional->count == 0)
        return true;
    done = add_zones(&sections->names, authority) && know(&known, chain);
    if (done) {
        keep_authority(authority, &known);
        note_targets(&known, &sections->of[SECTION_ANSWER], type);
        keep_additional(additional, &known);
    }
    known_free(&known);
    return done;
}
