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

/* RFC 2181 sections 5 and 5.2. */
TEST_WITH(sections, a_set_has_one_ttl_and_no_record_twice)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 3, 0, 0),
                            HOST_TEST_A,
                            ADDRESS,
                            POINTER(12),
                            RECORD(1, 50, 4),
                            192,
                            0,
                            2,
                            11,
                            ADDRESS};

    assert_true(reads(BYTES(wire)));
    assert_counts(2, 0, 0);
    assert_int_equal(sections.of[SECTION_ANSWER].all[0]->ttl, 50);
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

TEST_WITH(sections, counted_records_that_are_missing_cost_no_memory)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 65535, 65535, 65535), HOST_TEST_A, ADDRESS};

    assert_false(reads(BYTES(wire)));
    assert_counts(0, 0, 0);
}
