#include "../mutate.h"
#include "wire.h"

#include "dns/reply.h"

#include <ldns/ldns.h>

/* A request for host.test A, as the client spells it, with RD. */
static struct request plain_request(void)
{
    struct request request = {.id = 0x1234,
                              .recursion_desired = true,
                              .has_question = true,
                              .class = CLASS_IN,
                              .question = host_test(TYPE_A)};

    request.question.name[1] = 'H';
    return request;
}

static struct request edns_request(void)
{
    struct request request = plain_request();

    request.has_edns = true;
    request.edns_size = 1232;
    return request;
}

static uint8_t records[ANSWER_RECORDS_MAX];

/* An answer to host.test A with `count` addresses, 16 octets each, with TTL 60.
 */
static struct answer addresses(unsigned count)
{
    const uint8_t ip4[] = {192, 0, 2, 10};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    while (count-- > 0)
        assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    return answer;
}

static uint8_t out[ANSWER_RECORDS_MAX];

#define SPELLED              4, 'H', 'o', 's', 't', 4, 't', 'e', 's', 't', 0
#define HOST_IN_HIS_SPELLING SPELLED, ASKS(1)
#define ADDRESS              POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 10
#define assert_reply(expected)                                                             \
    assert_written(reply_write(&request, &answer, 0, NULL, out, 512), expected)
#define assert_written(len, expected)                                                      \
    do {                                                                                   \
        assert_int_equal(len, sizeof(expected));                                           \
        assert_memory_equal(out, expected, sizeof(expected));                              \
    } while (0)

TEST(a_reply_is_header_question_and_records)
{
    const uint8_t expected[] = {HEADER(0x8180, 1, 1, 0, 0), HOST_IN_HIS_SPELLING, ADDRESS};
    struct request request = plain_request();
    struct answer answer = addresses(1);

    assert_reply(expected);
}

TEST(an_opt_record_answers_an_opt_record)
{
    const uint8_t expected[] = {HEADER(0x8180, 1, 1, 0, 1), HOST_IN_HIS_SPELLING, ADDRESS,
                                OPT};
    struct request request = edns_request();
    struct answer answer = addresses(1);

    assert_reply(expected);
}

static unsigned flags_of(const struct request *request, const struct answer *answer)
{
    reply_write(request, answer, 0, NULL, out, 512);
    return (unsigned)out[2] << 8 | out[3];
}

TEST(rd_and_cd_are_copied_and_ra_is_set)
{
    struct request request = plain_request();
    struct answer answer = addresses(0);

    request.recursion_desired = false;
    assert_int_equal(flags_of(&request, &answer), 0x8080);
    request.recursion_desired = true;
    assert_int_equal(flags_of(&request, &answer), 0x8180);
    request.checking_disabled = true;
    assert_int_equal(flags_of(&request, &answer), 0x8190);
}

TEST(failures_keep_ra)
{
    struct request request = plain_request();
    struct answer answer = addresses(0);

    answer.rcode = RCODE_SERVFAIL;
    assert_int_equal(flags_of(&request, &answer), 0x8182);
    answer.rcode = RCODE_NXDOMAIN;
    assert_int_equal(flags_of(&request, &answer), 0x8183);
    answer.rcode = RCODE_REFUSED;
    assert_int_equal(flags_of(&request, &answer), 0x8185);
}

TEST(another_opcode_is_copied_and_its_flags_are_clear)
{
    struct request request = plain_request();
    struct answer answer = addresses(0);

    request.opcode = 2;
    request.checking_disabled = true;
    answer.rcode = RCODE_NOTIMP;
    assert_int_equal(flags_of(&request, &answer), 0x9004);
    request.opcode = 15;
    assert_int_equal(flags_of(&request, &answer), 0xf804);
}

TEST(a_request_without_a_readable_question_gets_none)
{
    const uint8_t expected[] = {HEADER(0x8181, 0, 0, 0, 0)};
    struct request request = {.id = 0x1234, .recursion_desired = true};
    struct answer answer = addresses(0);

    answer.rcode = RCODE_FORMERR;
    assert_reply(expected);
}

TEST(it_gets_an_opt_record_if_it_had_one)
{
    const uint8_t expected[] = {HEADER(0x8181, 0, 0, 0, 1), OPT};
    struct request request = {.id = 0x1234, .recursion_desired = true, .has_edns = true};
    struct answer answer = addresses(0);

    answer.rcode = RCODE_FORMERR;
    assert_reply(expected);
}

