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
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, NAME(alias), 60, &at));
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
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_PTR, NAME(alias), 60, NULL));
    assert_int_equal(answer.records[3], 12);
}

TEST(a_target_keeps_its_case)
{
    const uint8_t target[] = {3, 'W', 'w', 'W', 0};
    struct answer answer = answer_of(512);

    assert_true(answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, NAME(target),
                                60, NULL));
    assert_memory_equal(answer.records + 12, target, sizeof target);
}

TEST(a_target_of_255_octets_is_written_whole)
{
    struct answer answer = answer_of(512);
    uint8_t target[255];

    long_name(target, sizeof target);
    assert_true(answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, NAME(target),
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
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, NAME(alias), 60, &at));
    assert_int_equal(at, 7);
    assert_int_equal(answer.count[SECTION_ANSWER], 1);
    assert_int_equal(answer.len, 16);
}

TEST(an_soa_without_room_leaves_the_answer_as_it_was)
{
    struct question question = host_test(TYPE_A);
    struct answer answer = answer_of(40);

    answer_finish(&answer, &question, 5);
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
    struct answer answer = answer_of(512);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    answer_add_soa(&answer, 1, ANSWER_OWNER_QUESTION, 5);
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

/* The place of the owner of the SOA record; 0 if there is no such record. */
static unsigned soa_owner(const struct question *question, enum rcode rcode)
{
    uint8_t buffer[512];
    struct answer answer;

    answer_init(&answer, question, buffer, sizeof buffer);
    answer.rcode = (uint16_t)rcode;
    answer_finish(&answer, question, 5);
    return answer.len > 0 ? (buffer[0] & 0x3fu) << 8 | buffer[1] : 0;
}

TEST(the_soa_record_bounds_the_life_of_a_negative_answer)
{
    static const char expected[] =
        "\xc0\x0c\0\6\0\1\0\0\0\5\0\57" /* host.test SOA, TTL 5 */
        "\11localhost\0\6nobody\7invalid\0"
        "\0\0\0\1\0\0\x0e\x10\0\0\2\x58\0\1\x51\x80\0\0\0\5";
    struct question question = host_test(TYPE_A);
    struct answer answer = answer_of(512);

    answer_finish(&answer, &question, 5);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.len, sizeof expected - 1);
    assert_memory_equal(answer.records, expected, sizeof expected - 1);
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

/* Nobody but its own servers speaks for the root. */
TEST(the_root_gets_no_soa_record)
{
    const uint8_t root[] = {ROOT};
    struct question question = question_of(BYTES(root), TYPE_A);

    question.name[1] = 'x'; /* behind the name: of an earlier question, say */
    assert_int_equal(soa_owner(&question, RCODE_NXDOMAIN), 0);
    assert_int_equal(soa_owner(&question, RCODE_NOERROR), 0);
}

TEST(a_failure_gets_no_soa_record)
{
    struct question question = host_test(TYPE_A);

    assert_int_equal(soa_owner(&question, RCODE_SERVFAIL), 0);
}

TEST(a_ttl_of_zero_leaves_the_soa_record_out)
{
    struct question question = host_test(TYPE_A);
    struct answer answer = answer_of(512);

    answer_finish(&answer, &question, 0);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 0);
}

/* Behind an alias the SOA record belongs to the zone of the target. */
TEST(a_denial_behind_an_alias_gets_the_soa_record_of_its_target)
{
    struct question question = host_test(TYPE_A);
    struct answer answer = answer_of(512);
    uint16_t target;

    assert_true(answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, NAME(alias), 7,
                                &target));
    answer_finish(&answer, &question, 5);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 0);
    answer_add_soa(&answer, 1, target, 5);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
}

TEST(an_answer_with_data_gets_no_soa_record)
{
    struct answer answer = answer_of(512);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    answer_add_soa(&answer, 0, ANSWER_OWNER_QUESTION, 5);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 0);
}

TEST(the_life_of_an_answer_is_its_lowest_ttl)
{
    struct answer answer = answer_of(512);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_int_equal(answer_ttl(&answer), 60);
    assert_true(
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME, NAME(alias), 7, NULL));
    assert_int_equal(answer_ttl(&answer), 7);
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 100000));
    assert_int_equal(answer_ttl(&answer), 7);
    answer_add_soa(&answer, 3, ANSWER_OWNER_QUESTION, 5);
    assert_int_equal(answer_ttl(&answer), 5);
}

