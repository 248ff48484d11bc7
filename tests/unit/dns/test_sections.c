#include "wire.h"

#include "dns/sections.h"
#include "dns/type.h"

#define ADDRESS POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 10
#define MAIL    POINTER(12), RECORD(15, 60, 4), 0, 10, POINTER(17)

static struct sections sections;

static void clear(void)
{
    sections_free(&sections);
    sections = (struct sections){0};
}

FIXTURE(sections, NULL, clear);

/* Reads a copy of exactly this size, so that the sanitizer sees each octet read behind it.
 */
static bool reads(const uint8_t *wire, size_t len)
{
    uint8_t *copy = malloc(len);
    bool done;

    assert_non_null(copy);
    memcpy(copy, wire, len);
    clear();
    done = sections_read(&sections, copy, len);
    free(copy);
    return done;
}

static void assert_counts(size_t answers, size_t authorities, size_t additionals)
{
    assert_int_equal(sections.of[SECTION_ANSWER].count, answers);
    assert_int_equal(sections.of[SECTION_AUTHORITY].count, authorities);
    assert_int_equal(sections.of[SECTION_ADDITIONAL].count, additionals);
}

/* RFC 2308 section 5: the last number of the SOA record's data is its minimum. */
TEST_WITH(sections, a_denial_may_be_kept_for_the_minimum_of_the_soa)
{
    const uint8_t wire[] = {HEADER(0x8183, 1, 0, 1, 0),
                            HOST_TEST_A,
                            POINTER(17),
                            RECORD(6, 45, 22),
                            ROOT,
                            ROOT,
                            U32(1),
                            U32(2),
                            U32(3),
                            U32(4),
                            U32(7)};

    assert_true(reads(BYTES(wire)));
    assert_counts(0, 1, 0);
    assert_int_equal(sections.of[SECTION_AUTHORITY].all[0]->ttl, 7);
}

/* They are about the message that we got, not about the one we write. */
TEST_WITH(sections, opt_and_tsig_records_are_left_out)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 0, 2), HOST_TEST_A, ADDRESS, OPT, ROOT,
                            RECORD(250, 0, 2),          1,           2};

    assert_true(reads(BYTES(wire)));
    assert_counts(1, 0, 0);
}

/* The count tells of an answer that is not there. */
TEST_WITH(sections, an_opt_record_among_the_answers_is_refused)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 0, 0), HOST_TEST_A, OPT};

    assert_false(reads(BYTES(wire)));
}

TEST_WITH(sections, an_answer_section_that_is_cut_is_refused)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 0, 0), HOST_TEST_A, ADDRESS};

    for (size_t len = 0; len < sizeof wire; len++)
        assert_false(reads(wire, len));
    assert_true(reads(BYTES(wire)));
}

/* The answer does not depend on the sections behind it. */
TEST_WITH(sections, sections_behind_it_that_are_cut_are_left_out)
{
    const uint8_t authority[] = {HEADER(0x8180, 1, 1, 2, 0), HOST_TEST_A, ADDRESS, MAIL};
    const uint8_t additional[] = {HEADER(0x8180, 1, 1, 0, 2), HOST_TEST_A, ADDRESS, MAIL};

    for (size_t len = sizeof authority - 16; len <= sizeof authority; len++) {
        assert_true(reads(authority, len));
        assert_counts(1, 0, 0);
        assert_true(reads(additional, len));
        assert_counts(1, 0, 0);
    }
}

/* An address has four octets; OPT is no record of the authority section. */
TEST_WITH(sections, what_stands_behind_an_authority_section_that_cannot_be_read_is_found)
{
    const uint8_t bad_length[] = {HEADER(0x8180, 1, 1, 2, 1),
                                  HOST_TEST_A,
                                  ADDRESS,
                                  POINTER(12),
                                  RECORD(1, 60, 2),
                                  192,
                                  0,
                                  ADDRESS,
                                  MAIL};
    const uint8_t opt[] = {
        HEADER(0x8180, 1, 1, 2, 1), HOST_TEST_A, ADDRESS, OPT, ADDRESS, MAIL};

    assert_true(reads(BYTES(bad_length)));
    assert_counts(1, 0, 1);
    assert_int_equal(sections.of[SECTION_ADDITIONAL].all[0]->type, 15);
    assert_true(reads(BYTES(opt)));
    assert_counts(1, 0, 1);
    assert_int_equal(sections.of[SECTION_ADDITIONAL].all[0]->type, 15);
}

