#include "wire.h"

#include "dns/answer.h"

static const uint8_t ip4[] = {192, 0, 2, 10};
static const uint8_t ip6[] = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
static const uint8_t alias[] = {5, 'a', 'l', 'i', 'a', 's', 0};

/* An answer to host.test A with room for `size` octets of records. */
static struct answer answer_of(size_t size)
{
    static uint8_t buffer[ANSWER_RECORDS_MAX + 1];
    struct question question = host_test(TYPE_A);
    struct answer answer;

    answer_init(&answer, &question, buffer, size);
    return answer;
}

TEST(a_new_answer_says_noerror_and_nothing_else)
{
    struct answer answer = answer_of(512);

    assert_int_equal(answer.rcode, RCODE_NOERROR);
    assert_int_equal(answer.ede, EDE_NONE);
    assert_string_equal(answer.ede_text, "");
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 0);
    assert_int_equal(answer.len, 0);
}

TEST(records_stand_behind_header_and_question)
{
    struct answer answer = answer_of(512);

    assert_int_equal(answer.records_at, 12 + 11 + 4);
}

TEST(no_room_is_larger_than_a_message)
{
    struct answer answer = answer_of(ANSWER_RECORDS_MAX + 1);

    assert_int_equal(answer.size, 65535);
}

TEST(an_ip4_address_is_an_a_record)
{
    const uint8_t expected[] = {POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 10};
    struct answer answer = answer_of(512);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_int_equal(answer.count[SECTION_ANSWER], 1);
    assert_int_equal(answer.len, sizeof expected);
    assert_memory_equal(answer.records, expected, sizeof expected);
}

TEST(an_ip6_address_is_an_aaaa_record)
{
    const uint8_t expected[] = {POINTER(12), RECORD(28, 60, 16),
                                0x20,        1,
                                0x0d,        0xb8,
                                0,           0,
                                0,           0,
                                0,           0,
                                0,           0,
                                0,           0,
                                0,           0x10};
    struct answer answer = answer_of(512);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_AAAA, ip6, 60));
    assert_int_equal(answer.len, sizeof expected);
    assert_memory_equal(answer.records, expected, sizeof expected);
}

TEST(a_target_becomes_the_owner_of_more_records)
{
    const uint8_t expected[] = {
        POINTER(12),      RECORD(5, 60, 7), 5,   'a', 'l', 'i', 'a', 's', 0,
        POINTER(27 + 12), RECORD(1, 60, 4), 192, 0,   2,   10};
    struct answer answer = answer_of(512);
    uint16_t at;

    assert_true(
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, BYTES(alias), 60, &at));
    assert_int_equal(at, 27 + 12);
    assert_true(answer_add_address(&answer, at, TYPE_A, ip4, 60));
    assert_int_equal(answer.count[SECTION_ANSWER], 2);
    assert_int_equal(answer.len, sizeof expected);
    assert_memory_equal(answer.records, expected, sizeof expected);
}

TEST(a_target_need_not_be_pointed_to)
{
    struct answer answer = answer_of(512);

    assert_true(
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_PTR, BYTES(alias), 60, NULL));
    assert_int_equal(answer.records[3], 12);
}

TEST(a_target_keeps_its_case)
{
    const uint8_t target[] = {3, 'W', 'w', 'W', 0};
    struct answer answer = answer_of(512);

    assert_true(answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, BYTES(target),
                                60, NULL));
    assert_memory_equal(answer.records + 12, target, sizeof target);
}

TEST(a_target_of_255_octets_is_written_whole)
{
    struct answer answer = answer_of(512);
    uint8_t target[255];

    long_name(target, sizeof target);
    assert_true(answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, BYTES(target),
                                60, NULL));
    assert_int_equal(answer.len, 12 + 255);
    assert_memory_equal(answer.records + 12, target, sizeof target);
}

TEST(a_record_may_fill_the_room_to_its_end)
{
    struct answer answer = answer_of(16);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_int_equal(answer.len, 16);
}

TEST(a_record_without_room_leaves_the_answer_as_it_was)
{
    struct answer answer = answer_of(16 + 15);
    uint16_t at = 7;

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_false(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_false(
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, BYTES(alias), 60, &at));
    assert_int_equal(at, 7);
    assert_int_equal(answer.count[SECTION_ANSWER], 1);
    assert_int_equal(answer.len, 16);
}

