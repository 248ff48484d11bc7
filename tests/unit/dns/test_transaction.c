#include "../mutate.h"
#include "wire.h"

#include "dns/rcode.h"
#include "dns/transaction.h"

/* Flags of a reply: QR, RD and RA. */
enum { REPLY_FLAGS = 0x8180, AA = 0x0400, TC = 0x0200, RA = 0x0080 };

#define ADDRESS RECORD(1, 60, 4), 192, 0, 2, 10
#define OPT_DO  ROOT, U16(41), U16(1232), 0, 0, 0x80, 0, U16(0)

/* Writings of a query. */

static const struct query_header plain = {.id = 0x1234};
static const struct query_header edns = {.id = 0x1234, .edns = true};

TEST(a_query_is_header_and_question)
{
    const uint8_t expected[] = {HEADER(0x0100, 1, 0, 0, 0), HOST_TEST, ASKS(28)};
    struct question question = host_test(TYPE_AAAA);
    uint8_t out[TRANSACTION_QUERY_MAX];

    assert_int_equal(transaction_write_query(&plain, &question, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

TEST(a_query_with_edns_asks_for_1232_octets)
{
    const uint8_t expected[] = {HEADER(0x0100, 1, 0, 0, 1), HOST_TEST_A, OPT};
    struct question question = host_test(TYPE_A);
    uint8_t out[TRANSACTION_QUERY_MAX];

    assert_int_equal(transaction_write_query(&edns, &question, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

TEST(do_and_cd_of_the_question_are_carried)
{
    const uint8_t with_do[] = {HEADER(0x0100, 1, 0, 0, 1), HOST_TEST_A, OPT_DO};
    const uint8_t with_cd[] = {HEADER(0x0110, 1, 0, 0, 1), HOST_TEST_A, OPT};
    struct question question = host_test(TYPE_A);
    uint8_t out[TRANSACTION_QUERY_MAX];

    question.flags = QUESTION_DNSSEC_OK;
    assert_int_equal(transaction_write_query(&edns, &question, out), sizeof with_do);
    assert_memory_equal(out, with_do, sizeof with_do);
    question.flags = QUESTION_CHECKING_DISABLED;
    assert_int_equal(transaction_write_query(&edns, &question, out), sizeof with_cd);
    assert_memory_equal(out, with_cd, sizeof with_cd);
}

TEST(without_edns_there_is_no_place_for_do)
{
    const uint8_t expected[] = {HEADER(0x0100, 1, 0, 0, 0), HOST_TEST_A};
    struct question question = host_test(TYPE_A);
    uint8_t out[TRANSACTION_QUERY_MAX];

    question.flags = QUESTION_DNSSEC_OK;
    assert_int_equal(transaction_write_query(&plain, &question, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

TEST(trust_in_ad_sets_ad)
{
    const struct query_header query = {.id = 0x1234, .authentic_data = true};
    const uint8_t expected[] = {HEADER(0x0120, 1, 0, 0, 0), HOST_TEST_A};
    struct question question = host_test(TYPE_A);
    uint8_t out[TRANSACTION_QUERY_MAX];

    assert_int_equal(transaction_write_query(&query, &question, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

TEST(the_longest_query_fits)
{
    struct question question = {.type = TYPE_A, .name_len = 255};
    uint8_t out[TRANSACTION_QUERY_MAX];

    long_name(question.name, 255);
    assert_int_equal(transaction_write_query(&edns, &question, out), TRANSACTION_QUERY_MAX);
    assert_memory_equal(out + 12, question.name, 255);
}

/* What is a reply. */

/* Looks at a copy of exactly this size, so that the sanitizer sees each octet read behind.
 */
static bool is_reply(const uint8_t *wire, size_t len)
{
    struct question question = host_test(TYPE_A);
    uint8_t *copy = malloc(len ? len : 1);
    bool is;

    assert_non_null(copy);
    memcpy(copy, wire, len);
    is = transaction_is_reply(&question, copy, len);
    free(copy);
    return is;
}

TEST(a_response_with_the_question_is_a_reply)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 0), HOST_TEST_A};

    assert_true(is_reply(BYTES(wire)));
}

TEST(letter_case_makes_no_difference)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 0), LABEL('H', 'o', 'S', 't'),
                            LABEL('T', 'E', 's', 't'), 0, ASKS(1)};

    assert_true(is_reply(BYTES(wire)));
}

TEST(a_reply_to_another_question_is_none)
{
    const uint8_t name[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 0), LABEL('h', 'o', 's', 'x'),
                            LABEL('t', 'e', 's', 't'), 0, ASKS(1)};
    const uint8_t longer[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 0), 1, 'x', HOST_TEST_A};
    const uint8_t type[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 0), HOST_TEST, ASKS(28)};
    const uint8_t class[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 0), HOST_TEST, U16(1), U16(3)};

    assert_false(is_reply(BYTES(name)));
    assert_false(is_reply(BYTES(longer)));
    assert_false(is_reply(BYTES(type)));
    assert_false(is_reply(BYTES(class)));
}

TEST(a_query_is_no_reply)
{
    const uint8_t wire[] = {HEADER(0x0100, 1, 0, 0, 0), HOST_TEST_A};

    assert_false(is_reply(BYTES(wire)));
}

TEST(a_response_of_another_opcode_is_no_reply)
{
    const uint8_t notify[] = {HEADER(0xa000, 1, 0, 0, 0), HOST_TEST_A};

    assert_false(is_reply(BYTES(notify)));
}

TEST(a_reply_has_one_question)
{
    const uint8_t none[] = {HEADER(REPLY_FLAGS, 0, 0, 0, 0), HOST_TEST_A};
    const uint8_t two[] = {HEADER(REPLY_FLAGS, 2, 0, 0, 0), HOST_TEST_A, HOST_TEST_A};

    assert_false(is_reply(BYTES(none)));
    assert_false(is_reply(BYTES(two)));
}

TEST(the_question_is_not_compressed)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 0), POINTER(12), ASKS(1)};

    assert_false(is_reply(BYTES(wire)));
}

