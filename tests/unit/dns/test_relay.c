#include "../mutate.h"
#include "wire.h"

#include "dns/record.h"
#include "dns/relay.h"
#include "dns/reply.h"

#include <ldns/ldns.h>
#include <sys/resource.h>

/* Names of the chains, and the place of the asked one in a message. */
#define A_TEST  1, 'a', 4, 't', 'e', 's', 't', 0
#define B_TEST  1, 'b', 4, 't', 'e', 's', 't', 0
#define ASKED   POINTER(12)
#define A_BELOW 1, 'a', POINTER(17)
#define B_BELOW 1, 'b', POINTER(17)

/* The header of a reply with RCODE NOERROR and of one with NXDOMAIN. */
#define REPLY(answers, authorities) HEADER(0x8180, 1, answers, authorities, 0)
#define NXDOMAIN(answers)           HEADER(0x8183, 1, answers, 0, 0)

#define ADDRESS       RECORD(1, 60, 4), 192, 0, 2, 10
#define OTHER_ADDRESS RECORD(1, 60, 4), 192, 0, 2, 11

/* Serial number and times of an SOA record. */
#define SOA_NUMBERS                                                                        \
    U16(0), U16(1), U16(0), U16(2), U16(0), U16(3), U16(0), U16(4), U16(0), U16(5)

static uint8_t records[ANSWER_RECORDS_MAX];

/* Reads a copy of exactly this size, so that the sanitizer sees each octet read behind it.
 */
static bool read_reply(const struct question *question, const uint8_t *wire, size_t len,
                       struct answer *answer)
{
    uint8_t *copy = malloc(len ? len : 1);
    bool done;

    assert_non_null(copy);
    memcpy(copy, wire, len);
    answer_init(answer, question, records, sizeof records);
    done = relay_read(question, copy, len, NULL, answer);
    free(copy);
    return done;
}

static bool reads(uint16_t type, const uint8_t *wire, size_t len, struct answer *answer)
{
    struct question question = host_test(type);

    return read_reply(&question, wire, len, answer);
}

static void assert_refused(const uint8_t *wire, size_t len)
{
    struct answer answer;

    assert_false(reads(TYPE_A, wire, len, &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.len, 0);
}

#define assert_records(answer, number, expected)                                           \
    do {                                                                                   \
        assert_int_equal((answer).count[SECTION_ANSWER], number);                          \
        assert_int_equal((answer).len, sizeof(expected));                                  \
        assert_memory_equal((answer).records, expected, sizeof(expected));                 \
    } while (0)

#define assert_relayed(type, wire, number, expected)                                       \
    do {                                                                                   \
        struct answer relayed;                                                             \
                                                                                           \
        assert_true(reads(type, BYTES(wire), &relayed));                                   \
        assert_records(relayed, number, expected);                                         \
    } while (0)

TEST(the_asked_records_are_taken_with_their_ttls)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 4), 192, 0,
                            2,           10,          ASKED, RECORD(1, 70, 4), 192, 0,
                            2,           11};
    /* One TTL for the set (RFC 2181 section 5.2). */
    const uint8_t expected[] = {POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 10,
                                POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 11};
    struct answer answer;

    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.rcode, RCODE_NOERROR);
    assert_records(answer, 2, expected);
}

TEST(an_owner_may_be_spelled_otherwise)
{
    const uint8_t wire[] = {REPLY(1, 0), 4,   'H', 'O',     'S', 'T', 4,      't', 'E',
                            's',         't', 0,   ASKS(1), 4,   'h', 'o',    's', 'T',
                            4,           't', 'e', 's',     't', 0,   ADDRESS};
    const uint8_t expected[] = {POINTER(12), ADDRESS};

    assert_relayed(TYPE_A, wire, 1, expected);
}

TEST(the_rcode_is_the_servers)
{
    const uint8_t nxdomain[] = {NXDOMAIN(0), HOST_TEST_A};
    const uint8_t refused[] = {HEADER(0x8185, 1, 0, 0, 0), HOST_TEST_A};
    struct answer answer;

    assert_true(reads(TYPE_A, BYTES(nxdomain), &answer));
    assert_int_equal(answer.rcode, RCODE_NXDOMAIN);
    assert_int_equal(answer.len, 0);
    assert_true(reads(TYPE_A, BYTES(refused), &answer));
    assert_int_equal(answer.rcode, RCODE_REFUSED);
}

TEST(a_chain_is_kept_in_its_order)
{
    const uint8_t wire[] = {
        REPLY(3, 0), HOST_TEST_A,      ASKED,  RECORD(5, 10, 8), A_TEST,
        A_TEST,      RECORD(5, 20, 8), B_TEST, B_TEST,           ADDRESS};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST,
                                POINTER(39), RECORD(5, 20, 8), B_TEST,
                                POINTER(59), ADDRESS};

    assert_relayed(TYPE_A, wire, 3, expected);
}

TEST(a_chain_in_disorder_is_put_in_order)
{
    const uint8_t wire[] = {
        REPLY(3, 0),      HOST_TEST_A, B_TEST, ADDRESS,          A_TEST,
        RECORD(5, 20, 8), B_TEST,      ASKED,  RECORD(5, 10, 8), A_TEST};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST,
                                POINTER(39), RECORD(5, 20, 8), B_TEST,
                                POINTER(59), ADDRESS};

    assert_relayed(TYPE_A, wire, 3, expected);
}

TEST(compressed_names_are_written_whole)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED,       RECORD(5, 10, 4), 1,
                            'a',         POINTER(17), POINTER(39), ADDRESS};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST, POINTER(39),
                                ADDRESS};

    assert_relayed(TYPE_A, wire, 2, expected);
}

TEST(a_chain_to_nothing_keeps_its_aliases_and_the_rcode)
{
    const uint8_t wire[] = {NXDOMAIN(1), HOST_TEST_A, ASKED, RECORD(5, 10, 8), A_TEST};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST};
    struct answer answer;

    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.rcode, RCODE_NXDOMAIN);
    assert_records(answer, 1, expected);
}