TEST(an_soa_without_room_leaves_the_answer_as_it_was)
{
    struct question question = host_test(TYPE_A);
    struct answer answer = answer_of(40);

    assert_false(answer_add_soa(&answer, &question, 5));
    assert_int_equal(answer.count[SECTION_AUTHORITY], 0);
    assert_int_equal(answer.len, 0);
}

TEST(no_buffer_has_no_room)
{
    struct question question = host_test(TYPE_A);
    struct answer answer;

    answer_init(&answer, &question, NULL, 0);
    assert_false(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_int_equal(answer.len, 0);
}

TEST(a_failure_takes_the_records_back)
{
    struct question question = host_test(TYPE_A);
    struct answer answer = answer_of(512);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_true(answer_add_soa(&answer, &question, 5));
    answer_fail(&answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "no route to %s", "anybody");
    assert_int_equal(answer.rcode, RCODE_SERVFAIL);
    assert_int_equal(answer.ede, EDE_NETWORK_ERROR);
    assert_string_equal(answer.ede_text, "no route to anybody");
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 0);
    assert_int_equal(answer.len, 0);
}

TEST(a_long_reason_is_cut_to_its_room)
{
    struct answer answer = answer_of(512);

    answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER, "%0200d", 1);
    assert_int_equal(strlen(answer.ede_text), ANSWER_TEXT - 1);
}

/* The SOA record's owner; 0 if it is no pointer. */
static unsigned soa_owner(const struct question *question, enum rcode rcode)
{
    uint8_t buffer[512];
    struct answer answer;

    answer_init(&answer, question, buffer, sizeof buffer);
    answer.rcode = (uint16_t)rcode;
    assert_true(answer_add_soa(&answer, question, 5));
    return buffer[0] >> 6 == 3 ? (buffer[0] & 0x3fu) << 8 | buffer[1] : 0;
}

TEST(the_soa_record_bounds_the_life_of_a_negative_answer)
{
    const uint8_t expected[] = {
        POINTER(12), RECORD(6, 5, 11 + 16 + 20), /* host.test SOA */
        9,           'l',
        'o',         'c',
        'a',         'l',
        'h',         'o',
        's',         't',
        0, /* server */
        6,           'n',
        'o',         'b',
        'o',         'd',
        'y',         7,
        'i',         'n',
        'v',         'a',
        'l',         'i',
        'd',         0, /* mailbox */
        0,           0,
        0,           1,
        0,           0,
        U16(3600),   0,
        0,           U16(600),
        0,           1,
        0x51,        0x80,
        0,           0,
        0,           5,
    };
    struct question question = host_test(TYPE_A);
    struct answer answer = answer_of(512);

    assert_true(answer_add_soa(&answer, &question, 5));
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.len, sizeof expected);
    assert_memory_equal(answer.records, expected, sizeof expected);
}

TEST(the_soa_record_of_no_data_belongs_to_the_asked_name)
{
    struct question question = host_test(TYPE_A);

    assert_int_equal(soa_owner(&question, RCODE_NOERROR), 12);
}

TEST(the_soa_record_of_nxdomain_belongs_to_the_parent)
{
    struct question question = host_test(TYPE_A);

    assert_int_equal(soa_owner(&question, RCODE_NXDOMAIN), 12 + 5);
}

TEST(the_soa_record_never_belongs_to_the_root_of_a_single_label)
{
    struct question question = question_of(BYTES(alias), TYPE_A);

    assert_int_equal(soa_owner(&question, RCODE_NXDOMAIN), 12);
}

TEST(the_root_has_no_parent)
{
    const uint8_t root[] = {ROOT};
    struct question question = question_of(BYTES(root), TYPE_A);

    question.name[1] = 'x'; /* behind the name: of an earlier question, say */
    assert_int_equal(soa_owner(&question, RCODE_NXDOMAIN), 12);
}

TEST(the_life_of_an_answer_is_its_lowest_ttl)
{
    struct question question = host_test(TYPE_A);
    struct answer answer = answer_of(512);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_int_equal(answer_ttl(&answer), 60);
    assert_true(
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, BYTES(alias), 7, NULL));
    assert_int_equal(answer_ttl(&answer), 7);
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 100000));
    assert_int_equal(answer_ttl(&answer), 7);
    assert_true(answer_add_soa(&answer, &question, 5));
    assert_int_equal(answer_ttl(&answer), 5);
}

TEST(an_answer_without_records_has_no_life)
{
    struct answer answer = answer_of(512);

    assert_int_equal(answer_ttl(&answer), 0);
}
