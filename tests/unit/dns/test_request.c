#include "../mutate.h"
#include "wire.h"

#include "dns/request.h"

#define RD 0x0100

/* An A record with the asked name as its owner. */
#define ADDRESS POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 10

#define TSIG 1, 'k', 0, U16(250), 0, 255, 0, 0, 0, 0, U16(2), 0, 0

static struct request request;

/* Parses a copy of exactly this size into `request`, so that the sanitizer sees each octet
 * read behind it. */
static int parse(const uint8_t *wire, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    int rcode;

    assert_non_null(copy);
    memcpy(copy, wire, len);
    rcode = request_parse(&request, copy, len);
    free(copy);
    return rcode;
}

TEST(a_query_is_read_as_it_stands)
{
    const uint8_t wire[] = {
        HEADER(RD, 1, 0, 0, 0), 4, 'H', 'o', 'S', 't', 4, 't', 'e', 's', 't', 0, ASKS(28)};
    const uint8_t name[] = {4, 'H', 'o', 'S', 't', 4, 't', 'e', 's', 't', 0};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_int_equal(request.id, 0x1234);
    assert_int_equal(request.opcode, 0);
    assert_true(request.recursion_desired);
    assert_false(request.checking_disabled);
    assert_true(request.has_question);
    assert_int_equal(request.class, CLASS_IN);
    assert_int_equal(request.question.type, TYPE_AAAA);
    assert_int_equal(request.question.name_len, sizeof name);
    assert_memory_equal(request.question.name, name, sizeof name);
    assert_false(request.has_edns);
    assert_false(request.dnssec_ok);
    assert_false(request.is_signed);
}

TEST(less_than_a_header_is_dropped)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 0)};

    for (size_t len = 0; len < sizeof wire; len++)
        assert_int_equal(parse(wire, len), -1);
}

TEST(a_response_is_dropped)
{
    const uint8_t good[] = {HEADER(0x8180, 1, 0, 0, 0), HOST_TEST_A};
    const uint8_t opcode_5[] = {HEADER(0xa800, 0, 0, 0, 0)};
    const uint8_t broken[] = {HEADER(0x8000, 1, 0, 0, 0)};

    assert_int_equal(parse(BYTES(good)), -1);
    assert_int_equal(parse(BYTES(opcode_5)), -1);
    assert_int_equal(parse(BYTES(broken)), -1);
}

TEST(flags_that_only_responses_have_are_ignored)
{
    const uint8_t wire[] = {HEADER(0x07ef, 1, 0, 0, 0), HOST_TEST_A};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_true(request.recursion_desired);
    assert_false(request.checking_disabled);
}

TEST(rd_and_cd_are_read)
{
    const uint8_t wire[] = {HEADER(0x0010, 1, 0, 0, 0), HOST_TEST_A};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_false(request.recursion_desired);
    assert_true(request.checking_disabled);
}

/* OPT with the bit DO. */
#define OPT_DO ROOT, U16(41), U16(1232), 0, 0, 0x80, 0, 0, 0

TEST(do_and_cd_are_flags_of_the_question)
{
    const uint8_t neither[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT};
    const uint8_t only_do[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_DO};
    const uint8_t only_cd[] = {HEADER(RD | 0x10, 1, 0, 0, 0), HOST_TEST_A};
    const uint8_t both[] = {HEADER(RD | 0x10, 1, 0, 0, 1), HOST_TEST_A, OPT_DO};

    assert_int_equal(parse(BYTES(neither)), RCODE_NOERROR);
    assert_int_equal(request.question.flags, 0);
    assert_int_equal(parse(BYTES(only_do)), RCODE_NOERROR);
    assert_int_equal(request.question.flags, QUESTION_DNSSEC_OK);
    assert_int_equal(parse(BYTES(only_cd)), RCODE_NOERROR);
    assert_int_equal(request.question.flags, QUESTION_CHECKING_DISABLED);
    assert_int_equal(parse(BYTES(both)), RCODE_NOERROR);
    assert_int_equal(request.question.flags,
                     QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED);
}