TEST(an_asked_alias_is_not_followed)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST,        ASKS(5),
                            ASKED,       RECORD(5, 10, 8), A_TEST,
                            A_TEST,      RECORD(5, 20, 8), B_TEST};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST};

    assert_relayed(TYPE_CNAME, wire, 1, expected);
}

TEST(records_beside_the_chain_are_left_out)
{
    const uint8_t wire[] = {REPLY(4, 0), HOST_TEST_A,       B_TEST, ADDRESS,
                            ASKED,       RECORD(16, 60, 2), 1,      'x',
                            ASKED,       ADDRESS,           B_TEST, RECORD(5, 60, 8),
                            A_TEST};
    const uint8_t expected[] = {POINTER(12), ADDRESS};

    assert_relayed(TYPE_A, wire, 1, expected);
}

TEST(addresses_of_the_middle_of_a_chain_are_left_out)
{
    const uint8_t wire[] = {REPLY(3, 0), HOST_TEST_A,   ASKED,  RECORD(5, 10, 8), A_TEST,
                            ASKED,       OTHER_ADDRESS, A_TEST, ADDRESS};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST, POINTER(39),
                                ADDRESS};

    assert_relayed(TYPE_A, wire, 2, expected);
}

TEST(records_of_another_class_are_left_out)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED,  U16(5), U16(3), 0,      0, 0,
                            60,          U16(8),      A_TEST, ASKED,  U16(1), U16(3), 0, 0,
                            0,           60,          U16(4), 192,    0,      2,      1};
    struct answer answer;

    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
}

TEST(a_reply_cut_anywhere_is_refused)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED,  RECORD(5, 10, 8),
                            A_TEST,      A_TEST,      ADDRESS};

    for (size_t len = 0; len < sizeof wire; len++)
        assert_refused(wire, len);
}

TEST(records_that_are_counted_but_missing_are_refused)
{
    const uint8_t wire[] = {REPLY(65535, 0), HOST_TEST_A, ASKED, ADDRESS};

    assert_refused(BYTES(wire));
}

/* ldns would read the next record from the middle of this one. */
TEST(an_address_of_8_octets_is_refused)
{
    const uint8_t wire[] = {
        REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 8), 192, 0, 2, 10, 192, 0, 2, 11};

    assert_refused(BYTES(wire));
}

TEST(an_address_of_3_octets_is_refused)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 3), 192, 0, 2};

    assert_refused(BYTES(wire));
}

TEST(octets_behind_an_aliases_target_are_refused)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 9), A_TEST, 0};

    assert_refused(BYTES(wire));
}

TEST(an_alias_longer_than_its_record_is_refused)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 7), A_TEST};

    assert_refused(BYTES(wire));
}

TEST(a_pointer_to_itself_is_refused)
{
    const uint8_t owner[] = {REPLY(1, 0), HOST_TEST_A, POINTER(27), ADDRESS};
    const uint8_t target[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 2),
                              POINTER(39)};

    assert_refused(BYTES(owner));
    assert_refused(BYTES(target));
}

TEST(a_pointer_behind_the_end_is_refused)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, POINTER(0x3fff), ADDRESS};

    assert_refused(BYTES(wire));
}

/* Reads the answer to an alias whose target has this length. */
static bool reads_target(size_t len, struct answer *answer)
{
    uint8_t wire[27 + 12 + 256] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 0)};

    wire[37] = (uint8_t)(len >> 8);
    wire[38] = (uint8_t)len;
    long_name(wire + 39, len);
    return reads(TYPE_A, wire, 39 + len, answer);
}

TEST(a_target_has_at_most_255_octets)
{
    struct answer answer;

    assert_true(reads_target(255, &answer));
    assert_int_equal(answer.len, 12 + 255);
    assert_false(reads_target(256, &answer));
}

TEST(an_answer_without_room_is_refused_and_empty)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED, ADDRESS, ASKED, OTHER_ADDRESS};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    answer_init(&answer, &question, records, 31);
    assert_false(relay_read(&question, BYTES(wire), NULL, &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.len, 0);
}

TEST(a_record_of_any_type_is_passed_on_as_it_is)
{
    const uint8_t mx[] = {REPLY(1, 0), HOST_TEST, ASKS(15), ASKED, RECORD(15, 60, 6),
                          0,           10,        1,        'a',   POINTER(17)};
    const uint8_t mx_expected[] = {POINTER(12), RECORD(15, 60, 10), 0, 10, A_TEST};
    const uint8_t odd[] = {REPLY(1, 0),          HOST_TEST, U16(65280), U16(1), ASKED,
                           RECORD(65280, 60, 4), 0xc0,      12,         0,      255};
    const uint8_t odd_expected[] = {POINTER(12), RECORD(65280, 60, 4), 0xc0, 12, 0, 255};

    assert_relayed(15, mx, 1, mx_expected);
    assert_relayed(65280, odd, 1, odd_expected);
}

/* What the reader accepts becomes a reply that another implementation can read. */
static void assert_readable(const struct question *question, const struct answer *answer)
{
    static uint8_t out[65535];
    struct request request = {
        .has_question = true, .class = CLASS_IN, .question = *question};
    size_t len = reply_write(&request, answer, 0, NULL, out, sizeof out);
    ldns_pkt *packet;

    assert_int_equal(ldns_wire2pkt(&packet, out, len), LDNS_STATUS_OK);
    assert_int_equal(ldns_pkt_ancount(packet), answer->count[SECTION_ANSWER]);
    for (size_t i = 0; i < answer->count[SECTION_ANSWER]; i++) {
        unsigned type = ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_answer(packet), i));

        assert_true(type == question->type || type == TYPE_CNAME ||
                    type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_DNAME);
    }
    ldns_pkt_free(packet);
}

/* Data that is not decoded is passed on as it is; the message around it is whole. */
static void assert_whole(const struct question *question, const struct answer *answer)
{
    static uint8_t out[65535];
    struct request request = {
        .has_question = true, .class = CLASS_IN, .question = *question};
    size_t len = reply_write(&request, answer, 0, NULL, out, sizeof out);
    struct reader in = reader_of(out, len);
    struct record_head head;

    in.pos = 12 + question_wire_len(question);
    for (int section = 0; section < SECTIONS; section++)
        for (unsigned i = 0; i < answer->count[section]; i++)
            assert_true(record_next(&in, &head));
    assert_int_equal(reader_left(&in), 0);
}