TEST(a_reply_cut_before_the_end_of_its_question_is_none)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 0), HOST_TEST_A};

    for (size_t len = 0; len < sizeof wire; len++)
        assert_false(is_reply(wire, len));
}

/* What a reply means. */

/* To a query with EDNS: a reply with at most one address, and an OPT record if `opts`. */
static enum response_kind kind_of(unsigned flags, uint8_t answers, uint8_t opts)
{
    const uint8_t address[] = {POINTER(12), ADDRESS}, opt[] = {OPT};
    const uint8_t question[] = {HOST_TEST_A};
    uint8_t wire[64];
    struct writer to = writer_of(wire, sizeof wire);

    put_u16(&to, 0x1234);
    put_u16(&to, (uint16_t)flags);
    put_u16(&to, 1);
    put_u16(&to, answers);
    put_u16(&to, 0);
    put_u16(&to, opts);
    put_bytes(&to, BYTES(question));
    put_bytes(&to, address, answers ? sizeof address : 0);
    put_bytes(&to, opt, opts ? sizeof opt : 0);
    assert_false(to.failed);
    return transaction_kind(wire, to.pos, true);
}

TEST(data_is_an_answer)
{
    assert_int_equal(kind_of(REPLY_FLAGS, 1, 1), RESPONSE_ANSWER);
}

TEST(no_data_and_nxdomain_are_answers)
{
    assert_int_equal(kind_of(REPLY_FLAGS, 0, 1), RESPONSE_ANSWER);
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_NXDOMAIN, 0, 1), RESPONSE_ANSWER);
}

TEST(a_truncated_reply_is_to_be_asked_for_over_tcp)
{
    assert_int_equal(kind_of(REPLY_FLAGS | TC, 0, 1), RESPONSE_TRUNCATED);
    assert_int_equal(kind_of(REPLY_FLAGS | TC, 1, 0), RESPONSE_TRUNCATED);
}

TEST(servfail_refused_and_notimp_are_failures)
{
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_SERVFAIL, 0, 1), RESPONSE_FAILURE);
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_REFUSED, 0, 1), RESPONSE_FAILURE);
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_NOTIMP, 0, 1), RESPONSE_FAILURE);
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_SERVFAIL, 0, 0), RESPONSE_FAILURE);
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_REFUSED, 0, 0), RESPONSE_FAILURE);
}

/* The high bits of codes such as BADVERS are in the OPT record: the rest of them is no
 * RCODE. */
TEST(formerr_means_that_the_server_does_not_know_edns)
{
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_FORMERR, 0, 0), RESPONSE_NO_EDNS);
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_FORMERR, 0, 1), RESPONSE_NO_EDNS);
    assert_int_equal(kind_of(REPLY_FLAGS | RCODE_NOTIMP, 0, 0), RESPONSE_NO_EDNS);
}