TEST(other_opcodes_are_notimp)
{
    uint8_t wire[] = {HEADER(0, 1, 0, 0, 0), HOST_TEST_A};

    for (uint8_t opcode = 1; opcode <= 15; opcode++) {
        wire[2] = (uint8_t)(opcode << 3);
        assert_int_equal(parse(BYTES(wire)), RCODE_NOTIMP);
        assert_int_equal(request.opcode, opcode);
        assert_true(request.has_question);
    }
}

TEST(a_bare_header_of_another_opcode_is_notimp)
{
    const uint8_t wire[] = {HEADER(15 << 11, 0, 0, 0, 0)};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOTIMP);
}

TEST(another_opcode_is_notimp_whatever_it_carries)
{
    const uint8_t update[] = {HEADER(5 << 11, 1, 0, 3, 0), HOST_TEST_A, 1, 2, 3};
    const uint8_t no_question[] = {HEADER(4 << 11, 1, 0, 0, 0), 0xc0};

    assert_int_equal(parse(BYTES(update)), RCODE_NOTIMP);
    assert_int_equal(parse(BYTES(no_question)), RCODE_NOTIMP);
}

TEST(the_opt_record_of_another_opcode_is_read)
{
    const uint8_t wire[] = {HEADER(2 << 11, 1, 0, 0, 1), HOST_TEST_A, OPT};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOTIMP);
    assert_true(request.has_edns);
}

TEST(no_question_is_formerr)
{
    const uint8_t wire[] = {HEADER(RD, 0, 0, 0, 0)};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
    assert_false(request.has_question);
    assert_int_equal(request.id, 0x1234);
}

TEST(two_questions_are_formerr_and_none_is_taken)
{
    const uint8_t wire[] = {HEADER(RD, 2, 0, 0, 0), HOST_TEST_A, HOST_TEST_A};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
    assert_false(request.has_question);
}

TEST(the_opt_record_behind_two_questions_is_found)
{
    const uint8_t wire[] = {HEADER(RD, 2, 0, 0, 1), HOST_TEST_A, POINTER(12), ASKS(28),
                            OPT};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
    assert_true(request.has_edns);
}

TEST(questions_that_are_counted_but_missing_are_formerr)
{
    const uint8_t wire[] = {HEADER(RD, 65535, 0, 0, 0), HOST_TEST_A};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
    assert_false(request.has_question);
}

TEST(records_that_are_counted_but_missing_are_formerr)
{
    const uint8_t answers[] = {HEADER(RD, 1, 65535, 0, 0), HOST_TEST_A};
    const uint8_t authorities[] = {HEADER(RD, 1, 0, 65535, 0), HOST_TEST_A};
    const uint8_t additionals[] = {HEADER(RD, 1, 0, 0, 65535), HOST_TEST_A, OPT};

    assert_int_equal(parse(BYTES(answers)), RCODE_FORMERR);
    assert_int_equal(parse(BYTES(authorities)), RCODE_FORMERR);
    assert_int_equal(parse(BYTES(additionals)), RCODE_FORMERR);
    assert_true(request.has_question);
    assert_true(request.has_edns);
}

TEST(a_question_cut_anywhere_is_formerr)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 0), HOST_TEST_A};

    for (size_t len = 12; len < sizeof wire; len++) {
        assert_int_equal(parse(wire, len), RCODE_FORMERR);
        assert_false(request.has_question);
        assert_int_equal(request.id, 0x1234);
    }
}

TEST(a_pointer_in_the_question_is_formerr)
{
    const uint8_t itself[] = {HEADER(RD, 1, 0, 0, 0), POINTER(12), ASKS(1)};
    const uint8_t header[] = {HEADER(RD, 1, 0, 0, 0), POINTER(0), ASKS(1)};
    const uint8_t forward[] = {HEADER(RD, 1, 0, 0, 0), POINTER(18), ASKS(1), HOST_TEST};
    const uint8_t far[] = {HEADER(RD, 1, 0, 0, 0), POINTER(0x3fff), ASKS(1)};
    const uint8_t behind[] = {
        HEADER(RD, 1, 0, 0, 0), 4, 'h', 'o', 's', 't', POINTER(12), ASKS(1)};

    assert_int_equal(parse(BYTES(itself)), RCODE_FORMERR);
    assert_false(request.has_question);
    assert_int_equal(parse(BYTES(header)), RCODE_FORMERR);
    assert_int_equal(parse(BYTES(forward)), RCODE_FORMERR);
    assert_int_equal(parse(BYTES(far)), RCODE_FORMERR);
    assert_int_equal(parse(BYTES(behind)), RCODE_FORMERR);
}