static bool type_is_decoded(uint16_t type)
{
    return type == TYPE_A || type == TYPE_AAAA || type == TYPE_CNAME || type == TYPE_SOA ||
           type == LDNS_RR_TYPE_NS || type == LDNS_RR_TYPE_MX || type == LDNS_RR_TYPE_SRV;
}

/* True if all its records are of types whose data is decoded, and so checked. */
static bool is_decoded(const struct answer *answer)
{
    struct reader in = reader_of(answer->records, answer->len);
    uint16_t type, class, length;

    while (reader_left(&in) > 0) {
        assert_true(name_skip(&in) && get_u16(&in, &type) && get_u16(&in, &class) &&
                    get_skip(&in, 4) && get_u16(&in, &length) && get_skip(&in, length));
        if (class != CLASS_IN || !type_is_decoded(type))
            return false;
    }
    return true;
}

static void spoil(uint16_t type, const uint8_t *seed, size_t size)
{
    struct question question = host_test(type);
    struct answer answer;
    int accepted = 0;

    for (int i = 0; i < 15000; i++) {
        size_t len;
        uint8_t *wire = mutate(seed, size, &len);

        answer_init(&answer, &question, records, sizeof records);
        if (relay_read(&question, wire, len, NULL, &answer)) {
            assert_whole(&question, &answer);
            if (is_decoded(&answer))
                assert_readable(&question, &answer);
            accepted++;
        } else {
            assert_int_equal(answer.count[SECTION_ANSWER], 0);
            assert_int_equal(answer.len, 0);
        }
        free(wire);
    }
    assert_in_range(accepted, 1000, 14000);
}

TEST(spoilt_replies_are_refused_or_readable)
{
    const uint8_t chain[] = {
        REPLY(3, 0),      HOST_TEST_A, ASKED, RECORD(5, 10, 8), A_TEST,      POINTER(39),
        RECORD(5, 20, 4), 1,           'b',   POINTER(41),      POINTER(59), ADDRESS};
    const uint8_t mail[] = {
        REPLY(2, 0), HOST_TEST, ASKS(15),    ASKED, RECORD(15, 60, 6),  0, 10,
        1,           'a',       POINTER(17), ASKED, RECORD(15, 60, 10), 0, 20,
        B_TEST};
    const uint8_t text[] = {
        REPLY(2, 0), HOST_TEST, ASKS(16), ASKED, RECORD(16, 60, 6), 2, 'h', 'i',
        1,           '!',       0,        ASKED, RECORD(16, 60, 1), 0};
    const uint8_t soa[] = {REPLY(1, 0),       HOST_TEST,   ASKS(6),     ASKED,
                           RECORD(6, 60, 24), POINTER(12), POINTER(17), SOA_NUMBERS};

    const uint8_t negative[] = {HEADER(0x8183, 1, 1, 1, 0),
                                HOST_TEST_A,
                                ASKED,
                                RECORD(5, 10, 4),
                                A_BELOW,
                                POINTER(17),
                                RECORD(6, 45, 28),
                                A_BELOW,
                                B_BELOW,
                                SOA_NUMBERS};
    const uint8_t service[] = {HEADER(0x8180, 1, 1, 0, 1),
                               HOST_TEST,
                               ASKS(33),
                               ASKED,
                               RECORD(33, 60, 10),
                               U16(1),
                               U16(2),
                               U16(443),
                               A_BELOW,
                               POINTER(45),
                               ADDRESS};

    spoil(TYPE_A, BYTES(negative));
    spoil(33, BYTES(service));
    spoil(TYPE_A, BYTES(chain));
    spoil(15, BYTES(mail));
    spoil(16, BYTES(text));
    spoil(TYPE_SOA, BYTES(soa));
}

/* RFC 2181 section 8. */
TEST(a_ttl_with_its_highest_bit_set_is_0)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED,  U16(1), 0, 1, 0x80, 0,
                            0,           0,           U16(4), 192,    0, 2, 10};
    const uint8_t expected[] = {POINTER(12), RECORD(1, 0, 4), 192, 0, 2, 10};

    assert_relayed(TYPE_A, wire, 1, expected);
}

TEST(an_address_of_0_octets_is_refused)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 0)};

    assert_refused(BYTES(wire));
}

/* RFC 3597, and NULL (10) and APL (42) too. */
TEST(a_record_of_an_unknown_type_may_be_empty)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST, U16(65280),
                            U16(1),      ASKED,     RECORD(65280, 60, 0)};
    const uint8_t expected[] = {POINTER(12), RECORD(65280, 60, 0)};
    struct answer answer;

    assert_true(reads(65280, BYTES(wire), &answer));
    assert_records(answer, 1, expected);
}

/* An answer that every parser can read once it is a reply, and its number of records. */
#define assert_reply(question, answer, expected)                                           \
    do {                                                                                   \
        assert_int_equal((answer).len, sizeof(expected));                                  \
        assert_memory_equal((answer).records, expected, sizeof(expected));                 \
        assert_readable(question, &(answer));                                              \
    } while (0)

/* The same of the answer that comes of a message, with this number in its answer section.
 */
#define assert_replied(type, wire, number, expected)                                       \
    do {                                                                                   \
        struct question asked = host_test(type);                                           \
        struct answer replied;                                                             \
                                                                                           \
        assert_true(reads(type, BYTES(wire), &replied));                                   \
        assert_int_equal(replied.count[SECTION_ANSWER], number);                           \
        assert_reply(&asked, replied, expected);                                           \
    } while (0)

TEST(a_loop_of_aliases_comes_whole_and_once)
{
    const uint8_t wire[] = {REPLY(2, 0),       HOST_TEST_A, ASKED,
                            RECORD(5, 10, 8),  A_TEST,      A_TEST,
                            RECORD(5, 20, 11), HOST_TEST};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8),  A_TEST,
                                POINTER(39), RECORD(5, 20, 11), HOST_TEST};

    assert_relayed(TYPE_A, wire, 2, expected);
}