TEST(an_answer_without_records_has_no_life)
{
    struct answer answer = answer_of(512);

    assert_int_equal(answer_ttl(&answer), 0);
}

TEST(higher_ttls_are_limited_and_lower_ones_stay)
{
    static const uint32_t before[] = {20, 30, 31, 100000}, after[] = {20, 30, 30, 30};
    struct answer answer = answer_of(512);
    uint8_t limited[512];
    size_t len;

    for (int i = 0; i < 4; i++)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, before[i]));
    answer_limit_ttl(&answer, 30);
    len = answer.len;
    memcpy(limited, answer.records, len);
    answer = answer_of(512);
    for (int i = 0; i < 4; i++)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, after[i]));
    assert_int_equal(len, answer.len);
    assert_memory_equal(limited, answer.records, len);
}

/* RFC 8914: a reason may stand beside any RCODE. */
TEST(what_could_not_be_found_out_is_a_failure_whatever_its_rcode)
{
    struct answer answer = answer_of(512);

    assert_false(answer_is_failure(&answer));
    answer.rcode = RCODE_NXDOMAIN;
    assert_false(answer_is_failure(&answer));
    answer_explain(&answer, EDE_SYNTHESIZED, "made up");
    assert_false(answer_is_failure(&answer));
    answer.rcode = RCODE_NOERROR;
    answer_explain(&answer, EDE_NO_REACHABLE_AUTHORITY, "away");
    assert_true(answer_is_failure(&answer));
    answer_explain(&answer, EDE_NETWORK_ERROR, "cut");
    assert_true(answer_is_failure(&answer));
    answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER, "what");
    assert_true(answer_is_failure(&answer));
}

TEST(origin_is_source_server_and_authenticity_in_an_octet)
{
    struct answer answer = {.source = ANSWER_FROM_RESOLVED, .server = ANSWER_SERVERS},
                  got = {0};

    assert_int_equal(answer_origin(&answer), 0x7d);
    answer.is_authentic = true;
    assert_int_equal(answer_origin(&answer), 0xfd);
    answer_set_origin(&got, 0xfd);
    assert_int_equal(got.source, ANSWER_FROM_RESOLVED);
    assert_int_equal(got.server, 15);
    assert_true(got.is_authentic && answer_is_of_host(&got));
    answer_set_origin(&got, 0);
    assert_false(got.is_authentic || answer_is_of_host(&got) || got.server != 0);
}

TEST(types_and_data_are_looked_for_in_the_answer_section)
{
    static const uint8_t other[] = {192, 0, 2, 9};
    struct answer answer = answer_of(512);

    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, other, 60));
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    answer_add_soa(&answer, 2, ANSWER_OWNER_QUESTION, 5);
    assert_int_equal(answer_count_type(&answer, TYPE_A), 2);
    assert_int_equal(answer_count_type(&answer, TYPE_AAAA), 0);
    assert_int_equal(answer_count_type(&answer, TYPE_SOA), 0);
    assert_true(answer_has_soa(&answer));
    assert_true(answer_has_data(&answer, TYPE_A, ip4, 4));
    assert_false(answer_has_data(&answer, TYPE_A, ip6, 4));
    assert_false(answer_has_data(&answer, TYPE_A, ip4, 3));
    assert_false(answer_has_data(&answer, TYPE_AAAA, ip4, 4));
}

/* A lookup process that has been taken over may tell any number of records. The data is a
 * record itself. */
TEST(the_search_for_a_type_ends_at_a_record_that_is_cut)
{
    static const uint8_t data[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 9};
    struct answer answer = answer_of(512);

    assert_true(answer_add_record(
        &answer, SECTION_ANSWER, ANSWER_OWNER_QUESTION,
        &(struct record){
            .type = TYPE_TXT, .class = CLASS_IN, .data = data, .data_len = sizeof data}));
    answer.records[answer.len - sizeof data - 1]++;
    answer.count[SECTION_ANSWER] = UINT16_MAX;
    assert_int_equal(answer_count_type(&answer, TYPE_A), 0);
    assert_int_equal(answer_count_type(&answer, TYPE_TXT), 0);
}