TEST(odd_label_types_are_formerr)
{
    const uint8_t type_40[] = {HEADER(RD, 1, 0, 0, 0), 0x41, 1, 1, 0, ASKS(1)};
    const uint8_t type_80[] = {HEADER(RD, 1, 0, 0, 0), 0x81, 1, 1, 0, ASKS(1)};

    assert_int_equal(parse(BYTES(type_40)), RCODE_FORMERR);
    assert_int_equal(parse(BYTES(type_80)), RCODE_FORMERR);
}

TEST(a_name_has_at_most_255_octets)
{
    uint8_t wire[12 + 256 + 4] = {HEADER(RD, 1, 0, 0, 0)};
    const uint8_t asks[] = {ASKS(1)};

    long_name(wire + 12, 255);
    memcpy(wire + 12 + 255, asks, 4);
    assert_int_equal(parse(wire, 12 + 255 + 4), RCODE_NOERROR);
    assert_int_equal(request.question.name_len, 255);
    long_name(wire + 12, 256);
    memcpy(wire + 12 + 256, asks, 4);
    assert_int_equal(parse(wire, 12 + 256 + 4), RCODE_FORMERR);
    assert_false(request.has_question);
}

TEST(the_root_can_be_asked_for)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 0), ROOT, ASKS(2)};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_int_equal(request.question.name_len, 1);
}

TEST(any_octet_may_stand_in_a_label)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 0), 4, 0, '.', 0xff, 0xc0, 0, ASKS(1)};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_memory_equal(request.question.name, wire + 12, 6);
}

TEST(types_and_classes_are_read_whatever_they_are)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 0), HOST_TEST, 0xff, 0x00, 0x12, 0x34};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_int_equal(request.question.type, 0xff00);
    assert_int_equal(request.class, 0x1234);
}

TEST(octets_behind_the_last_record_are_ignored)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 0), HOST_TEST_A, 'a', 'b', 'c', 'd', 'e'};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
}

TEST(a_record_in_answer_or_authority_is_formerr)
{
    const uint8_t answer[] = {HEADER(RD, 1, 1, 0, 0), HOST_TEST_A, ADDRESS};
    const uint8_t authority[] = {HEADER(RD, 1, 0, 1, 0), HOST_TEST_A, ADDRESS};

    assert_int_equal(parse(BYTES(answer)), RCODE_FORMERR);
    assert_true(request.has_question);
    assert_int_equal(parse(BYTES(authority)), RCODE_FORMERR);
    assert_true(request.has_question);
}

TEST(an_additional_record_without_meaning_is_ignored)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 3), HOST_TEST_A, ADDRESS, OPT, ADDRESS};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_true(request.has_edns);
}

TEST(at_most_8_questions_and_records_are_read)
{
    const uint8_t question[] = {HEADER(RD, 1, 0, 0, 0), HOST_TEST_A}, record[] = {ADDRESS};
    uint8_t wire[sizeof question + 8 * sizeof record];

    memcpy(wire, question, sizeof question);
    for (size_t i = 0; i < 8; i++)
        memcpy(wire + sizeof question + i * sizeof record, record, sizeof record);
    wire[11] = 7;
    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    wire[11] = 8;
    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
}

TEST(an_additional_record_cut_anywhere_is_formerr)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, ADDRESS};

    for (size_t len = 27; len < sizeof wire; len++)
        assert_int_equal(parse(wire, len), RCODE_FORMERR);
}

TEST(an_opt_record_is_read)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A,
                            OPT_FOR(ROOT, 4096, 0x8000)};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_true(request.has_edns);
    assert_int_equal(request.edns_version, 0);
    assert_int_equal(request.edns_size, 4096);
    assert_true(request.dnssec_ok);
}

TEST(unknown_flags_of_an_opt_record_are_ignored)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A,
                            OPT_FOR(ROOT, 512, 0x7fff)};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_false(request.dnssec_ok);
}