TEST(the_question_of_another_class_is_echoed)
{
    const uint8_t expected[] = {HEADER(0x8185, 1, 0, 0, 0), SPELLED, U16(1), U16(3)};
    struct request request = plain_request();
    struct answer answer = addresses(0);

    request.class = CLASS_CH;
    answer.rcode = RCODE_REFUSED;
    assert_reply(expected);
}

TEST(the_do_bit_is_copied)
{
    const uint8_t expected[] = {OPT_OF(0, 0, 0x8000, 0)};
    struct request request = edns_request();
    struct answer answer = addresses(0);

    request.dnssec_ok = true;
    assert_int_equal(reply_write(&request, &answer, 0, NULL, out, 512), 27 + 11);
    assert_memory_equal(out + 27, expected, sizeof expected);
}

TEST(badvers_has_its_high_bits_in_the_opt_record)
{
    const uint8_t expected[] = {HEADER(0x8180, 1, 0, 0, 1), HOST_IN_HIS_SPELLING,
                                OPT_OF(1, 0, 0, 0)};
    struct request request = edns_request();
    struct answer answer = addresses(0);

    request.edns_version = 7;
    answer.rcode = RCODE_BADVERS;
    assert_reply(expected);
}

TEST(a_reason_is_an_option_of_the_opt_record)
{
    const uint8_t expected[] = {HEADER(0x8182, 1, 0, 0, 1),
                                HOST_IN_HIS_SPELLING,
                                OPT_OF(0, 0, 0, 4 + 2 + 3),
                                U16(15),
                                U16(2 + 3),
                                U16(22),
                                'w',
                                'h',
                                'y'};
    struct request request = edns_request();
    struct answer answer = addresses(0);

    answer_fail(&answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "why");
    assert_reply(expected);
}

TEST(a_reason_needs_no_text)
{
    const uint8_t expected[] = {OPT_OF(0, 0, 0, 6), U16(15), U16(2), U16(0)};
    struct request request = edns_request();
    struct answer answer = addresses(0);

    answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER, "%s", "");
    assert_int_equal(reply_write(&request, &answer, 0, NULL, out, 512),
                     27 + sizeof expected);
    assert_memory_equal(out + 27, expected, sizeof expected);
}

TEST(extras_stand_beside_the_reason)
{
    const uint8_t expected[] = {
        OPT_OF(0, 0, 0, 13), U16(15), U16(3), U16(22), 'x', U16(11), U16(2), U16(1)};
    const struct edns_extras extras = {.keepalive_100ms = 1};
    struct request request = edns_request();
    struct answer answer = addresses(0);

    answer_fail(&answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "x");
    assert_int_equal(reply_write(&request, &answer, 0, &extras, out, 512),
                     12 + 15 + sizeof expected);
    assert_memory_equal(out + 12 + 15, expected, sizeof expected);
}

/* Records give way to options, not the other way round. */
TEST(a_truncated_reply_keeps_its_options)
{
    const struct edns_extras extras = {
        .cookie = (const uint8_t *)"abcdefghijklmnopqrstuvwx", .nsid = "here"};
    struct request request = edns_request();
    struct answer answer = addresses(100);
    size_t len;

    len = reply_write(&request, &answer, 0, &extras, out, 512);
    assert_true(len <= 512 && len > 512 - 16);
    assert_memory_equal(out + len - 8 - 28,
                        "\0\12\0\30abcdefghijklmnopqrstuvwx\0\3\0\4here", 36);
    assert_true(out[2] & 0x02);
}

TEST(without_edns_no_reason_is_given)
{
    const uint8_t expected[] = {HEADER(0x8182, 1, 0, 0, 0), HOST_IN_HIS_SPELLING};
    struct request request = plain_request();
    struct answer answer = addresses(0);

    answer_fail(&answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "why");
    assert_reply(expected);
}

TEST(the_largest_reply_without_records_fits_512_octets)
{
    struct request request = edns_request();
    struct answer answer = addresses(0);
    size_t len;

    request.question.name_len = 255;
    long_name(request.question.name, 255);
    answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER, "%0200d", 1);
    len = reply_write(&request, &answer, 0, NULL, out, 512);
    assert_int_equal(len, 12 + 255 + 4 + 11 + 6 + 127);
    assert_int_equal(out[2] & 0x02, 0);
}