TEST(an_alias_of_itself_comes_once)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 10, 2), ASKED};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 11), HOST_TEST};

    assert_relayed(TYPE_A, wire, 1, expected);
}

TEST(an_alias_of_0_octets_is_refused)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 0)};

    assert_refused(BYTES(wire));
}

TEST(an_ip6_address_of_15_or_17_octets_is_refused)
{
    const uint8_t wire15[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(28, 60, 15),
                              1,           2,           3,     4,
                              5,           6,           7,     8,
                              9,           10,          11,    12,
                              13,          14,          15};
    const uint8_t wire17[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(28, 60, 17),
                              1,           2,           3,     4,
                              5,           6,           7,     8,
                              9,           10,          11,    12,
                              13,          14,          15,    16,
                              17};

    struct answer answer;

    assert_false(reads(TYPE_AAAA, BYTES(wire15), &answer));
    assert_false(reads(TYPE_AAAA, BYTES(wire17), &answer));
}

/* Answers are put together from these. */
struct message {
    uint8_t wire[65535];
    struct writer to;
};

static struct message *message_begin(const struct question *question, unsigned flags)
{
    static struct message message;
    const uint8_t head[] = {HEADER(flags, 1, 0, 0, 0)};

    message.to = writer_of(message.wire, sizeof message.wire);
    put_bytes(&message.to, head, sizeof head);
    put_bytes(&message.to, question->name, question->name_len);
    put_u16(&message.to, question->type);
    put_u16(&message.to, CLASS_IN);
    return &message;
}

/* "aN.test", N of three digits. */
static void put_numbered(struct writer *to, unsigned number)
{
    const uint8_t name[] = {4,
                            'a',
                            (uint8_t)('0' + number / 100),
                            (uint8_t)('0' + number / 10 % 10),
                            (uint8_t)('0' + number % 10),
                            LABEL('t', 'e', 's', 't'),
                            0};

    put_bytes(to, name, sizeof name);
}

#define RRSIG(covered, ttl)                                                                \
    RECORD(46, ttl, 24), U16(covered), 13, 2, 0, 0, 0, 60, 1, 2, 3, 4, 1, 2, 3, 4, U16(7), \
        ROOT, 0xaa, 0xbb, 0xcc, 0xdd, 0xee

TEST(signatures_stay_with_what_they_sign)
{
    const uint8_t wire[] = {REPLY(4, 0), HOST_TEST_A,      A_TEST, RRSIG(1, 60),
                            A_TEST,      ADDRESS,          ASKED,  RRSIG(5, 10),
                            ASKED,       RECORD(5, 10, 8), A_TEST};
    const uint8_t expected[] = {POINTER(12),      RRSIG(5, 10), POINTER(12),
                                RECORD(5, 10, 8), A_TEST,       POINTER(75),
                                RRSIG(1, 60),     POINTER(75),  ADDRESS};

    assert_replied(TYPE_A, wire, 4, expected);
}

TEST(signatures_of_other_types_are_left_out)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED, RRSIG(16, 60), ASKED, ADDRESS};
    const uint8_t expected[] = {POINTER(12), ADDRESS};

    assert_relayed(TYPE_A, wire, 1, expected);
}

/* host.test stands below the DNAME's owner. */
#define TEST_NAME  4, 't', 'e', 's', 't', 0
#define DNAME(ttl) RECORD(39, ttl, 3), 1, 'y', 0

TEST(a_dname_above_the_asked_name_comes_before_its_alias)
{
    const uint8_t wire[] = {
        REPLY(3, 0), HOST_TEST_A, TEST_NAME, DNAME(30), ASKED,  RECORD(5, 30, 8),
        4,           'h',         'o',       's',       't',    1,
        'y',         0,           4,         'h',       'o',    's',
        't',         1,           'y',       0,         ADDRESS};
    const uint8_t expected[] = {
        TEST_NAME, DNAME(30), POINTER(12), RECORD(5, 30, 8), 4,      'h', 'o', 's', 't',
        1,         'y',       0,           POINTER(58),      ADDRESS};

    assert_replied(TYPE_A, wire, 3, expected);
}

/* Some servers leave the CNAME to the client (RFC 6672 section 3.1), also behind the name
 * that it leads to. */
TEST(the_alias_that_a_dname_makes_is_added)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, 4, 'h',     'o',       's',      't',
                            1,           'y',         0, ADDRESS, TEST_NAME, DNAME(30)};
    const uint8_t expected[] = {
        TEST_NAME, DNAME(30), POINTER(12), RECORD(5, 30, 8), 4,      'h', 'o', 's', 't',
        1,         'y',       0,           POINTER(58),      ADDRESS};

    assert_replied(TYPE_A, wire, 3, expected);
}

#define DNAME_Z(ttl) RECORD(39, ttl, 3), 1, 'z', 0
#define HOST_Y       LABEL('h', 'o', 's', 't'), 1, 'y', 0

/* It has the TTL that the set of DNAMEs comes to have (RFC 2181 section 5.2). */
TEST(an_added_alias_lives_as_long_as_its_dnames)
{
    const uint8_t wire[] = {REPLY(3, 0), HOST_TEST_A, TEST_NAME, DNAME(240),
                            TEST_NAME,   DNAME_Z(60), HOST_Y,    ADDRESS};
    const uint8_t expected[] = {TEST_NAME,   DNAME(60),   POINTER(27),
                                DNAME_Z(60), POINTER(12), RECORD(5, 60, 8),
                                HOST_Y,      POINTER(73), ADDRESS};

    assert_relayed(TYPE_A, wire, 4, expected);
}

TEST(a_dname_that_rewrites_no_name_of_the_chain_is_left_out)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, B_TEST, DNAME(30), ASKED, ADDRESS};
    const uint8_t expected[] = {POINTER(12), ADDRESS};

    assert_relayed(TYPE_A, wire, 1, expected);
}