TEST(an_opt_record_with_size_0_is_one)
{
    const uint8_t wire[] = {
        HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, ROOT, U16(41), U16(0), 0, 0, U16(0), U16(0)};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_true(request.has_edns);
    assert_int_equal(request.edns_size, 0);
}

TEST(a_second_opt_record_is_formerr)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 2), HOST_TEST_A, OPT, OPT};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
    assert_true(request.has_edns);
    assert_true(request.has_question);
}

TEST(a_message_with_257_opt_records_is_formerr)
{
    uint8_t wire[12 + 15 + 257 * 11] = {HEADER(RD, 1, 0, 0, 257), HOST_TEST_A};
    const uint8_t opt[] = {OPT};

    for (size_t at = 27; at < sizeof wire; at += sizeof opt)
        memcpy(wire + at, opt, sizeof opt);
    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
}

TEST(an_opt_record_not_owned_by_the_root_is_formerr)
{
    const uint8_t name[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, 1, 'a', OPT};
    const uint8_t pointer[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A,
                               OPT_FOR(POINTER(12), 512, 0)};

    assert_int_equal(parse(BYTES(name)), RCODE_FORMERR);
    assert_true(request.has_edns);
    assert_int_equal(parse(BYTES(pointer)), RCODE_FORMERR);
}

TEST(an_opt_record_in_the_answer_section_is_formerr)
{
    const uint8_t answer[] = {HEADER(RD, 1, 1, 0, 0), HOST_TEST_A, OPT};
    const uint8_t authority[] = {HEADER(RD, 1, 0, 1, 0), HOST_TEST_A, OPT};

    assert_int_equal(parse(BYTES(answer)), RCODE_FORMERR);
    assert_false(request.has_edns);
    assert_int_equal(parse(BYTES(authority)), RCODE_FORMERR);
}

TEST(unknown_options_are_ignored)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_OF(0, 0, 0, 10),
                            OPTION(100, 2),         0xbe,        0xef,
                            OPTION(65001, 0)};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
}

TEST(options_are_noted)
{
    const uint8_t keepalive[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_OF(0, 0, 0, 4),
                                 U16(11), U16(0)};
    const uint8_t padding[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_OF(0, 0, 0, 4),
                               U16(12), U16(0)};

    assert_int_equal(parse(BYTES(keepalive)), RCODE_NOERROR);
    assert_true(request.options.keepalive && !request.options.padding);
    assert_int_equal(parse(BYTES(padding)), RCODE_NOERROR);
    assert_true(request.options.padding && !request.options.keepalive);
}

#define COOKIE U16(10), U16(8), 1, 2, 3, 4, 5, 6, 7, 8

/* RFC 7873 section 5.4; whether that is answered is not decided here. */
TEST(a_cookie_may_come_without_a_question)
{
    const uint8_t cookie[] = {HEADER(RD, 0, 0, 0, 1), OPT_OF(0, 0, 0, 12), COOKIE};
    const uint8_t none[] = {HEADER(RD, 0, 0, 0, 1), OPT_OF(0, 0, 0, 0)};
    const uint8_t asked[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_OF(0, 0, 0, 12),
                             COOKIE};

    assert_int_equal(parse(BYTES(cookie)), RCODE_FORMERR);
    assert_true(request.asks_for_cookie);
    assert_int_equal(parse(BYTES(none)), RCODE_FORMERR);
    assert_false(request.asks_for_cookie);
    assert_int_equal(parse(BYTES(asked)), RCODE_NOERROR);
    assert_false(request.asks_for_cookie);
}

TEST(an_option_longer_than_its_record_is_formerr)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1),
                            HOST_TEST_A,
                            OPT_OF(0, 0, 0, 8),
                            OPTION(10, 32),
                            1,
                            2,
                            3,
                            4};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
    assert_true(request.has_edns);
}

/* The missing octet is there, but it is another record's. */
TEST(an_option_may_not_reach_into_the_next_record)
{
    const uint8_t wire[] = {
        HEADER(RD, 1, 0, 0, 2), HOST_TEST_A, OPT_OF(0, 0, 0, 4), U16(100), U16(1), ADDRESS};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
}

TEST(a_cut_option_is_formerr)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_OF(0, 0, 0, 3),
                            U16(100), 0};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
}