TEST(authority_records_are_counted_apart)
{
    const uint8_t counts[] = {0, 1, 0, 2, 0, 1, 0, 0};
    struct request request = plain_request();
    struct answer answer = addresses(2);
    size_t len;

    answer_add_soa(&answer, answer.count[SECTION_ANSWER], ANSWER_OWNER_QUESTION, 5);
    len = reply_write(&request, &answer, 0, NULL, out, 512);
    assert_int_equal(len, 27 + answer.len);
    assert_memory_equal(out + 4, counts, sizeof counts);
    assert_memory_equal(out + 27, answer.records, answer.len);
}

/* Asserts the length of a reply cut to `limit`, whether TC is set, ANCOUNT and NSCOUNT. */
#define assert_cut(request, answer, limit, length, tc, answers, authorities)               \
    do {                                                                                   \
        assert_int_equal(reply_write(request, answer, 0, NULL, out, limit), length);       \
        assert_int_equal(out[2] >> 1 & 1, tc);                                             \
        assert_int_equal(out[6] << 8 | out[7], answers);                                   \
        assert_int_equal(out[8] << 8 | out[9], authorities);                               \
    } while (0)

TEST(records_that_just_fit_are_all_there)
{
    struct request request = plain_request();
    struct answer answer = addresses(31);

    assert_cut(&request, &answer, 27 + 31 * 16, 523, 0, 31, 0);
}

TEST(a_record_that_lacks_one_octet_is_left_out_whole)
{
    struct request request = plain_request();
    struct answer answer = addresses(31);

    assert_cut(&request, &answer, 27 + 31 * 16 - 1, 27 + 30 * 16, 1, 30, 0);
}

TEST(the_opt_record_keeps_its_place_when_records_are_left_out)
{
    const uint8_t opt[] = {OPT};
    struct request request = edns_request();
    struct answer answer = addresses(31);

    assert_cut(&request, &answer, 27 + 31 * 16 + 11, 534, 0, 31, 0);
    assert_cut(&request, &answer, 27 + 31 * 16 + 10, 27 + 30 * 16 + 11, 1, 30, 0);
    assert_memory_equal(out + 27 + 30 * 16, opt, sizeof opt);
    assert_int_equal(out[11], 1);
}

TEST(the_reason_keeps_its_place_too)
{
    struct request request = edns_request();
    struct answer answer = addresses(31);

    answer.ede = EDE_OTHER;
    memcpy(answer.ede_text, "why", 4);
    assert_cut(&request, &answer, 27 + 31 * 16 + 11 + 9, 543, 0, 31, 0);
    assert_cut(&request, &answer, 27 + 31 * 16 + 11 + 8, 527, 1, 30, 0);
}

TEST(sixty_addresses_in_512_octets_are_thirty)
{
    struct request request = plain_request();
    struct answer answer = addresses(60);

    assert_cut(&request, &answer, 512, 27 + 30 * 16, 1, 30, 0);
}

TEST(a_missing_authority_record_sets_tc)
{
    struct request request = plain_request();
    struct answer answer = addresses(30);

    answer_add_soa(&answer, answer.count[SECTION_ANSWER], ANSWER_OWNER_QUESTION, 5);
    assert_cut(&request, &answer, 512, 27 + 30 * 16, 1, 30, 0);
}

TEST(no_authority_record_takes_the_place_of_a_missing_answer)
{
    const uint8_t ip4[] = {192, 0, 2, 10};
    struct question question = host_test(TYPE_A);
    struct answer answer;
    struct request request = plain_request();
    uint8_t target[255];

    long_name(target, sizeof target);
    answer_init(&answer, &question, records, sizeof records);
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, ip4, 60));
    assert_true(
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, 12, NAME(target), 60, NULL));
    assert_true(
        answer_add_name(&answer, ANSWER_OWNER_QUESTION, 12, NAME(target), 60, NULL));
    answer_add_soa(&answer, answer.count[SECTION_ANSWER], ANSWER_OWNER_QUESTION, 5);
    assert_cut(&request, &answer, 512, 27 + 16 + 267, 1, 2, 0);
}

TEST(the_longest_message_is_written)
{
    struct request request = plain_request();
    struct answer answer = addresses(4094);

    assert_cut(&request, &answer, 65535, 27 + 4094 * 16, 0, 4094, 0);
}