TEST(an_asked_dname_behind_an_alias_comes_once)
{
    const uint8_t wire[] = {REPLY(2, 0),      HOST_TEST, ASKS(39), ASKED,
                            RECORD(5, 10, 8), A_TEST,    A_TEST,   DNAME(30)};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST, POINTER(39),
                                DNAME(30)};

    assert_relayed(39, wire, 2, expected);
}

/* Authority and additional section. */

/* test SOA a.test b.test, TTL 45. */
#define SOA_OF_TEST                                                                        \
    TEST_NAME, RECORD(6, 45, 36), A_TEST, B_TEST, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0,   \
        0, 0, 4, 0, 0, 0, 99

TEST(a_negative_reply_keeps_its_soa)
{
    const uint8_t wire[] = {HEADER(0x8183, 1, 0, 1, 0), HOST_TEST_A, SOA_OF_TEST};
    const uint8_t expected[] = {SOA_OF_TEST};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.rcode, RCODE_NXDOMAIN);
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
    assert_reply(&question, answer, expected);
}

TEST(an_alias_without_data_keeps_its_targets_soa)
{
    const uint8_t wire[] = {REPLY(1, 1),      HOST_TEST_A, ASKED,
                            RECORD(5, 10, 8), A_TEST,      SOA_OF_TEST};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 1);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
    assert_readable(&question, &answer);
}

/* RFC 6672 section 3.1: the DNAME and its signature are about the name above. */
TEST(a_name_below_a_dname_that_has_no_data_keeps_its_soa)
{
    const uint8_t types[] = {39, 46};

    for (size_t i = 0; i < 2; i++) {
        const uint8_t wire[] = {REPLY(2, 1), HOST_TEST, 0,         types[i],  0,
                                1,           TEST_NAME, DNAME(30), TEST_NAME, RRSIG(39, 30),
                                SOA_OF_TEST};
        struct answer answer;

        assert_true(reads(types[i], BYTES(wire), &answer));
        assert_int_equal(answer.count[SECTION_ANSWER], 3);
        assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
        assert_int_equal(answer_count_type(&answer, types[i]), 0);
    }
}

#define PROOF TEST_NAME, RECORD(47, 50, 8), A_TEST

TEST(a_positive_reply_loses_its_authority)
{
    const uint8_t wire[] = {REPLY(1, 1), HOST_TEST_A, ASKED, ADDRESS, PROOF};
    const uint8_t expected[] = {POINTER(12), ADDRESS};
    struct answer answer;

    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_AUTHORITY], 0);
    assert_records(answer, 1, expected);
}

/* The proof that a wildcard was used stands there (RFC 4035 section 3.1.3). */
TEST(a_positive_reply_keeps_its_authority_if_signatures_are_wanted)
{
    const uint8_t wire[] = {REPLY(1, 1), HOST_TEST_A, ASKED, ADDRESS, PROOF};
    const uint8_t expected[] = {POINTER(12), ADDRESS, PROOF};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    question.flags = QUESTION_DNSSEC_OK;
    assert_true(read_reply(&question, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
    assert_reply(&question, answer, expected);
}

#define MAIL ASKED, RECORD(15, 60, 10), 0, 10, A_TEST

TEST(additional_records_of_a_mail_exchanger_come_along)
{
    const uint8_t wire[] = {
        HEADER(0x8180, 1, 1, 0, 1), HOST_TEST, ASKS(15), MAIL, A_TEST, ADDRESS};
    const uint8_t expected[] = {MAIL, A_TEST, ADDRESS};
    struct question question = host_test(15);
    struct answer answer;

    assert_true(reads(15, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_ADDITIONAL], 1);
    assert_reply(&question, answer, expected);
}

TEST(additional_records_of_an_address_are_left_out)
{
    const uint8_t wire[] = {
        HEADER(0x8180, 1, 1, 0, 1), HOST_TEST_A, ASKED, ADDRESS, A_TEST, ADDRESS};
    const uint8_t expected[] = {POINTER(12), ADDRESS};
    struct answer answer;

    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_ADDITIONAL], 0);
    assert_records(answer, 1, expected);
}

/* Names inside the data. */

TEST(names_inside_ns_mx_and_soa_are_written_whole)
{
    const uint8_t ns[] = {REPLY(1, 0),      HOST_TEST, ASKS(2), ASKED,
                          RECORD(2, 60, 4), 1,         'a',     POINTER(17)};
    const uint8_t ns_whole[] = {POINTER(12), RECORD(2, 60, 8), A_TEST};
    const uint8_t mx[] = {REPLY(1, 0), HOST_TEST, ASKS(15), ASKED, RECORD(15, 60, 6),
                          0,           10,        1,        'a',   POINTER(17)};
    const uint8_t mx_whole[] = {POINTER(12), RECORD(15, 60, 10), 0, 10, A_TEST};
    const uint8_t soa[] = {REPLY(1, 0), HOST_TEST,  ASKS(6),     ASKED, RECORD(6, 60, 28),
                           1,           'a',        POINTER(17), 1,     'b',
                           POINTER(17), SOA_NUMBERS};
    const uint8_t soa_whole[] = {POINTER(12), RECORD(6, 60, 36), A_TEST, B_TEST,
                                 SOA_NUMBERS};
    struct answer answer;

    assert_true(reads(2, BYTES(ns), &answer));
    assert_records(answer, 1, ns_whole);
    assert_true(reads(15, BYTES(mx), &answer));
    assert_records(answer, 1, mx_whole);
    assert_true(reads(TYPE_SOA, BYTES(soa), &answer));
    assert_records(answer, 1, soa_whole);
}

/* Pointers inside would point into our message. RFC 2782 forbids them, servers send them.
 */
TEST(a_compressed_name_inside_srv_is_written_whole)
{
    const uint8_t srv[] = {REPLY(1, 0), HOST_TEST, ASKS(33), ASKED,      RECORD(33, 60, 10),
                           0,           1,         0,        2,          1,
                           187,         1,         'a',      POINTER(17)};
    const uint8_t whole[] = {POINTER(12), RECORD(33, 60, 14), 0, 1, 0, 2, 1, 187, A_TEST};
    struct answer answer;

    assert_true(reads(33, BYTES(srv), &answer));
    assert_records(answer, 1, whole);
}