TEST(formerr_to_a_query_without_edns_is_a_failure)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS | RCODE_FORMERR, 1, 0, 0, 0)};

    assert_int_equal(transaction_kind(BYTES(wire), false), RESPONSE_FAILURE);
}

TEST(notimp_to_a_query_without_edns_is_a_failure)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS | RCODE_NOTIMP, 1, 0, 0, 0)};

    assert_int_equal(transaction_kind(BYTES(wire), false), RESPONSE_FAILURE);
}

TEST(a_lame_server_is_a_failure)
{
    const uint8_t referral[] = {HEADER(0x8100, 1, 0, 1, 0)};

    assert_int_equal(kind_of(0x8100, 0, 1), RESPONSE_FAILURE);
    assert_int_equal(kind_of(0x8100, 0, 0), RESPONSE_FAILURE);
    assert_int_equal(transaction_kind(BYTES(referral), false), RESPONSE_FAILURE);
}

TEST(a_server_that_knows_or_recurses_is_not_lame)
{
    assert_int_equal(kind_of(0x8100 | AA, 0, 1), RESPONSE_ANSWER);
    assert_int_equal(kind_of(0x8100 | RA, 0, 1), RESPONSE_ANSWER);
    assert_int_equal(kind_of(0x8100, 1, 1), RESPONSE_ANSWER);
}

TEST(an_answer_that_ends_before_its_records_do_is_cut)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS, 1, 2, 0, 0),
                            HOST_TEST_A,
                            POINTER(12),
                            ADDRESS,
                            POINTER(12),
                            ADDRESS};

    for (size_t len = 12 + 15; len < sizeof wire; len++)
        assert_int_equal(transaction_kind(wire, len, true), RESPONSE_CUT);
    assert_int_equal(transaction_kind(BYTES(wire), true), RESPONSE_ANSWER);
}

TEST(a_reply_with_tc_that_is_cut_besides_is_cut)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS | TC, 1, 2, 0, 0), HOST_TEST_A, POINTER(12),
                            ADDRESS};

    assert_int_equal(transaction_kind(BYTES(wire), false), RESPONSE_CUT);
}

/* A middlebox may take out the OPT record and leave the count. */
TEST(what_is_cut_behind_the_answer_leaves_it_whole)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS, 1, 1, 3, 2), HOST_TEST_A, POINTER(12),
                            ADDRESS, OPT};

    for (size_t len = sizeof wire - 11; len <= sizeof wire; len++)
        assert_int_equal(transaction_kind(wire, len, true), RESPONSE_ANSWER);
}

TEST(an_option_in_the_opt_record_is_seen)
{
    const uint8_t with[] = {HEADER(REPLY_FLAGS, 1, 1, 0, 2),
                            HOST_TEST_A,
                            POINTER(12),
                            ADDRESS,
                            POINTER(12),
                            ADDRESS,
                            OPT_OF(0, 0, 0, 6),
                            U16(15),
                            U16(2),
                            U16(22)};
    const uint8_t without[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 1), HOST_TEST_A, OPT};
    const uint8_t none[] = {HEADER(REPLY_FLAGS, 0, 0, 0, 1)};

    assert_true(transaction_has_edns_option(BYTES(with)));
    for (size_t len = 12; len < sizeof with; len++)
        assert_false(transaction_has_edns_option(with, len));
    assert_false(transaction_has_edns_option(BYTES(without)));
    assert_false(transaction_has_edns_option(BYTES(none)));
}

TEST(badvers_stands_in_the_opt_record)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS, 1, 0, 0, 1), HOST_TEST_A,
                            OPT_OF(1, 0, 0, 0)};

    assert_int_equal(transaction_kind(BYTES(wire), true), RESPONSE_NO_EDNS);
    assert_int_equal(transaction_kind(BYTES(wire), false), RESPONSE_FAILURE);
}

TEST(an_error_is_no_cut_reply_whatever_it_counts)
{
    const uint8_t wire[] = {HEADER(REPLY_FLAGS | RCODE_REFUSED, 1, 9, 9, 9), HOST_TEST_A};

    assert_int_equal(transaction_kind(BYTES(wire), true), RESPONSE_FAILURE);
}