/* What follows is the data of the record that is cut. */
TEST_WITH(sections, nothing_stands_behind_an_authority_section_that_is_cut)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 1, 1), HOST_TEST_A, ADDRESS, POINTER(12),
                            RECORD(16, 60, 17),         MAIL};

    assert_true(reads(BYTES(wire)));
    assert_counts(1, 0, 0);
}

enum { TOO_MANY = 5001 };

TEST_WITH(sections, what_stands_behind_an_authority_section_that_is_too_long_is_found)
{
    static uint8_t wire[WIRE_MAX];
    const uint8_t head[] = {HEADER(0x8180, 1, 1, TOO_MANY, 1), HOST_TEST_A, ADDRESS};
    struct writer to = writer_of(wire, sizeof wire);

    put_bytes(&to, head, sizeof head);
    for (unsigned i = 0; i < TOO_MANY; i++)
        put_bytes(&to, (const uint8_t[]){ROOT, RECORD(16, 60, 0)}, 11);
    put_bytes(&to, (const uint8_t[]){MAIL}, 16);
    assert_true(reads(wire, to.pos));
    assert_counts(1, 0, 1);
    assert_int_equal(sections.of[SECTION_ADDITIONAL].all[0]->type, 15);
}

TEST_WITH(sections, counted_records_that_are_missing_cost_no_memory)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 65535, 65535, 65535), HOST_TEST_A, ADDRESS};

    assert_false(reads(BYTES(wire)));
    assert_counts(0, 0, 0);
}

TEST_WITH(sections, equal_owners_have_one_number)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 3, 1, 1),
                            HOST_TEST_A,
                            ADDRESS,
                            HOST_TEST,
                            RECORD(1, 60, 4),
                            192,
                            0,
                            2,
                            11,
                            POINTER(17),
                            RECORD(16, 60, 0),
                            ADDRESS,
                            4,
                            'T',
                            'e',
                            's',
                            't',
                            0,
                            RECORD(16, 60, 0)};
    const struct records *answer = &sections.of[SECTION_ANSWER];

    assert_true(reads(BYTES(wire)));
    assert_counts(3, 1, 1);
    assert_int_equal(answer->all[0]->number, answer->all[1]->number);
    assert_int_not_equal(answer->all[0]->number, answer->all[2]->number);
    assert_int_equal(answer->all[0]->number, sections.of[SECTION_AUTHORITY].all[0]->number);
    assert_int_equal(answer->all[2]->number,
                     sections.of[SECTION_ADDITIONAL].all[0]->number);
    assert_true(name_equal(answer->all[2]->owner, (struct name)NAME_OF("\4test")));
}

enum { LONG_NAMES = 60, LONG_NAME = 2 * 127 + 1 };

/* A message whose section has 3,000 records. Their owners are pointers to so many names of
 * more than 250 octets. */
static size_t long_owners(uint8_t *wire, enum section section, unsigned names)
{
    const uint8_t head[] = {HEADER(0x8180, 1, 1, 0, 0), HOST_TEST_A, ROOT,
                            RECORD(16, 60, LONG_NAMES * LONG_NAME)};
    struct writer to = writer_of(wire, WIRE_MAX);

    put_bytes(&to, head, sizeof head);
    for (unsigned i = 0; i < LONG_NAMES * LONG_NAME; i++)
        put_u8(&to, (uint8_t)(i % LONG_NAME == LONG_NAME - 1 ? 0
                              : i % LONG_NAME % 2            ? 'a'
                                                             : 1));
    for (unsigned i = 0; i < 3000; i++) {
        unsigned at = i % names / 2 * LONG_NAME + i % names % 2 * 2;

        put_u16(&to, (uint16_t)(NAME_POINTER | (sizeof head + at)));
        put_bytes(&to, (const uint8_t[]){RECORD(16, 60, 2), U16(i)}, 12);
    }
    wire_set_count(wire, section, section == SECTION_ANSWER ? 3001 : 3000);
    assert_false(to.failed);
    return to.pos;
}

TEST_WITH(sections, a_name_that_comes_again_costs_nothing)
{
    static uint8_t wire[WIRE_MAX];

    assert_true(reads(wire, long_owners(wire, SECTION_ADDITIONAL, 2)));
    assert_counts(1, 0, 3000);
    assert_int_equal(sections.names.count, 3);
}

