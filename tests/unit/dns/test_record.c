#include "wire.h"

#include "dns/record.h"

#include <stdlib.h>

#define AT_12 HEADER(0x8180, 0, 1, 0, 0)

static struct record *read_at_12(const uint8_t *wire, size_t len)
{
    struct reader in = reader_of(wire, len);

    in.pos = 12;
    return record_read(&in);
}

static void a_record_is_owner_type_class_ttl_and_data(void **state)
{
    const uint8_t wire[] = {AT_12, HOST_TEST, RECORD(1, 60, 4), 192, 0, 2, 1, 0xee};
    const uint8_t owner[] = {HOST_TEST}, data[] = {192, 0, 2, 1};
    struct reader in = reader_of(BYTES(wire));
    struct record *record;

    (void)state;
    in.pos = 12;
    record = record_read(&in);
    assert_non_null(record);
    assert_int_equal(record->type, 1);
    assert_int_equal(record->class, 1);
    assert_int_equal(record->ttl, 60);
    assert_int_equal(record->owner_len, sizeof owner);
    assert_memory_equal(record->owner, owner, sizeof owner);
    assert_int_equal(record->data_len, 4);
    assert_memory_equal(record->data, data, 4);
    assert_int_equal(reader_left(&in), 1);
    free(record);
}

/* RFC 3597 section 4: a receiver must cope with compression in the old types. */
static void names_in_old_types_are_written_in_full(void **state)
{
    const uint8_t wire[] = {AT_12, HOST_TEST, RECORD(15, 60, 4), 0, 10, POINTER(17)};
    const uint8_t data[] = {0, 10, 4, 't', 'e', 's', 't', 0};
    struct record *record = read_at_12(BYTES(wire));

    (void)state;
    assert_non_null(record);
    assert_int_equal(record->data_len, sizeof data);
    assert_memory_equal(record->data, data, sizeof data);
    free(record);
}

static void data_of_new_types_is_taken_as_it_is(void **state)
{
    const uint8_t wire[] = {AT_12, HOST_TEST, RECORD(65, 60, 2), 0xc0, 12};
    struct record *record = read_at_12(BYTES(wire));

    (void)state;
    assert_non_null(record);
    assert_int_equal(record->data_len, 2);
    assert_ptr_equal(record->data, wire + sizeof wire - 2);
    free(record);
}

static void an_owner_may_be_a_pointer(void **state)
{
    const uint8_t wire[] = {AT_12, HOST_TEST, RECORD(16, 60, 0), POINTER(12),
                            RECORD(16, 60, 0)};
    struct reader in = reader_of(BYTES(wire));
    struct record *record;

    (void)state;
    in.pos = 12;
    assert_true(record_skip(&in));
    record = record_read(&in);
    assert_non_null(record);
    assert_int_equal(record->owner_len, 11);
    free(record);
}

/* RFC 2181 section 8. */
static void a_ttl_of_32_bits_is_0(void **state)
{
    const uint8_t wire[] = {AT_12, ROOT, U16(16), 0, 1, 0x80, 0, 0, 0, 0, 0};
    struct record *record = read_at_12(BYTES(wire));

    (void)state;
    assert_non_null(record);
    assert_int_equal(record->ttl, 0);
    free(record);
}

static void an_address_has_its_length(void **state)
{
    const uint8_t a[] = {AT_12, ROOT, RECORD(1, 60, 3), 1, 2, 3};
    const uint8_t aaaa[] = {AT_12, ROOT, RECORD(28, 60, 4), 1, 2, 3, 4};

    (void)state;
    assert_null(read_at_12(BYTES(a)));
    assert_null(read_at_12(BYTES(aaaa)));
}

static void data_that_is_not_used_up_is_malformed(void **state)
{
    const uint8_t wire[] = {AT_12, HOST_TEST, RECORD(5, 60, 3), POINTER(12), 0};

    (void)state;
    assert_null(read_at_12(BYTES(wire)));
}

static void a_record_cut_anywhere_is_malformed(void **state)
{
    const uint8_t wire[] = {AT_12, HOST_TEST, RECORD(15, 60, 4), 0, 10, POINTER(12)};
    struct reader in;

    (void)state;
    for (size_t len = 12; len < sizeof wire; len++) {
        in = reader_of(wire, len);
        in.pos = 12;
        assert_null(record_read(&in));
        assert_false(record_skip(&in));
    }
}

static void a_peek_leaves_the_record_unread(void **state)
{
    const uint8_t wire[] = {AT_12, HOST_TEST, RECORD(28, 60, 0)};
    struct reader in = reader_of(BYTES(wire));

    (void)state;
    in.pos = 12;
    assert_int_equal(record_peek_type(&in), 28);
    assert_int_equal(in.pos, 12);
    in.size = 20;
    assert_int_equal(record_peek_type(&in), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_owner_type_class_ttl_and_data),
        cmocka_unit_test(names_in_old_types_are_written_in_full),
        cmocka_unit_test(data_of_new_types_is_taken_as_it_is),
        cmocka_unit_test(an_owner_may_be_a_pointer),
        cmocka_unit_test(a_ttl_of_32_bits_is_0),
        cmocka_unit_test(an_address_has_its_length),
        cmocka_unit_test(data_that_is_not_used_up_is_malformed),
        cmocka_unit_test(a_record_cut_anywhere_is_malformed),
        cmocka_unit_test(a_peek_leaves_the_record_unread),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