TEST(a_header_alone_is_an_error_with_or_without_a_count_of_questions)
{
    const uint8_t none[] = {HEADER(REPLY_FLAGS | RCODE_REFUSED, 0, 0, 0, 0)};
    const uint8_t one[] = {HEADER(REPLY_FLAGS | RCODE_REFUSED, 1, 0, 0, 0)};
    const uint8_t denial[] = {HEADER(REPLY_FLAGS | RCODE_NXDOMAIN, 0, 0, 0, 0)};
    const uint8_t other[] = {HEADER(REPLY_FLAGS | RCODE_REFUSED, 1, 0, 0, 0), 1};
    const uint8_t two[] = {HEADER(REPLY_FLAGS | RCODE_REFUSED, 2, 0, 0, 0)};
    const uint8_t update[] = {HEADER(REPLY_FLAGS | 0x2800 | RCODE_REFUSED, 0, 0, 0, 0)};

    assert_true(transaction_is_bare_error(BYTES(none)));
    assert_true(transaction_is_bare_error(BYTES(one)));
    assert_false(transaction_is_bare_error(BYTES(denial)));
    assert_false(transaction_is_bare_error(BYTES(other)));
    assert_false(transaction_is_bare_error(BYTES(two))); /* RFC 9619 */
    assert_false(transaction_is_bare_error(BYTES(update)));
}

/* Replies for libc. */

#define QUERY(flags) 0xab, 0xcd, U16(flags), U16(1), U16(0), U16(0), U16(0)
#define HOST_TEST_X  4, 'H', 'o', 's', 'T', 4, 't', 'E', 's', 't', 0