/* Nobody could mean them, and they would be 700 KB long. */
TEST_WITH(sections, thousands_of_long_names_are_refused)
{
    static uint8_t wire[WIRE_MAX];

    assert_false(reads(wire, long_owners(wire, SECTION_ANSWER, 120)));
    assert_true(reads(wire, long_owners(wire, SECTION_ADDITIONAL, 120)));
    assert_counts(1, 0, 0);
}

/* A message with so many records in its answer section, each of which stands at the asked
 * name, or by turns at that and another one. */
static size_t many_answers(uint8_t *wire, unsigned count, unsigned type, bool by_turns)
{
    const uint8_t head[] = {HEADER(0x8180, 1, 0, 0, 0), HOST_TEST_A};
    struct writer to = writer_of(wire, WIRE_MAX);

    put_bytes(&to, head, sizeof head);
    for (unsigned i = 0; i < count; i++) {
        put_u16(&to, by_turns && i % 2 ? NAME_POINTER | 17 : NAME_POINTER | 12);
        put_bytes(&to, (const uint8_t[]){RECORD(type, 60, 2), POINTER(12)}, 12);
    }
    wire_set_count(wire, SECTION_ANSWER, count);
    assert_false(to.failed);
    return to.pos;
}

/* A chain has 16 aliases at most, and each of the others would be read for each of them. */
TEST_WITH(sections, an_answer_section_with_dozens_of_aliases_is_refused)
{
    static uint8_t wire[WIRE_MAX];

    assert_true(reads(wire, many_answers(wire, 64, TYPE_CNAME, false)));
    assert_counts(64, 0, 0);
    assert_false(reads(wire, many_answers(wire, 65, TYPE_CNAME, false)));
    assert_true(reads(wire, many_answers(wire, 64, 39, false)));
    assert_false(reads(wire, many_answers(wire, 65, 39, false)));
    assert_true(reads(wire, many_answers(wire, 3000, TYPE_TXT, false)));
}

TEST_WITH(sections, an_answer_section_that_turns_from_name_to_name_is_refused)
{
    static uint8_t wire[WIRE_MAX];

    assert_true(reads(wire, many_answers(wire, 256, TYPE_TXT, true)));
    assert_counts(256, 0, 0);
    assert_false(reads(wire, many_answers(wire, 257, TYPE_TXT, true)));
}

/* Nobody passes them on, so whatever they hold is not looked at. */
TEST_WITH(sections, answers_that_are_not_needed_are_passed_over)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 6, 1, 0),
                            HOST_TEST_A,
                            ADDRESS,
                            MAIL,
                            MAIL,
                            POINTER(12),
                            RECORD(5, 60, 2),
                            POINTER(17),
                            POINTER(12),
                            RECORD(15, 60, 1),
                            0, /* cut short */
                            POINTER(12),
                            RECORD(46, 60, 2),
                            0,
                            1,
                            MAIL};
    const struct sections_need address = {TYPE_A, 1}, any = {TYPE_ANY, 1};
    const struct records *answer = &sections.of[SECTION_ANSWER];

    clear();
    assert_true(sections_read_needed(&sections, BYTES(wire), &address));
    assert_counts(3, 1, 0);
    assert_int_equal(answer->all[0]->type, TYPE_A);
    assert_int_equal(answer->all[1]->type, TYPE_CNAME);
    assert_int_equal(answer->all[2]->type, 46);
    clear();
    assert_false(sections_read_needed(&sections, BYTES(wire), &any));
}

TEST_WITH(sections, as_many_answers_are_read_as_are_needed_of_each_name)
{
    const uint8_t wire[] = {
        HEADER(0x8180, 1, 7, 0, 0), HOST_TEST_A, ADDRESS, ADDRESS, ADDRESS, POINTER(17),
        RECORD(1, 60, 4),           192,         0,       2,       11,      POINTER(17),
        RECORD(1, 60, 4),           192,         0,       2,       12,      POINTER(17),
        RECORD(1, 60, 4),           192,         0,       2,       13,      ADDRESS};
    const struct sections_need two = {TYPE_A, 2}, all = {TYPE_A, SIZE_MAX};

    clear();
    assert_true(sections_read_needed(&sections, BYTES(wire), &two));
    assert_counts(5, 0, 0);
    assert_int_equal(sections.of[SECTION_ANSWER].all[3]->data[3], 12);
    clear();
    assert_true(sections_read_needed(&sections, BYTES(wire), &all));
    assert_counts(7, 0, 0);
}