TEST(more_records_than_counted_are_left_out)
{
    struct request request = plain_request();
    struct answer answer = addresses(3);

    answer.count[SECTION_ANSWER] = 2;
    assert_cut(&request, &answer, 512, 27 + 2 * 16, 0, 2, 0);
}

TEST(fewer_records_than_counted_set_tc)
{
    struct request request = plain_request();
    struct answer answer = addresses(3);

    answer.count[SECTION_ANSWER] = 4;
    assert_cut(&request, &answer, 512, 27 + 3 * 16, 1, 3, 0);
}

/* Adds MX-like records to a section; each takes 16 octets. */
static void add(struct answer *answer, enum section section, unsigned count)
{
    static const uint8_t data[] = {192, 0, 2, 20};
    const struct record record = {.type = TYPE_A,
                                  .class = CLASS_IN,
                                  .ttl = 60,
                                  .data = data,
                                  .data_len = sizeof data};

    while (count-- > 0)
        assert_true(answer_add_record(answer, section, ANSWER_OWNER_QUESTION, &record));
}

TEST(each_section_is_counted)
{
    const uint8_t counts[] = {0, 1, 0, 1, 0, 2, 0, 3};
    struct request request = plain_request();
    struct answer answer = addresses(1);

    add(&answer, SECTION_AUTHORITY, 2);
    add(&answer, SECTION_ADDITIONAL, 3);
    assert_int_equal(reply_write(&request, &answer, 0, NULL, out, 512), 27 + 6 * 16);
    assert_memory_equal(out + 4, counts, sizeof counts);
}

TEST(the_opt_record_is_counted_with_the_additional_ones)
{
    struct request request = edns_request();
    struct answer answer = addresses(1);

    add(&answer, SECTION_ADDITIONAL, 3);
    reply_write(&request, &answer, 0, NULL, out, 512);
    assert_int_equal(out[10] << 8 | out[11], 4);
}

/* RFC 2181 section 9. */
TEST(additional_records_that_do_not_fit_set_no_tc)
{
    struct request request = plain_request();
    struct answer answer = addresses(1);

    add(&answer, SECTION_ADDITIONAL, 3);
    assert_cut(&request, &answer, 27 + 3 * 16, 27 + 3 * 16, 0, 1, 0);
    assert_int_equal(out[10] << 8 | out[11], 2);
}

TEST(authority_records_that_do_not_fit_set_tc_and_leave_nothing_behind)
{
    struct request request = plain_request();
    struct answer answer = addresses(1);

    add(&answer, SECTION_AUTHORITY, 2);
    add(&answer, SECTION_ADDITIONAL, 1);
    assert_cut(&request, &answer, 27 + 2 * 16, 27 + 2 * 16, 1, 1, 1);
    assert_int_equal(out[10] << 8 | out[11], 0);
}

TEST(ttls_are_lowered_by_the_age)
{
    const uint8_t expected[] = {POINTER(12), RECORD(1, 53, 4), 192, 0, 2, 10,
                                POINTER(12), RECORD(1, 53, 4), 192, 0, 2, 10};
    struct request request = plain_request();
    struct answer answer = addresses(2);

    assert_int_equal(reply_write(&request, &answer, 7, NULL, out, 512),
                     27 + sizeof expected);
    assert_memory_equal(out + 27, expected, sizeof expected);
}

TEST(ttls_behind_owners_in_full_are_lowered_as_well)
{
    static const uint8_t data[] = {192, 0, 2, 10};
    const uint8_t expected[] = {POINTER(12),
                                RECORD(1, 53, 4),
                                192,
                                0,
                                2,
                                10,
                                LABEL('t', 'e', 's', 't'),
                                ROOT,
                                RECORD(1, 53, 4),
                                192,
                                0,
                                2,
                                10,
                                ROOT,
                                RECORD(1, 53, 4),
                                192,
                                0,
                                2,
                                10,
                                POINTER(12),
                                RECORD(1, 53, 4),
                                192,
                                0,
                                2,
                                10};
    struct record record = {.type = TYPE_A,
                            .class = CLASS_IN,
                            .ttl = 60,
                            .owner = (struct name)NAME_OF("\4test"),
                            .data = data,
                            .data_len = sizeof data};
    struct request request = plain_request();
    struct answer answer = addresses(1);

    answer_add_record(&answer, SECTION_ANSWER, ANSWER_OWNER_FULL, &record);
    record.owner = (struct name)NAME_OF("");
    answer_add_record(&answer, SECTION_AUTHORITY, ANSWER_OWNER_FULL, &record);
    answer_add_record(&answer, SECTION_ADDITIONAL, ANSWER_OWNER_QUESTION, &record);
    assert_int_equal(reply_write(&request, &answer, 7, NULL, out, 512),
                     27 + sizeof expected);
    assert_memory_equal(out + 27, expected, sizeof expected);
}