TEST(a_copied_reply_has_the_id_and_letter_case_of_the_query)
{
    const uint8_t reply[] = {HEADER(REPLY_FLAGS, 1, 1, 0, 0), HOST_TEST_A, POINTER(12),
                             ADDRESS};
    const uint8_t query[] = {QUERY(0x0100), HOST_TEST_X, ASKS(1)};
    const uint8_t expected[] = {0xab,    0xcd,        U16(REPLY_FLAGS), U16(1),
                                U16(1),  U16(0),      U16(0),           HOST_TEST_X,
                                ASKS(1), POINTER(12), ADDRESS};
    uint8_t out[512];

    assert_int_equal(transaction_copy_reply(BYTES(reply), BYTES(query), out, sizeof out),
                     sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

TEST(a_reply_is_not_copied_for_another_question)
{
    const uint8_t reply[] = {HEADER(REPLY_FLAGS, 1, 1, 0, 0), HOST_TEST_A, POINTER(12),
                             ADDRESS};
    const uint8_t type[] = {QUERY(0x0100), HOST_TEST, ASKS(28)};
    const uint8_t name[] = {QUERY(0x0100), 1, 'x', HOST_TEST_A};
    uint8_t out[512];

    assert_int_equal(transaction_copy_reply(BYTES(reply), BYTES(type), out, sizeof out), 0);
    assert_int_equal(transaction_copy_reply(BYTES(reply), BYTES(name), out, sizeof out), 0);
}

TEST(a_reply_is_not_copied_for_what_is_no_query)
{
    const uint8_t reply[] = {HEADER(REPLY_FLAGS, 1, 1, 0, 0), HOST_TEST_A, POINTER(12),
                             ADDRESS};
    const uint8_t query[] = {QUERY(0x0100), HOST_TEST_A};
    uint8_t out[512];

    assert_int_equal(transaction_copy_reply(BYTES(reply), BYTES(reply), out, sizeof out),
                     0);
    for (size_t len = 0; len < sizeof query; len++)
        assert_int_equal(transaction_copy_reply(BYTES(reply), query, len, out, sizeof out),
                         0);
}

TEST(a_copied_reply_needs_room)
{
    const uint8_t reply[] = {HEADER(REPLY_FLAGS, 1, 1, 0, 0), HOST_TEST_A, POINTER(12),
                             ADDRESS};
    const uint8_t query[] = {QUERY(0x0100), HOST_TEST_A};
    uint8_t out[sizeof reply];

    assert_int_equal(transaction_copy_reply(BYTES(reply), BYTES(query), out, sizeof out),
                     sizeof out);
    assert_int_equal(
        transaction_copy_reply(BYTES(reply), BYTES(query), out, sizeof out - 1), 0);
}

TEST(a_made_reply_is_the_query_with_a_response_code)
{
    const uint8_t query[] = {0xab,   0xcd,   U16(0x0100), U16(1),  U16(0),
                             U16(0), U16(1), HOST_TEST_X, ASKS(1), OPT};
    const uint8_t expected[] = {QUERY(REPLY_FLAGS | RCODE_SERVFAIL), HOST_TEST_X, ASKS(1)};
    uint8_t out[512];

    assert_int_equal(transaction_make_reply(BYTES(query), RCODE_SERVFAIL, out, sizeof out),
                     sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

TEST(no_reply_is_made_to_what_is_no_query)
{
    const uint8_t response[] = {QUERY(REPLY_FLAGS), HOST_TEST_A};
    const uint8_t query[] = {QUERY(0x0100), HOST_TEST_A};
    uint8_t out[512];

    assert_int_equal(
        transaction_make_reply(BYTES(response), RCODE_SERVFAIL, out, sizeof out), 0);
    for (size_t len = 0; len < sizeof query; len++)
        assert_int_equal(
            transaction_make_reply(query, len, RCODE_SERVFAIL, out, sizeof out), 0);
}

TEST(a_made_reply_needs_room)
{
    const uint8_t query[] = {QUERY(0x0100), HOST_TEST_A};
    uint8_t out[sizeof query];

    assert_int_equal(transaction_make_reply(BYTES(query), 0, out, sizeof out), sizeof out);
    assert_int_equal(transaction_make_reply(BYTES(query), 0, out, sizeof out - 1), 0);
}

TEST(the_question_of_a_query_is_read)
{
    const uint8_t query[] = {QUERY(0x0100), HOST_TEST_X, ASKS(28)};
    const uint8_t name[] = {HOST_TEST_X};
    struct question question;

    assert_true(transaction_read_query(BYTES(query), &question));
    assert_int_equal(question.type, TYPE_AAAA);
    assert_int_equal(question.flags, 0);
    assert_int_equal(question.name_len, sizeof name);
    assert_memory_equal(question.name, name, sizeof name);
}

TEST(spoilt_queries_get_a_whole_reply_or_none)
{
    const uint8_t query[] = {QUERY(0x0100), HOST_TEST_X, ASKS(1)};
    int accepted = 0;

    for (int i = 0; i < 20000; i++) {
        size_t len, made;
        uint8_t *spoilt = mutate(BYTES(query), &len), out[512];
        struct question question;

        made = transaction_make_reply(spoilt, len, RCODE_SERVFAIL, out, sizeof out);
        if (made > 0) {
            assert_true(transaction_read_query(spoilt, len, &question));
            assert_true(transaction_is_reply(&question, out, made));
            accepted++;
        }
        free(spoilt);
    }
    assert_in_range(accepted, 1000, 19000);
}

/* libc sets DO but cannot set CD: what it sets for that is AD. */
TEST(do_and_ad_of_a_query_are_flags_of_its_question)
{
    const uint8_t neither[] = {QUERY(0x0110), HOST_TEST_A};
    const uint8_t only_ad[] = {QUERY(0x0120), HOST_TEST_A};
    const uint8_t only_do[] = {HEADER(0x0100, 1, 0, 0, 1), HOST_TEST_A, OPT_DO};
    const uint8_t both[] = {HEADER(0x0120, 1, 0, 0, 1), HOST_TEST_A, OPT_DO};
    const uint8_t without_do[] = {HEADER(0x0100, 1, 0, 0, 1), HOST_TEST_A, OPT};
    struct question question;

    assert_true(transaction_read_query(BYTES(neither), &question));
    assert_int_equal(question.flags, 0);
    assert_true(transaction_read_query(BYTES(only_ad), &question));
    assert_int_equal(question.flags, QUESTION_CHECKING_DISABLED);
    assert_true(transaction_read_query(BYTES(only_do), &question));
    assert_int_equal(question.flags, QUESTION_DNSSEC_OK);
    assert_true(transaction_read_query(BYTES(both), &question));
    assert_int_equal(question.flags, QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED);
    assert_true(transaction_read_query(BYTES(without_do), &question));
    assert_int_equal(question.flags, 0);
}

/* A query from the heap, so that the sanitizer sees each octet read behind it. */
TEST(an_opt_record_cut_anywhere_is_no_do)
{
    const uint8_t query[] = {HEADER(0x0100, 1, 0, 0, 1), HOST_TEST_A, OPT_DO};
    struct question question;

    for (size_t len = 27; len < 27 + 9; len++) { /* before the last octet of the flags */
        uint8_t *copy = malloc(len);

        assert_non_null(copy);
        memcpy(copy, query, len);
        assert_true(transaction_read_query(copy, len, &question));
        assert_int_equal(question.flags, 0);
        free(copy);
    }
}