/* Addresses in the order of libc. */

static bool reads_in_order(const uint8_t *wire, size_t len, const uint8_t *addresses,
                           size_t size, struct answer *answer)
{
    const struct relay_order order = {.addresses = addresses, .count = size / 4, .size = 4};
    struct question question = host_test(TYPE_A);

    answer_init(answer, &question, records, sizeof records);
    return relay_read(&question, wire, len, &order, answer);
}

#define ADDR(last)       RECORD(1, 60, 4), 192, 0, 2, last
#define ADDRESS_OF(last) ASKED, ADDR(last)

TEST(addresses_come_in_the_order_that_is_given)
{
    const uint8_t wire[] = {REPLY(3, 0), HOST_TEST_A, ADDRESS_OF(1), ADDRESS_OF(2),
                            ADDRESS_OF(3)};
    const uint8_t expected[] = {ADDRESS_OF(3), ADDRESS_OF(1), ADDRESS_OF(2)};
    const uint8_t addresses[] = {192, 0, 2, 3, 192, 0, 2, 1, 192, 0, 2, 2};
    struct answer answer;

    assert_true(reads_in_order(BYTES(wire), BYTES(addresses), &answer));
    assert_records(answer, 3, expected);
}

TEST(addresses_that_are_not_in_the_order_are_left_out)
{
    const uint8_t wire[] = {REPLY(3, 0), HOST_TEST_A, ADDRESS_OF(1), ADDRESS_OF(2),
                            ADDRESS_OF(3)};
    const uint8_t expected[] = {ADDRESS_OF(2)};
    const uint8_t addresses[] = {192, 0, 2, 2};
    struct answer answer;

    assert_true(reads_in_order(BYTES(wire), BYTES(addresses), &answer));
    assert_records(answer, 1, expected);
}

TEST(an_address_that_the_reply_lacks_is_not_invented)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ADDRESS_OF(1)};
    const uint8_t addresses[] = {192, 0, 2, 9, 192, 0, 2, 1};
    const uint8_t expected[] = {ADDRESS_OF(1)};
    struct answer answer;

    assert_true(reads_in_order(BYTES(wire), BYTES(addresses), &answer));
    assert_records(answer, 1, expected);
    assert_false(answer_has_data(&answer, TYPE_A, addresses, 4));
    assert_true(answer_has_data(&answer, TYPE_A, addresses + 4, 4));
}

TEST(the_order_does_not_touch_aliases_and_signatures)
{
    const uint8_t wire[] = {
        REPLY(5, 0), HOST_TEST_A, ASKED,  RECORD(5, 10, 8), A_TEST, A_TEST,      ADDR(1),
        A_TEST,      ADDR(2),     A_TEST, RRSIG(1, 60),     ASKED,  RRSIG(5, 10)};
    const uint8_t addresses[] = {192, 0, 2, 2, 192, 0, 2, 1};
    const uint8_t expected[] = {POINTER(12),  RECORD(5, 10, 8), A_TEST,      POINTER(12),
                                RRSIG(5, 10), POINTER(39),      ADDR(2),     POINTER(39),
                                ADDR(1),      POINTER(39),      RRSIG(1, 60)};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    assert_true(reads_in_order(BYTES(wire), BYTES(addresses), &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 5);
    assert_reply(&question, answer, expected);
}

/* Owners. */

static bool points_forward(const uint8_t *wire, size_t len)
{
    struct reader in = reader_of(wire, len);
    uint16_t length;

    in.pos = 12;
    assert_true(name_skip(&in) && get_skip(&in, 4));
    while (reader_left(&in) > 0) {
        if (wire[in.pos] >= 0xc0 &&
            (size_t)((wire[in.pos] & 0x3f) << 8 | wire[in.pos + 1]) >= in.pos)
            return true;
        assert_true(name_skip(&in) && get_skip(&in, 8) && get_u16(&in, &length) &&
                    get_skip(&in, length));
    }
    return false;
}

/* Pointers reach no further than offset 0x3fff: owners of later names are written in
 * full. */
TEST(owners_point_backwards_and_no_further_than_14_bits)
{
    static uint8_t value[4000 - 2 - 11 - 4], out[65535];
    struct question question = host_test(64);
    struct message *message = message_begin(&question, 0x8180);
    struct request request = {
        .has_question = true, .class = CLASS_IN, .question = question};
    struct answer answer;
    size_t len;

    for (uint16_t i = 0; i < 8; i++) { /* additional records behind 8 * 4,000 octets */
        put_u16(&message->to, 0xc00c);
        put_u16(&message->to, 64);
        put_u16(&message->to, CLASS_IN);
        put_u32(&message->to, 60);
        put_u16(&message->to, 4000);
        put_u16(&message->to, (uint16_t)(i + 1));
        put_numbered(&message->to, i % 3);
        put_u16(&message->to, 65280);
        put_u16(&message->to, sizeof value);
        put_bytes(&message->to, value, sizeof value);
    }
    for (unsigned i = 0; i < 6; i++) {
        put_numbered(&message->to, i / 2);
        put_u16(&message->to, TYPE_A);
        put_u16(&message->to, CLASS_IN);
        put_u32(&message->to, 60);
        put_u16(&message->to, 4);
        put_u32(&message->to, 0xc0000201 + i);
    }
    put_u16_at(&message->to, 6, 8);
    put_u16_at(&message->to, 10, 6);
    answer_init(&answer, &question, records, sizeof records);
    assert_true(relay_read(&question, message->wire, message->to.pos, NULL, &answer));
    assert_int_equal(answer.count[SECTION_ADDITIONAL], 6);
    assert_int_equal(answer.len, 8 * (12 + 4000) + 6 * (11 + 14));
    assert_readable(&question, &answer);
    request.question = question;
    len = reply_write(&request, &answer, 0, NULL, out, sizeof out);
    assert_false(points_forward(out, len));
}

/* A record that a name server sends twice, with whatever TTL (RFC 2181 section 5), comes
 * once. */
TEST(a_record_that_stands_there_twice_comes_once)
{
    const uint8_t wire[] = {REPLY(4, 0),   HOST_TEST_A, ASKED,   ADDRESS,   ASKED,
                            OTHER_ADDRESS, ASKED,       ADDRESS, HOST_TEST, ADDRESS};
    const uint8_t expected[] = {ASKED, ADDRESS, ASKED, OTHER_ADDRESS};

    assert_replied(TYPE_A, wire, 2, expected);
}

/* There may not be two (RFC 2181 section 10.1). */
TEST(the_first_alias_of_a_name_is_the_one_that_is_followed)
{
    const uint8_t wire[] = {
        REPLY(3, 0), HOST_TEST_A,      ASKED,  RECORD(5, 60, 8), A_TEST,
        ASKED,       RECORD(5, 60, 8), B_TEST, A_TEST,           ADDRESS};
    const uint8_t expected[] = {ASKED, RECORD(5, 60, 8), A_TEST, POINTER(39), ADDRESS};

    assert_replied(TYPE_A, wire, 2, expected);
}

TEST(an_alias_of_itself_is_none_beside_data)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED,  RECORD(5, 60, 2),
                            ASKED,       ASKED,       ADDRESS};
    const uint8_t expected[] = {ASKED, ADDRESS};

    assert_replied(TYPE_A, wire, 1, expected);
}