TEST(a_ttl_never_gets_below_0)
{
    const uint8_t expected[] = {POINTER(12), RECORD(1, 0, 4), 192, 0, 2, 10};
    struct request request = plain_request();
    struct answer answer = addresses(1);

    reply_write(&request, &answer, 61, NULL, out, 512);
    assert_memory_equal(out + 27, expected, sizeof expected);
    reply_write(&request, &answer, UINT32_MAX, NULL, out, 512);
    assert_memory_equal(out + 27, expected, sizeof expected);
}

/* RFC 8767 section 4. */
TEST(stale_records_have_30_seconds)
{
    const uint8_t expected[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30};
    struct request request = plain_request();
    struct answer answer = addresses(1);

    answer.is_stale = true;
    reply_write(&request, &answer, 61, NULL, out, 512);
    assert_memory_equal(out + 27, expected, sizeof expected);
}

TEST(the_stored_records_do_not_age)
{
    const uint8_t expected[] = {ADDRESS};
    struct request request = plain_request();
    struct answer answer = addresses(1);

    reply_write(&request, &answer, 7, NULL, out, 512);
    assert_memory_equal(answer.records, expected, sizeof expected);
}

TEST(without_edns_the_limit_is_512_octets)
{
    assert_int_equal(reply_limit(0, 1232), 512);
}

TEST(with_edns_the_limit_is_what_the_client_named)
{
    assert_int_equal(reply_limit(513, 1232), 513);
    assert_int_equal(reply_limit(1232, 1232), 1232);
    assert_int_equal(reply_limit(4096, 65535), 4096);
}

TEST(sizes_below_512_count_as_512)
{
    assert_int_equal(reply_limit(0, 1232), 512);
    assert_int_equal(reply_limit(511, 1232), 512);
}

TEST(our_own_limit_is_never_passed)
{
    assert_int_equal(reply_limit(65535, 1232), 1232);
    assert_int_equal(reply_limit(1233, 1232), 1232);
}

/* Another implementation can read the reply, and it says what it should. */
static void assert_readable(const struct request *request, const struct answer *answer,
                            size_t len, size_t limit)
{
    ldns_pkt *packet;

    assert_true(len <= limit);
    assert_int_equal(ldns_wire2pkt(&packet, out, len), LDNS_STATUS_OK);
    assert_true(ldns_pkt_qr(packet));
    assert_int_equal(ldns_pkt_id(packet), request->id);
    assert_int_equal(ldns_pkt_get_opcode(packet), request->opcode);
    assert_int_equal(ldns_pkt_qdcount(packet), request->has_question);
    assert_int_equal(ldns_pkt_edns(packet), request->has_edns);
    assert_false(ldns_pkt_aa(packet));
    assert_false(ldns_pkt_ad(packet));
    if (request->has_question && !ldns_pkt_tc(packet))
        assert_int_equal(ldns_pkt_ancount(packet), answer->count[SECTION_ANSWER]);
    ldns_pkt_free(packet);
}

TEST(any_request_that_is_answered_gets_a_readable_reply)
{
    const uint8_t seed[] = {HEADER(0x0100, 1, 0, 0, 2),
                            HOST_TEST_A,
                            ADDRESS,
                            OPT_OF(0, 0, 0x8000, 6),
                            OPTION(100, 2),
                            1,
                            2};
    struct answer answer = addresses(60);
    int answered = 0;

    answer.ede = EDE_OTHER;
    memcpy(answer.ede_text, "why", 4);
    for (int i = 0; i < 30000; i++) {
        size_t len, limit;
        uint8_t *wire = mutate(BYTES(seed), &len);
        struct request request;
        int rcode = request_parse(&request, wire, len);

        if (rcode != -1) {
            answer.rcode = (uint16_t)rcode;
            limit = reply_limit(request.edns_size, EDNS_UDP_SIZE);
            len = reply_write(&request, &answer, 1, NULL, out, limit);
            assert_readable(&request, &answer, len, limit);
            answered++;
        }
        free(wire);
    }
    assert_in_range(answered, 10000, 29999);
}
