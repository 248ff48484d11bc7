#include "wire.h"

#include "dns/rcode.h"
#include "dns/upstream.h"

#define REPLY(flags, answers) HEADER(flags, 1, answers, 0, 0), HOST_TEST_A

/* Header flags with these response codes. */
enum { OK = 0x8180, LAME = 0x8100, TRUNCATED = 0x8380 };

static void a_query_is_header_question_and_opt(void **state)
{
    const uint8_t expected[] = {HEADER(0x0100, 1, 0, 0, 1), HOST_TEST_A, OPT};
    const struct upstream_query query = {.id = 0x1234, .edns = true};
    struct question question = host_test(TYPE_A);
    uint8_t wire[UPSTREAM_QUERY_MAX];

    (void)state;
    assert_int_equal(upstream_write_query(&query, &question, wire), sizeof expected);
    assert_memory_equal(wire, expected, sizeof expected);
}

static void without_edns_there_is_no_opt(void **state)
{
    const uint8_t expected[] = {HEADER(0x0100, 1, 0, 0, 0), HOST_TEST_A};
    const struct upstream_query query = {.id = 0x1234};
    struct question question = host_test(TYPE_A);
    uint8_t wire[UPSTREAM_QUERY_MAX];

    (void)state;
    assert_int_equal(upstream_write_query(&query, &question, wire), sizeof expected);
    assert_memory_equal(wire, expected, sizeof expected);
}

/* RFC 4035 section 3.2: DO in the OPT record, CD in the header; AD as RFC 6840 has it. */
static void do_cd_and_ad_are_carried(void **state)
{
    const uint8_t expected[] = {HEADER(0x0130, 1, 0, 0, 1),
                                HOST_TEST_A,
                                ROOT,
                                U16(41),
                                U16(1232),
                                0,
                                0,
                                0x80,
                                0,
                                0,
                                0};
    const struct upstream_query query = {
        .id = 0x1234, .edns = true, .authentic_data = true};
    struct question question = host_test(TYPE_A);
    uint8_t wire[UPSTREAM_QUERY_MAX];

    (void)state;
    question.flags = QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED;
    assert_int_equal(upstream_write_query(&query, &question, wire), sizeof expected);
    assert_memory_equal(wire, expected, sizeof expected);
}

static void the_longest_query_fits(void **state)
{
    const struct upstream_query query = {.edns = true};
    struct question question = {.type = TYPE_A, .name_len = 255};
    uint8_t wire[UPSTREAM_QUERY_MAX];

    (void)state;
    long_name(question.name, 255);
    assert_int_equal(upstream_write_query(&query, &question, wire), UPSTREAM_QUERY_MAX);
}

static bool is_reply(const uint8_t *wire, size_t len)
{
    struct question question = host_test(TYPE_A);

    return upstream_is_reply(&question, wire, len);
}

static void a_response_to_the_question_is_a_reply(void **state)
{
    const uint8_t wire[] = {REPLY(OK, 0)};

    (void)state;
    assert_true(is_reply(BYTES(wire)));
}

/* RFC 4343. */
static void letter_case_makes_no_difference(void **state)
{
    const uint8_t wire[] = {
        HEADER(OK, 1, 0, 0, 0), 4, 'H', 'o', 'S', 't', 4, 't', 'e', 's', 'T', 0, ASKS(1)};

    (void)state;
    assert_true(is_reply(BYTES(wire)));
}

static void a_reply_to_another_question_is_none(void **state)
{
    const uint8_t name[] = {
        HEADER(OK, 1, 0, 0, 0), 4, 'h', 'o', 's', 'x', 4, 't', 'e', 's', 't', 0, ASKS(1)};
    const uint8_t longer[] = {HEADER(OK, 1, 0, 0, 0), 1, 'x', HOST_TEST_A};
    const uint8_t type[] = {HEADER(OK, 1, 0, 0, 0), HOST_TEST, ASKS(28)};
    const uint8_t class[] = {HEADER(OK, 1, 0, 0, 0), HOST_TEST, U16(1), U16(3)};

    (void)state;
    assert_false(is_reply(BYTES(name)));
    assert_false(is_reply(BYTES(longer)));
    assert_false(is_reply(BYTES(type)));
    assert_false(is_reply(BYTES(class)));
}

static void a_query_is_no_reply(void **state)
{
    const uint8_t wire[] = {REPLY(0x0100, 0)};

    (void)state;
    assert_false(is_reply(BYTES(wire)));
}

static void a_reply_has_one_question_and_is_whole(void **state)
{
    const uint8_t none[] = {HEADER(OK, 0, 0, 0, 0)};
    const uint8_t two[] = {HEADER(OK, 2, 0, 0, 0), HOST_TEST_A, HOST_TEST_A};
    const uint8_t one[] = {REPLY(OK, 0)};
    const uint8_t compressed[] = {HEADER(OK, 1, 0, 0, 0), POINTER(12), ASKS(1)};

    (void)state;
    assert_false(is_reply(BYTES(none)));
    assert_false(is_reply(BYTES(two)));
    assert_false(is_reply(BYTES(compressed)));
    for (size_t len = 0; len < sizeof one; len++)
        assert_false(is_reply(one, len));
}

static enum upstream_kind kind(unsigned flags, unsigned answers, bool opt, bool edns)
{
    const uint8_t wire[] = {HEADER(flags, 1, answers, 0, opt)};

    return upstream_kind(wire, edns);
}