TEST(nothing_stands_behind_a_chain_that_is_a_ring)
{
    const uint8_t wire[] = {
        REPLY(3, 0), HOST_TEST_A,      ASKED, RECORD(5, 60, 8), A_TEST,
        A_TEST,      RECORD(5, 60, 2), ASKED, A_TEST,           ADDRESS};
    const uint8_t expected[] = {ASKED,       RECORD(5, 60, 8),  A_TEST,
                                POINTER(39), RECORD(5, 60, 11), HOST_TEST};

    assert_replied(TYPE_A, wire, 2, expected);
}

TEST(an_owner_that_comes_again_is_a_pointer)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 0, 2),
                            HOST_TEST,
                            ASKS(15),
                            MAIL,
                            A_TEST,
                            ADDRESS,
                            A_TEST,
                            OTHER_ADDRESS};
    const uint8_t expected[] = {MAIL, A_TEST, ADDRESS, POINTER(49), OTHER_ADDRESS};

    assert_replied(15, wire, 1, expected);
}

/* No room. */

TEST(without_room_an_answer_is_false_and_clean_wherever_it_ends)
{
    const uint8_t wire[] = {REPLY(2, 1), HOST_TEST_A,      ASKED,  RECORD(5, 10, 8), A_TEST,
                            A_TEST,      RECORD(5, 20, 8), B_TEST, SOA_OF_TEST};
    struct question question = host_test(TYPE_A);
    struct answer answer;
    size_t whole;

    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    whole = answer.len;
    for (size_t room = 0; room < whole; room++) {
        answer_init(&answer, &question, records, room);
        assert_false(relay_read(&question, BYTES(wire), NULL, &answer));
        assert_int_equal(answer.len, 0);
        assert_int_equal(answer.rcode, RCODE_NOERROR);
        for (int i = 0; i < SECTIONS; i++)
            assert_int_equal(answer.count[i], 0);
    }
    answer_init(&answer, &question, records, whole);
    assert_true(relay_read(&question, BYTES(wire), NULL, &answer));
}

/* Memory: a record may cost no more than its octets. */

static long most_memory_kib(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* ldns would keep an object of some hundred octets for each string. */
TEST(a_text_of_60000_empty_strings_costs_little_memory)
{
    struct question question = host_test(16);
    struct message *message = message_begin(&question, 0x8180);
    struct answer answer;
    long before;

    put_u16(&message->to, 0xc00c);
    put_u16(&message->to, 16);
    put_u16(&message->to, CLASS_IN);
    put_u32(&message->to, 60);
    put_u16(&message->to, 60000);
    for (int i = 0; i < 60000; i++)
        put_u8(&message->to, 0);
    put_u16_at(&message->to, 6, 1);
    memset(records, 0, sizeof records);
    before = most_memory_kib();
    answer_init(&answer, &question, records, sizeof records);
    assert_true(relay_read(&question, message->wire, message->to.pos, NULL, &answer));
    assert_int_equal(answer.len, 12 + 60000);
    assert_in_range(most_memory_kib() - before, 0, 1024);
}

/* 4,094 addresses are what 64 KiB hold. */
TEST(a_message_full_of_addresses_is_passed_on_in_any_order)
{
    static uint8_t addresses[4000 * 4];
    const struct relay_order order = {.addresses = addresses, .count = 4000, .size = 4};
    struct question question = host_test(TYPE_A);
    struct message *message = message_begin(&question, 0x8180);
    struct answer answer;

    for (unsigned i = 0; i < 4000; i++) {
        const uint8_t address[] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i};
        const uint8_t head[] = {ASKED, RECORD(1, 60, 4)};

        put_bytes(&message->to, head, sizeof head);
        put_bytes(&message->to, address, 4);
        memcpy(addresses + (3999 - i) * 4, address, 4);
    }
    put_u16_at(&message->to, 6, 4000);
    answer_init(&answer, &question, records, sizeof records);
    assert_true(relay_read(&question, message->wire, message->to.pos, &order, &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 4000);
    assert_memory_equal(answer.records + 12, addresses, 4);
    assert_memory_equal(answer.records + 3999 * 16 + 12, addresses + 3999 * 4, 4);
}

TEST(any_takes_all_that_stands_at_the_name)
{
    const uint8_t wire[] = {REPLY(3, 0),       HOST_TEST_A, ASKED,  ADDRESS, ASKED,
                            RECORD(16, 60, 1), 0,           B_TEST, ADDRESS};
    const uint8_t expected[] = {POINTER(12), ADDRESS, POINTER(12), RECORD(16, 60, 1), 0};

    assert_relayed(TYPE_ANY, wire, 2, expected);
}

TEST(what_is_added_stands_behind_what_was_there)
{
    const uint8_t first[] = {REPLY(1, 0), HOST_TEST_A, ASKED, ADDRESS};
    const uint8_t second[] = {REPLY(1, 0), HOST_TEST,         ASKS(16),
                              ASKED,       RECORD(16, 60, 1), 0};
    const uint8_t expected[] = {POINTER(12), ADDRESS, POINTER(12), RECORD(16, 60, 1), 0};
    struct question question = host_test(TYPE_ANY);
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_true(relay_read(&question, BYTES(first), NULL, &answer));
    assert_true(relay_read(&question, BYTES(second), NULL, &answer));
    assert_records(answer, 2, expected);
}

/* RFC 6672 section 2.3: a DNAME rewrites what is below its owner, not the owner. */
TEST(a_dname_at_a_name_of_the_chain_is_left_out)
{
    const uint8_t wire[] = {REPLY(4, 0), HOST_TEST_A,      ASKED,  DNAME(30),
                            ASKED,       RECORD(5, 10, 8), A_TEST, A_TEST,
                            DNAME(30),   A_TEST,           ADDRESS};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST, POINTER(39),
                                ADDRESS};

    assert_relayed(TYPE_A, wire, 2, expected);
}