TEST(an_opt_record_longer_than_the_message_is_formerr)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_OF(0, 0, 0, 5),
                            U16(100), U16(0)};

    assert_int_equal(parse(BYTES(wire)), RCODE_FORMERR);
    assert_true(request.has_edns);
}

TEST(a_later_version_is_badvers)
{
    uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_OF(0, 1, 0x8000, 0)};

    assert_int_equal(parse(BYTES(wire)), RCODE_BADVERS);
    assert_int_equal(request.edns_version, 1);
    assert_true(request.dnssec_ok);
    wire[27 + 6] = 255;
    assert_int_equal(parse(BYTES(wire)), RCODE_BADVERS);
}

TEST(badvers_comes_before_broken_options)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, OPT_OF(0, 1, 0, 4),
                            U16(100), U16(32)};

    assert_int_equal(parse(BYTES(wire)), RCODE_BADVERS);
}

TEST(a_tsig_record_is_noticed)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, TSIG};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_true(request.is_signed);
}

TEST(a_tsig_record_hides_nothing_behind_it)
{
    const uint8_t wire[] = {HEADER(RD, 1, 0, 0, 2), HOST_TEST_A, TSIG, OPT};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
    assert_true(request.is_signed);
    assert_true(request.has_edns);
}

/* RFC 2931: the owner of a transaction's signature is the root. */
TEST(a_sig_record_signs_the_request_if_the_root_owns_it)
{
    const uint8_t of_root[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, ROOT, RECORD(24, 0, 0)};
    const uint8_t of_host[] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A, POINTER(12),
                               RECORD(24, 0, 0)};

    assert_int_equal(parse(BYTES(of_root)), RCODE_NOERROR);
    assert_true(request.is_signed);
    assert_int_equal(parse(BYTES(of_host)), RCODE_NOERROR);
    assert_false(request.is_signed);
}

TEST(the_longest_message_is_read)
{
    static uint8_t wire[65535] = {HEADER(RD, 1, 0, 0, 1), HOST_TEST_A,
                                  OPT_OF(0, 0, 0, 65535 - 12 - 15 - 11), U16(12),
                                  U16(65535 - 12 - 15 - 11 - 4)};

    assert_int_equal(parse(BYTES(wire)), RCODE_NOERROR);
}

/* What every answer to request_parse promises about the request. */
static void assert_sound(int rcode)
{
    struct reader name = reader_of(request.question.name, request.question.name_len);
    struct name got;

    if (request.has_question) {
        assert_true(name_get(&name, &got));
        assert_int_equal(reader_left(&name), 0);
    }
    switch (rcode) {
    case RCODE_NOERROR:
        assert_int_equal(request.opcode, 0);
        assert_true(request.has_question);
        assert_int_equal(request.edns_version, 0);
        break;
    case RCODE_BADVERS:
        assert_true(request.has_edns);
        assert_int_not_equal(request.edns_version, 0);
        break;
    case RCODE_NOTIMP:
        assert_int_not_equal(request.opcode, 0);
        break;
    default:
        assert_true(rcode == RCODE_FORMERR || rcode == -1);
    }
}

TEST(spoilt_requests_get_a_sound_verdict)
{
    const uint8_t seed[] = {HEADER(RD, 1, 0, 0, 3),
                            HOST_TEST_A,
                            ADDRESS,
                            OPT_OF(0, 0, 0x8000, 6),
                            U16(100),
                            U16(2),
                            0xbe,
                            0xef,
                            TSIG};
    int verdicts[18] = {0};

    for (int i = 0; i < 50000; i++) {
        size_t len;
        uint8_t *wire = mutate(BYTES(seed), &len);
        int rcode = request_parse(&request, wire, len);

        assert_sound(rcode);
        verdicts[rcode + 1]++;
        free(wire);
    }
    assert_true(verdicts[-1 + 1] > 0);
    assert_true(verdicts[RCODE_NOERROR + 1] > 0);
    assert_true(verdicts[RCODE_FORMERR + 1] > 0);
    assert_true(verdicts[RCODE_NOTIMP + 1] > 0);
    assert_true(verdicts[RCODE_BADVERS + 1] > 0);
}