static void data_and_denials_are_answers(void **state)
{
    (void)state;
    assert_int_equal(kind(OK, 1, true, true), UPSTREAM_ANSWER);
    assert_int_equal(kind(OK, 0, true, true), UPSTREAM_ANSWER);
    assert_int_equal(kind(OK | RCODE_NXDOMAIN, 0, false, false), UPSTREAM_ANSWER);
}

static void servfail_refused_and_notimp_are_failures(void **state)
{
    (void)state;
    assert_int_equal(kind(OK | 2, 0, true, true), UPSTREAM_FAILURE);
    assert_int_equal(kind(OK | 5, 0, true, true), UPSTREAM_FAILURE);
    assert_int_equal(kind(OK | 4, 0, true, true), UPSTREAM_FAILURE);
}

/* Neither recursion nor authority nor data: libc goes on to the next server as well. */
static void a_lame_server_is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(kind(LAME, 0, true, true), UPSTREAM_FAILURE);
    assert_int_equal(kind(LAME, 0, false, false), UPSTREAM_FAILURE);
    assert_int_equal(kind(LAME, 1, false, false), UPSTREAM_ANSWER);
}

static void a_truncated_reply_is_no_answer_yet(void **state)
{
    (void)state;
    assert_int_equal(kind(TRUNCATED, 1, true, true), UPSTREAM_TRUNCATED);
}

/* RFC 6891 section 7: such a server answers FORMERR, older ones NOTIMP, without an OPT. */
static void a_server_without_edns_is_asked_again(void **state)
{
    (void)state;
    assert_int_equal(kind(OK | 1, 0, false, true), UPSTREAM_NO_EDNS);
    assert_int_equal(kind(OK | 4, 0, false, true), UPSTREAM_NO_EDNS);
    assert_int_equal(kind(OK | 1, 0, true, true), UPSTREAM_ANSWER);
    assert_int_equal(kind(OK | 1, 0, false, false), UPSTREAM_ANSWER);
}

static const uint8_t libc_query[] = {0xab, 0xcd, 1,   0,   0,   1,   0,   0,
                                     0,    0,    0,   0,   4,   'H', 'O', 'S',
                                     't',  4,    't', 'e', 's', 't', 0,   ASKS(1)};

static void a_copied_reply_has_the_querys_id_and_spelling(void **state)
{
    const uint8_t reply[] = {REPLY(OK, 1), POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 1};
    uint8_t out[512];

    (void)state;
    assert_int_equal(upstream_copy_reply(BYTES(reply), BYTES(libc_query), out, sizeof out),
                     sizeof reply);
    assert_memory_equal(out, libc_query, 2);
    assert_memory_equal(out + 2, reply + 2, 10);
    assert_memory_equal(out + 12, libc_query + 12, 11);
    assert_memory_equal(out + 23, reply + 23, sizeof reply - 23);
}

static void a_reply_is_not_copied_to_another_query_or_into_too_little_room(void **state)
{
    const uint8_t reply[] = {HEADER(OK, 1, 0, 0, 0), HOST_TEST, ASKS(28)};
    const uint8_t right[] = {REPLY(OK, 0)};
    uint8_t out[sizeof right];

    (void)state;
    assert_int_equal(upstream_copy_reply(BYTES(reply), BYTES(libc_query), out, sizeof out),
                     0);
    assert_int_equal(
        upstream_copy_reply(BYTES(right), BYTES(libc_query), out, sizeof out - 1), 0);
}

static void a_made_reply_has_a_code_and_nothing_else(void **state)
{
    uint8_t out[512];

    (void)state;
    assert_int_equal(upstream_make_reply(BYTES(libc_query), 2, out, sizeof out),
                     sizeof libc_query);
    assert_memory_equal(out, libc_query, 2);
    assert_int_equal(out[2] << 8 | out[3], 0x8182);
    assert_memory_equal(out + 4, libc_query + 4, sizeof libc_query - 4);
}

static void no_reply_is_made_to_a_response(void **state)
{
    const uint8_t wire[] = {REPLY(OK, 0)};
    uint8_t out[512];

    (void)state;
    assert_int_equal(upstream_make_reply(BYTES(wire), 2, out, sizeof out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_is_header_question_and_opt),
        cmocka_unit_test(without_edns_there_is_no_opt),
        cmocka_unit_test(do_cd_and_ad_are_carried),
        cmocka_unit_test(the_longest_query_fits),
        cmocka_unit_test(a_response_to_the_question_is_a_reply),
        cmocka_unit_test(letter_case_makes_no_difference),
        cmocka_unit_test(a_reply_to_another_question_is_none),
        cmocka_unit_test(a_query_is_no_reply),
        cmocka_unit_test(a_reply_has_one_question_and_is_whole),
        cmocka_unit_test(data_and_denials_are_answers),
        cmocka_unit_test(servfail_refused_and_notimp_are_failures),
        cmocka_unit_test(a_lame_server_is_a_failure),
        cmocka_unit_test(a_truncated_reply_is_no_answer_yet),
        cmocka_unit_test(a_server_without_edns_is_asked_again),
        cmocka_unit_test(a_copied_reply_has_the_querys_id_and_spelling),
        cmocka_unit_test(a_reply_is_not_copied_to_another_query_or_into_too_little_room),
        cmocka_unit_test(a_made_reply_has_a_code_and_nothing_else),
        cmocka_unit_test(no_reply_is_made_to_a_response),
    };
    return cmocka_run_group_tests_name("upstream", tests, NULL, NULL);
}