#define OTHER_Y   5, 'o', 't', 'h', 'e', 'r', 1, 'y', 0
#define A_OTHER_Y 1, 'a', OTHER_Y
#define A_Y       1, 'a', 1, 'y', 0

/* a.other.y stands below other.y, where the chain gets over an alias that no DNAME made. */
TEST(a_dname_in_the_middle_of_a_chain_comes_before_what_it_rewrites)
{
    const uint8_t wire[] = {
        REPLY(4, 0), HOST_TEST_A, OTHER_Y,          DNAME(30), ASKED, RECORD(5, 10, 11),
        A_OTHER_Y,   A_OTHER_Y,   RECORD(5, 30, 5), A_Y,       A_Y,   ADDRESS};
    const uint8_t expected[] = {
        POINTER(12), RECORD(5, 10, 11), A_OTHER_Y, OTHER_Y,     DNAME(30),
        A_OTHER_Y,   RECORD(5, 30, 5),  A_Y,       POINTER(93), ADDRESS};

    assert_replied(TYPE_A, wire, 4, expected);
}

/* Ends with `count` CNAME records, owned by what the first of 8,000 pointers leads to. */
static size_t message_of_pointers(uint8_t *wire, uint16_t count)
{
    enum { FIRST = 0x4000 - 16002 };
    struct writer out = writer_of(wire, 65535);
    const uint8_t question[] = {HEADER(0x8180, 1, 1, 0, 0), HOST_TEST_A};

    put_bytes(&out, BYTES(question));
    put_u16_at(&out, 6, (uint16_t)(count + 1));
    put_bytes(&out, (const uint8_t[]){ASKED, RECORD(16, 60, 0)}, 12);
    put_u16_at(&out, out.pos - 2,
               (uint16_t)(0x4000 - out.pos)); /* the pointers are its data */
    while (out.pos < FIRST)
        put_u8(&out, 0);
    while (out.pos < 0x3ffe)
        put_u16(&out, (uint16_t)(0xc000 | (out.pos + 2)));
    put_u16(&out, 0xc00c);
    while (count-- > 0) {
        put_u16(&out, 0xc000 | FIRST);
        put_bytes(&out, (const uint8_t[]){RECORD(5, 60, 2)}, 10);
        put_u16(&out, 0xc000 | FIRST);
    }
    assert_false(out.failed);
    return out.pos;
}

/* Following them all would take 56 million steps; the reading ends with the first name that
 * has too many. */
TEST(a_reply_of_pointers_to_pointers_is_refused)
{
    static uint8_t wire[65535];

    assert_refused(wire, message_of_pointers(wire, 3500));
}

/* libc has seen a part of the addresses. */
static bool reads_part(const uint8_t *wire, size_t len, const uint8_t *addresses,
                       size_t size, struct answer *answer)
{
    const struct relay_order order = {
        .addresses = addresses, .count = size / 4, .size = 4, .is_part = true};
    struct question question = host_test(TYPE_A);

    answer_init(answer, &question, records, sizeof records);
    return relay_read(&question, wire, len, &order, answer);
}

TEST(addresses_that_libc_has_not_seen_follow_the_others)
{
    const uint8_t wire[] = {REPLY(4, 0),   HOST_TEST_A,   ADDRESS_OF(1),
                            ADDRESS_OF(2), ADDRESS_OF(3), ADDRESS_OF(4)};
    const uint8_t expected[] = {ADDRESS_OF(3), ADDRESS_OF(2), ADDRESS_OF(1), ADDRESS_OF(4)};
    const uint8_t addresses[] = {192, 0, 2, 3, 192, 0, 2, 2};
    struct answer answer;

    assert_true(reads_part(BYTES(wire), BYTES(addresses), &answer));
    assert_records(answer, 4, expected);
}

/* Then they are another source's. */
TEST(if_libc_has_others_nothing_follows)
{
    const uint8_t wire[] = {REPLY(3, 0), HOST_TEST_A, ADDRESS_OF(1), ADDRESS_OF(2),
                            ADDRESS_OF(3)};
    const uint8_t expected[] = {ADDRESS_OF(2)};
    const uint8_t addresses[] = {192, 0, 2, 2, 192, 0, 2, 9};
    struct answer answer;

    assert_true(reads_part(BYTES(wire), BYTES(addresses), &answer));
    assert_records(answer, 1, expected);
}

TEST(ipv4_mapped_addresses_do_not_follow)
{
    const uint8_t wire[] = {REPLY(2, 0),
                            HOST_TEST,
                            ASKS(28),
                            ASKED,
                            RECORD(28, 60, 16),
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0xff,
                            0xff,
                            192,
                            0,
                            2,
                            1,
                            ASKED,
                            RECORD(28, 60, 16),
                            0x20,
                            1,
                            0xd,
                            0xb8,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            1};
    const struct relay_order order = {
        .addresses = (const uint8_t *)"", .size = 16, .is_part = true};
    struct question question = host_test(28);
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    assert_true(relay_read(&question, BYTES(wire), &order, &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 1);
    assert_memory_equal(answer.records, wire + sizeof wire - 28, 28);
}
