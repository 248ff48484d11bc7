#include "../check.h"

#include "base/bytes.h"

static const uint8_t eight[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

TEST(numbers_are_read_most_significant_octet_first)
{
    struct reader in = reader_of(eight, sizeof eight);
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;

    assert_true(get_u8(&in, &u8));
    assert_int_equal(u8, 0x01);
    assert_true(get_u16(&in, &u16));
    assert_int_equal(u16, 0x2345);
    assert_true(get_u32(&in, &u32));
    assert_int_equal(u32, 0x6789abcd);
    assert_int_equal(reader_left(&in), 1);
}

TEST(a_number_may_end_with_the_data)
{
    struct reader in = reader_of(eight, sizeof eight);
    uint64_t u64;

    assert_true(get_u64(&in, &u64));
    assert_true(u64 == 0x0123456789abcdef);
    assert_int_equal(reader_left(&in), 0);
}

TEST(a_number_that_is_cut_is_not_read)
{
    struct reader in = reader_of(eight, 7);
    uint64_t u64 = 5;

    assert_false(get_u64(&in, &u64));
    assert_true(u64 == 5);
    assert_int_equal(in.pos, 0);
}

TEST(a_reader_stays_where_it_was_when_it_fails)
{
    struct reader in = reader_of(eight, 3);
    uint16_t u16;
    uint32_t u32;

    assert_true(get_u16(&in, &u16));
    assert_false(get_u32(&in, &u32));
    assert_false(get_u16(&in, &u16));
    assert_false(get_skip(&in, 2));
    assert_int_equal(in.pos, 2);
    assert_true(get_skip(&in, 1));
}

TEST(nothing_is_read_from_no_data)
{
    struct reader in = reader_of(NULL, 0);
    const uint8_t *bytes;
    uint8_t u8;

    assert_false(get_u8(&in, &u8));
    assert_false(get_bytes(&in, &bytes, 1));
    assert_true(get_bytes(&in, &bytes, 0));
}

TEST(bytes_are_handed_out_where_they_stand)
{
    struct reader in = reader_of(eight, sizeof eight);
    const uint8_t *bytes;

    assert_true(get_skip(&in, 6));
    assert_true(get_bytes(&in, &bytes, 2));
    assert_ptr_equal(bytes, eight + 6);
}

TEST(a_count_near_the_largest_number_does_not_wrap)
{
    struct reader in = reader_of(eight, sizeof eight);

    assert_true(get_skip(&in, 4));
    assert_false(get_skip(&in, SIZE_MAX));
    assert_false(get_skip(&in, SIZE_MAX - 3));
    assert_int_equal(in.pos, 4);
}

TEST(numbers_are_written_most_significant_octet_first)
{
    const uint8_t expected[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd};
    uint8_t data[15];
    struct writer out = writer_of(data, sizeof data);

    put_u64(&out, 0x0123456789abcdef);
    put_u8(&out, 0x01);
    put_u16(&out, 0x2345);
    put_u32(&out, 0x6789abcd);
    assert_false(out.failed);
    assert_int_equal(out.pos, sizeof data);
    assert_memory_equal(data, expected, sizeof expected);
}

TEST(a_writer_fills_its_room_to_the_last_octet)
{
    uint8_t data[4];
    struct writer out = writer_of(data, sizeof data);

    put_u32(&out, 7);
    assert_false(out.failed);
    put_bytes(&out, NULL, 0);
    assert_false(out.failed);
    put_u8(&out, 1);
    assert_true(out.failed);
}

TEST(what_does_not_fit_is_not_written_in_part)
{
    uint8_t data[4] = {9, 9, 9, 9};
    struct writer out = writer_of(data, 3);

    put_u32(&out, 0x01020304);
    assert_true(out.failed);
    assert_int_equal(out.pos, 0);
    assert_int_equal(data[0], 9);
    assert_int_equal(data[3], 9);
}

TEST(a_writer_that_failed_takes_nothing_more)
{
    uint8_t data[2] = {9, 9};
    struct writer out = writer_of(data, sizeof data);

    put_u32(&out, 1);
    put_u8(&out, 1);
    assert_true(out.failed);
    assert_int_equal(out.pos, 0);
    assert_int_equal(data[0], 9);
}

TEST(a_count_too_large_for_any_room_fails)
{
    uint8_t data[8];
    struct writer out = writer_of(data, sizeof data);

    put_u32(&out, 1);
    put_bytes(&out, eight, SIZE_MAX);
    assert_true(out.failed);
    assert_int_equal(out.pos, 4);
}

TEST(a_number_written_before_can_be_replaced)
{
    const uint8_t expected[] = {0, 0, 0x12, 0x34};
    uint8_t data[4];
    struct writer out = writer_of(data, sizeof data);

    put_u32(&out, 0);
    put_u16_at(&out, 2, 0x1234);
    assert_memory_equal(data, expected, sizeof expected);
    assert_int_equal(out.pos, 4);
}
