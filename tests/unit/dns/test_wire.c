#include "wire.h"

#include "dns/wire.h"

TEST(each_field_of_the_header_has_its_place)
{
    const uint8_t wire[] = {HEADER(0xaf95, 0x0102, 0x0304, 0x0506, 0x0708)};

    assert_int_equal(sizeof wire, WIRE_HEADER);
    assert_int_equal(wire_id(wire), 0x1234);
    assert_int_equal(wire_u32(wire), 0x1234af95);
    assert_int_equal(wire_flags(wire), 0xaf95);
    assert_int_equal(wire_opcode(wire_flags(wire)), 5);
    assert_int_equal(wire_rcode(wire), 5);
    assert_int_equal(wire_questions(wire), 0x0102);
    assert_int_equal(wire_count(wire, SECTION_ANSWER), 0x0304);
    assert_int_equal(wire_count(wire, SECTION_AUTHORITY), 0x0506);
    assert_int_equal(wire_count(wire, SECTION_ADDITIONAL), 0x0708);
}

/* RFC 1035 section 4.1.1, RFC 4035 section 3: each bit is one flag's, or a number's. */
TEST(the_flags_fill_their_field)
{
    const unsigned flags[] = {WIRE_QR, WIRE_OPCODE, WIRE_AA, WIRE_TC, WIRE_RD,
                              WIRE_RA, WIRE_Z,      WIRE_AD, WIRE_CD, WIRE_RCODE};
    unsigned all = 0;

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        assert_int_equal(all & flags[i], 0);
        all |= flags[i];
    }
    assert_int_equal(all, 0xffff);
}

TEST(flags_and_counts_are_set_in_their_place)
{
    const uint8_t expected[] = {HEADER(0x8180, 1, 2, 3, 0x0405)};
    uint8_t wire[] = {HEADER(0, 1, 0, 0, 0)};

    wire_set_flags(wire, WIRE_QR | WIRE_RD | WIRE_RA);
    wire_set_count(wire, SECTION_ANSWER, 2);
    wire_set_count(wire, SECTION_AUTHORITY, 3);
    wire_set_count(wire, SECTION_ADDITIONAL, 0x0405);
    assert_memory_equal(wire, expected, sizeof expected);
}

TEST(numbers_are_set_most_significant_octet_first)
{
    const uint8_t expected[] = {1, 2, 0xfe, 0xdc, 3, 4, 5, 6};
    uint8_t wire[sizeof expected] = {1, 2, 0, 0, 0, 0, 0, 0};

    assert_ptr_equal(wire_set_u16(wire + 2, 0xfedc), wire + 4);
    wire_set_u32(wire + 4, 0x03040506);
    assert_memory_equal(wire, expected, sizeof expected);
}

TEST(a_written_header_counts_questions_and_additional_records)
{
    const uint8_t expected[] = {HEADER(0x0110, 1, 0, 0, 2)};
    uint8_t wire[WIRE_HEADER];
    struct writer out = writer_of(wire, sizeof wire);

    wire_put_header(&out, 0x1234, WIRE_RD | WIRE_CD, 1, 2);
    assert_false(out.failed);
    assert_memory_equal(wire, expected, sizeof expected);
}

TEST(a_plain_query_counts_one_question_and_perhaps_an_additional_record)
{
    const uint8_t good[][WIRE_HEADER] = {{HEADER(0, 1, 0, 0, 0)}, {HEADER(0, 1, 0, 0, 1)}};
    const uint8_t bad[][WIRE_HEADER] = {{HEADER(0, 0, 0, 0, 0)},   {HEADER(0, 2, 0, 0, 0)},
                                        {HEADER(0, 257, 0, 0, 0)}, {HEADER(0, 1, 1, 0, 0)},
                                        {HEADER(0, 1, 0, 1, 0)},   {HEADER(0, 1, 0, 0, 2)},
                                        {HEADER(0, 1, 0, 0, 256)}};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(wire_counts_as_query(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(wire_counts_as_query(bad[i]));
}

TEST(records_begin_behind_the_question)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 0, 0), HOST_TEST_A, 1, 2, 3};
    const uint8_t none[] = {HEADER(0x8180, 0, 1, 0, 0), HOST_TEST_A};
    struct reader in;

    assert_true(wire_find_records(wire, sizeof wire, &in));
    assert_int_equal(in.pos, sizeof wire - 3);
    assert_true(wire_find_records(wire, sizeof wire - 3, &in));
    assert_false(wire_find_records(wire, sizeof wire - 4, &in));
    assert_false(wire_find_records(wire, WIRE_HEADER, &in));
    assert_false(wire_find_records(BYTES(none), &in));
    assert_false(wire_find_records(wire, WIRE_HEADER - 1, &in));
}
