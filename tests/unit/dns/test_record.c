#include "../mutate.h"
#include "wire.h"

#include "dns/record.h"

/* Reads the only record of a message without a header; to be freed. */
static struct record *read_one(const uint8_t *wire, size_t len)
{
    struct reader in = reader_of(wire, len);
    struct record *record = record_read(&in);

    assert_int_equal(in.pos, record ? len : 0);
    return record;
}

TEST(a_record_is_owner_type_class_ttl_and_data)
{
    const uint8_t wire[] = {HOST_TEST, RECORD(1, 60, 4), 192, 0, 2, 1};
    const uint8_t owner[] = {HOST_TEST}, data[] = {192, 0, 2, 1};
    struct record *record = read_one(BYTES(wire));

    assert_non_null(record);
    assert_int_equal(record->type, 1);
    assert_int_equal(record->class, CLASS_IN);
    assert_int_equal(record->ttl, 60);
    assert_int_equal(record->owner.len, sizeof owner);
    assert_memory_equal(record->owner.wire, owner, sizeof owner);
    assert_int_equal(record->data_len, sizeof data);
    assert_memory_equal(record->data, data, sizeof data);
    free(record);
}

TEST(names_in_the_data_are_in_full)
{
    const uint8_t wire[] = {HOST_TEST, RECORD(5, 60, 4), 1, 'a', POINTER(5)};
    const uint8_t data[] = {1, 'a', 4, 't', 'e', 's', 't', 0};
    struct record *record = read_one(BYTES(wire));

    assert_non_null(record);
    assert_int_equal(record->data_len, sizeof data);
    assert_memory_equal(record->data, data, sizeof data);
    free(record);
}

/* RFC 3597: what looks like a pointer in there is none. */
TEST(data_of_other_types_is_borrowed_as_it_is)
{
    const uint8_t wire[] = {HOST_TEST, RECORD(65280, 60, 4), 1, 'a', POINTER(5)};
    struct record *record = read_one(BYTES(wire));

    assert_non_null(record);
    assert_ptr_equal(record->data, wire + sizeof wire - 4);
    assert_int_equal(record->data_len, 4);
    free(record);
}

TEST(a_ttl_with_its_highest_bit_set_is_0)
{
    const uint8_t highest[] = {ROOT, U16(16), 0, 1, 0x7f, 0xff, 0xff, 0xff, U16(1), 0};
    const uint8_t beyond[] = {ROOT, U16(16), 0, 1, 0x80, 0, 0, 0, U16(1), 0};
    struct record *record = read_one(BYTES(highest));

    assert_int_equal(record->ttl, 0x7fffffff);
    free(record);
    record = read_one(BYTES(beyond));
    assert_int_equal(record->ttl, 0);
    free(record);
}

TEST(a_record_cut_anywhere_is_none)
{
    const uint8_t wire[] = {HOST_TEST, RECORD(15, 60, 6), 0, 10, 1, 'a', POINTER(5)};

    for (size_t len = 0; len < sizeof wire; len++)
        assert_null(read_one(wire, len));
}

TEST(data_longer_or_shorter_than_its_length_is_none)
{
    const uint8_t longer[] = {HOST_TEST, RECORD(5, 60, 3), 1, 'a', 0xc0, 5};
    const uint8_t shorter[] = {HOST_TEST, RECORD(5, 60, 5), 1, 'a', POINTER(5), 0};

    assert_null(read_one(BYTES(longer)));
    assert_null(read_one(BYTES(shorter)));
}

TEST(a_record_can_be_passed_over)
{
    const uint8_t wire[] = {ROOT, HOST_TEST, RECORD(15, 60, 3), 1, 2, 3, ROOT};
    struct reader in = reader_of(wire, sizeof wire);
    struct record_head head;

    assert_true(get_skip(&in, 1) && record_next(&in, &head));
    assert_int_equal(in.pos, sizeof wire - 1);
    assert_int_equal(head.at, 1);
    assert_int_equal(head.ttl_at, 1 + 11 + 4);
    assert_int_equal(head.type, 15);
    assert_int_equal(head.class, 1);
    assert_int_equal(head.ttl, 60);
    assert_int_equal(head.data_len, 3);
    assert_ptr_equal(head.data, wire + sizeof wire - 4);
}

TEST(a_record_whose_data_is_cut_has_a_head)
{
    const uint8_t wire[] = {HOST_TEST, RECORD(15, 60, 3), 1, 2};
    struct reader in = reader_of(wire, sizeof wire);
    struct record_head head;

    assert_false(record_next(&in, &head));
    in.pos = 0;
    assert_true(record_get_head(&in, &head));
    assert_int_equal(in.pos, sizeof wire - 2);
    in = reader_of(wire, sizeof wire - 3);
    assert_false(record_get_head(&in, &head));
}

TEST(an_owner_may_be_a_pointer)
{
    const uint8_t wire[] = {HOST_TEST, RECORD(16, 60, 0), POINTER(5), RECORD(16, 60, 0)};
    const uint8_t owner[] = {4, 't', 'e', 's', 't', 0};
    struct reader in = reader_of(BYTES(wire));
    struct record *record;
    struct record_head head;

    assert_true(record_next(&in, &head));
    record = record_read(&in);
    assert_non_null(record);
    assert_int_equal(record->owner.len, sizeof owner);
    assert_memory_equal(record->owner.wire, owner, sizeof owner);
    free(record);
}

TEST(an_address_has_its_length)
{
    const uint8_t a[] = {ROOT, RECORD(1, 60, 3), 1, 2, 3};
    const uint8_t aaaa[] = {ROOT, RECORD(28, 60, 4), 1, 2, 3, 4};

    assert_null(read_one(BYTES(a)));
    assert_null(read_one(BYTES(aaaa)));
}

/* An arena has the record and its names; what they did not need is given back. */
TEST(a_record_may_lie_in_an_arena)
{
    const uint8_t wire[] = {HOST_TEST, RECORD(15, 60, 6), 0, 10, 1, 'a', POINTER(5)};
    const uint8_t data[] = {0, 10, 1, 'a', 4, 't', 'e', 's', 't', 0};
    struct name owner = NAME_OF("\4host\4test");
    struct reader in = reader_of(BYTES(wire)), behind = in;
    struct arena arena = {0};
    struct record_head head;
    struct record *record;
    size_t cost = 1;

    assert_true(record_next(&behind, &head));
    record = record_expand(&in, &head, owner, &arena, &cost);
    assert_non_null(record);
    assert_ptr_equal(record->owner.wire, owner.wire);
    assert_int_equal(record->type, 15);
    assert_int_equal(record->data_len, sizeof data);
    assert_memory_equal(record->data, data, sizeof data);
    assert_int_equal(cost, 1 + 8 + 8);
    assert_in_range((uint8_t *)arena_take(&arena, 1) - (uint8_t *)record, 1,
                    sizeof *record + 64);
    arena_free(&arena);
}

TEST(a_malformed_record_takes_nothing_of_an_arena)
{
    const uint8_t wire[] = {HOST_TEST, RECORD(15, 60, 4), 0, 10, POINTER(300)};
    struct reader in = reader_of(BYTES(wire)), behind = in;
    struct arena arena = {0};
    struct record_head head;
    void *taken = arena_take(&arena, 16);
    size_t cost = 0;

    assert_true(record_next(&behind, &head));
    assert_null(record_expand(&in, &head, (struct name)NAME_OF(""), &arena, &cost));
    assert_ptr_equal(arena_take(&arena, 16), (uint8_t *)taken + 16);
    arena_free(&arena);
}
