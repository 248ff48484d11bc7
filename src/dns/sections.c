#include "dns/sections.h"

#include <stdlib.h>

#include "dns/type.h"

enum { RECORDS_MAX = 5000 }; /* 64 KiB hold 4,095 addresses */

/* OPT and TSIG are about the message, not about the name. In another section than the
 * additional one (RFC 6891 section 6.1.1, RFC 8945 section 5.1) they mean that the counts
 * are wrong. */
static bool read_section(struct reader *in, unsigned count, enum section section,
                         struct records *records)
{
    records->all = calloc(count + 1u, sizeof(struct record *));
    if (!records->all || count > RECORDS_MAX)
        return false;
    while (count-- > 0) {
        struct reader behind = *in;
        struct record_head head;

        if (!record_next(&behind, &head))
            return false;
        if (head.type == TYPE_OPT || head.type == TYPE_TSIG) {
            if (section != SECTION_ADDITIONAL)
                return false;
            *in = behind;
            continue;
        }
        records->all[records->count] = record_read(in);
        if (!records->all[records->count])
            return false;
        records->count++;
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

static void drop_records(struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        free(records->all[i]);
    records->count = 0;
}

/* A name server, or a middlebox, may have cut such a section or counted it wrongly: the
 * answer does not depend on it. */
static void read_behind_answer(struct reader *in, unsigned count, enum section section,
                               struct records *records)
{
    if (!read_section(in, count, section, records))
        drop_records(records);
    if (section == SECTION_AUTHORITY)
        cap_denial(records);
    if (!rrset_even_ttls(records) || !rrset_drop_repeated(records))
        drop_records(records);
}

bool sections_read(struct sections *sections, const uint8_t *wire, size_t len)
{
    struct records *answer = &sections->of[SECTION_ANSWER];
    struct reader in;

    *sections = (struct sections){0};
    if (!wire_find_records(wire, len, &in) ||
        !read_section(&in, wire_count(wire, SECTION_ANSWER), SECTION_ANSWER, answer) ||
        !rrset_even_ttls(answer) || !rrset_drop_repeated(answer))
        return false;
    for (enum section i = SECTION_AUTHORITY; i <= SECTION_ADDITIONAL; i++)
        read_behind_answer(&in, wire_count(wire, i), i, &sections->of[i]);
    return true;
}

void sections_free(struct sections *sections)
{
    for (int i = 0; i < SECTIONS; i++) {
        drop_records(&sections->of[i]);
        free(sections->of[i].all);
    }
}
