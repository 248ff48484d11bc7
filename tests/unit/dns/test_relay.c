#include "../mutate.h"
#include "wire.h"

#include "dns/relay.h"
#include "dns/reply.h"

#include <ldns/ldns.h>
#include <sys/resource.h>

/* Names of the chains, and where the asked one stands in a message. */
#define A_TEST 1, 'a', 4, 't', 'e', 's', 't', 0
#define B_TEST 1, 'b', 4, 't', 'e', 's', 't', 0
#define ASKED  POINTER(12)

/* The header of a reply with RCODE NOERROR and of one with NXDOMAIN. */
#define REPLY(answers, authorities) HEADER(0x8180, 1, answers, authorities, 0)
#define NXDOMAIN(answers)           HEADER(0x8183, 1, answers, 0, 0)

#define ADDRESS RECORD(1, 60, 4), 192, 0, 2, 10

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

static void the_asked_records_are_taken_with_their_ttls(void **state)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 4), 192, 0,
                            2,           10,          ASKED, RECORD(1, 70, 4), 192, 0,
                            2,           11};
    /* One TTL for the set (RFC 2181 section 5.2). */
    const uint8_t expected[] = {POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 10,
                                POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 11};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.rcode, RCODE_NOERROR);
    assert_records(answer, 2, expected);
}

static void an_owner_may_be_spelled_otherwise(void **state)
{
    const uint8_t wire[] = {REPLY(1, 0), 4,   'H', 'O',     'S', 'T', 4,      't', 'E',
                            's',         't', 0,   ASKS(1), 4,   'h', 'o',    's', 'T',
                            4,           't', 'e', 's',     't', 0,   ADDRESS};
    const uint8_t expected[] = {POINTER(12), ADDRESS};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 1, expected);
}

static void the_rcode_is_the_servers(void **state)
{
    const uint8_t nxdomain[] = {NXDOMAIN(0), HOST_TEST_A};
    const uint8_t refused[] = {HEADER(0x8185, 1, 0, 0, 0), HOST_TEST_A};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(nxdomain), &answer));
    assert_int_equal(answer.rcode, RCODE_NXDOMAIN);
    assert_int_equal(answer.len, 0);
    assert_true(reads(TYPE_A, BYTES(refused), &answer));
    assert_int_equal(answer.rcode, RCODE_REFUSED);
}

static void a_chain_is_kept_in_its_order(void **state)
{
    const uint8_t wire[] = {
        REPLY(3, 0), HOST_TEST_A,      ASKED,  RECORD(5, 10, 8), A_TEST,
        A_TEST,      RECORD(5, 20, 8), B_TEST, B_TEST,           ADDRESS};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST,
                                POINTER(39), RECORD(5, 20, 8), B_TEST,
                                POINTER(59), ADDRESS};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 3, expected);
}

static void a_chain_in_disorder_is_put_in_order(void **state)
{
    const uint8_t wire[] = {
        REPLY(3, 0),      HOST_TEST_A, B_TEST, ADDRESS,          A_TEST,
        RECORD(5, 20, 8), B_TEST,      ASKED,  RECORD(5, 10, 8), A_TEST};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST,
                                POINTER(39), RECORD(5, 20, 8), B_TEST,
                                POINTER(59), ADDRESS};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 3, expected);
}

static void compressed_names_are_written_whole(void **state)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED,       RECORD(5, 10, 4), 1,
                            'a',         POINTER(17), POINTER(39), ADDRESS};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST, POINTER(39),
                                ADDRESS};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 2, expected);
}

static void a_chain_to_nothing_keeps_its_aliases_and_the_rcode(void **state)
{
    const uint8_t wire[] = {NXDOMAIN(1), HOST_TEST_A, ASKED, RECORD(5, 10, 8), A_TEST};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.rcode, RCODE_NXDOMAIN);
    assert_records(answer, 1, expected);
}

static void an_asked_alias_is_not_followed(void **state)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST,        ASKS(5),
                            ASKED,       RECORD(5, 10, 8), A_TEST,
                            A_TEST,      RECORD(5, 20, 8), B_TEST};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_CNAME, BYTES(wire), &answer));
    assert_records(answer, 1, expected);
}

static void a_loop_of_aliases_ends(void **state)
{
    const uint8_t wire[] = {REPLY(2, 0),       HOST_TEST_A, ASKED,
                            RECORD(5, 10, 8),  A_TEST,      A_TEST,
                            RECORD(5, 20, 11), HOST_TEST};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_in_range(answer.count[SECTION_ANSWER], 2, 16);
}

static void records_beside_the_chain_are_left_out(void **state)
{
    const uint8_t wire[] = {REPLY(4, 0), HOST_TEST_A,
                            B_TEST,      ADDRESS,
                            ASKED,       RECORD(28, 60, 16),
                            0x20,        1,
                            0x0d,        0xb8,
                            0,           0,
                            0,           0,
                            0,           0,
                            0,           0,
                            0,           0,
                            0,           1,
                            ASKED,       ADDRESS,
                            B_TEST,      RECORD(5, 60, 8),
                            A_TEST};
    const uint8_t expected[] = {POINTER(12), ADDRESS};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 1, expected);
}

static void addresses_of_the_middle_of_a_chain_are_left_out(void **state)
{
    const uint8_t wire[] = {REPLY(3, 0),
                            HOST_TEST_A,
                            ASKED,
                            RECORD(5, 10, 8),
                            A_TEST,
                            ASKED,
                            RECORD(1, 60, 4),
                            203,
                            0,
                            113,
                            1,
                            A_TEST,
                            ADDRESS};
    const uint8_t expected[] = {POINTER(12), RECORD(5, 10, 8), A_TEST, POINTER(39),
                                ADDRESS};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 2, expected);
}

static void records_of_another_class_are_left_out(void **state)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED,  U16(5), U16(3), 0,      0, 0,
                            60,          U16(8),      A_TEST, ASKED,  U16(1), U16(3), 0, 0,
                            0,           60,          U16(4), 192,    0,      2,      1};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
}

static void a_reply_cut_anywhere_is_refused(void **state)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED,  RECORD(5, 10, 8),
                            A_TEST,      A_TEST,      ADDRESS};

    (void)state;
    for (size_t len = 0; len < sizeof wire; len++)
        assert_refused(wire, len);
}

static void records_that_are_counted_but_missing_are_refused(void **state)
{
    const uint8_t wire[] = {REPLY(65535, 0), HOST_TEST_A, ASKED, ADDRESS};

    (void)state;
    assert_refused(BYTES(wire));
}

/* ldns would read the next record from the middle of this one. */
static void an_address_of_8_octets_is_refused(void **state)
{
    const uint8_t wire[] = {
        REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 8), 192, 0, 2, 10, 192, 0, 2, 11};

    (void)state;
    assert_refused(BYTES(wire));
}

static void an_address_of_3_octets_is_refused(void **state)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 3), 192, 0, 2};

    (void)state;
    assert_refused(BYTES(wire));
}

static void octets_behind_an_aliases_target_are_refused(void **state)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 9), A_TEST, 0};

    (void)state;
    assert_refused(BYTES(wire));
}

static void an_alias_longer_than_its_record_is_refused(void **state)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 7), A_TEST};

    (void)state;
    assert_refused(BYTES(wire));
}

static void a_pointer_to_itself_is_refused(void **state)
{
    const uint8_t owner[] = {REPLY(1, 0), HOST_TEST_A, POINTER(27), ADDRESS};
    const uint8_t target[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 2),
                              POINTER(39)};

    (void)state;
    assert_refused(BYTES(owner));
    assert_refused(BYTES(target));
}

static void a_pointer_behind_the_end_is_refused(void **state)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, POINTER(0x3fff), ADDRESS};

    (void)state;
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

static void a_target_has_at_most_255_octets(void **state)
{
    struct answer answer;

    (void)state;
    assert_true(reads_target(255, &answer));
    assert_int_equal(answer.len, 12 + 255);
    assert_false(reads_target(256, &answer));
}

static void an_answer_without_room_is_refused_and_empty(void **state)
{
    const uint8_t wire[] = {REPLY(2, 0), HOST_TEST_A, ASKED, ADDRESS, ASKED, ADDRESS};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    (void)state;
    answer_init(&answer, &question, records, 31);
    assert_false(relay_read(&question, BYTES(wire), NULL, &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.len, 0);
}

static void a_record_of_any_type_is_passed_on_as_it_is(void **state)
{
    const uint8_t mx[] = {REPLY(1, 0), HOST_TEST, ASKS(15), ASKED, RECORD(15, 60, 6),
                          0,           10,        1,        'a',   POINTER(17)};
    const uint8_t mx_expected[] = {POINTER(12), RECORD(15, 60, 10), 0, 10, A_TEST};
    const uint8_t odd[] = {REPLY(1, 0),          HOST_TEST, U16(65280), U16(1), ASKED,
                           RECORD(65280, 60, 4), 0xc0,      12,         0,      255};
    const uint8_t odd_expected[] = {POINTER(12), RECORD(65280, 60, 4), 0xc0, 12, 0, 255};
    struct answer answer;

    (void)state;
    assert_true(reads(15, BYTES(mx), &answer));
    assert_records(answer, 1, mx_expected);
    assert_true(reads(65280, BYTES(odd), &answer));
    assert_records(answer, 1, odd_expected);
}

/* As many records as the header says, and no octet more. */
static void assert_whole(const uint8_t *wire, size_t len)
{
    struct reader in = reader_of(wire, len);

    in.pos = 12;
    assert_true(name_skip(&in) && get_skip(&in, 4));
    for (int i = LDNS_ANCOUNT(wire) + LDNS_NSCOUNT(wire) + LDNS_ARCOUNT(wire); i > 0; i--)
        assert_true(record_skip(&in));
    assert_int_equal(reader_left(&in), 0);
}

/* What the reader accepts becomes a reply that another implementation can read. */
static void assert_readable(const struct question *question, const struct answer *answer)
{
    static uint8_t out[65535];
    struct request request = {
        .has_question = true, .class = CLASS_IN, .question = *question};
    size_t len = reply_write(&request, answer, 0, NULL, out, sizeof out);
    ldns_pkt *packet;

    assert_whole(out, len);
    if (ldns_wire2pkt(&packet, out, len) != LDNS_STATUS_OK)
        return; /* the data of a type without names was malformed and still is */
    assert_int_equal(ldns_pkt_ancount(packet), answer->count[SECTION_ANSWER]);
    for (size_t i = 0; i < answer->count[SECTION_ANSWER]; i++) {
        unsigned type = ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_answer(packet), i));

        assert_true(type == question->type || type == TYPE_CNAME || type == 39 ||
                    type == 46);
    }
    ldns_pkt_free(packet);
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

static void spoilt_replies_are_refused_or_readable(void **state)
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
    const uint8_t soa[] = {REPLY(1, 0),
                           HOST_TEST,
                           ASKS(6),
                           ASKED,
                           RECORD(6, 60, 24),
                           POINTER(12),
                           POINTER(17),
                           0,
                           0,
                           0,
                           1,
                           0,
                           0,
                           0,
                           2,
                           0,
                           0,
                           0,
                           3,
                           0,
                           0,
                           0,
                           4,
                           0,
                           0,
                           0,
                           5};

    (void)state;
    spoil(TYPE_A, BYTES(chain));
    spoil(15, BYTES(mail));
    spoil(16, BYTES(text));
    spoil(TYPE_SOA, BYTES(soa));
}

/* RFC 2181 section 8. */
static void a_ttl_with_its_highest_bit_set_is_0(void **state)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED,  U16(1), 0, 1, 0x80, 0,
                            0,           0,           U16(4), 192,    0, 2, 10};
    const uint8_t expected[] = {POINTER(12), RECORD(1, 0, 4), 192, 0, 2, 10};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 1, expected);
}

static void an_address_of_0_octets_is_refused(void **state)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 0)};

    (void)state;
    assert_refused(BYTES(wire));
}

/* RFC 3597, and NULL (10) and APL (42) too. */
static void a_record_of_an_unknown_type_may_be_empty(void **state)
{
    const uint8_t wire[] = {REPLY(1, 0), HOST_TEST, U16(65280),
                            U16(1),      ASKED,     RECORD(65280, 60, 0)};
    const uint8_t expected[] = {POINTER(12), RECORD(65280, 60, 0)};
    struct answer answer;

    (void)state;
    assert_true(reads(65280, BYTES(wire), &answer));
    assert_records(answer, 1, expected);
}

static void an_address_or_alias_of_0_octets_is_refused(void **state)
{
    const uint8_t address[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(1, 60, 0)};
    const uint8_t alias[] = {REPLY(1, 0), HOST_TEST_A, ASKED, RECORD(5, 60, 0)};

    (void)state;
    assert_refused(BYTES(address));
    assert_refused(BYTES(alias));
}

/* ldns gives each string of a TXT record a block as large as the whole record. */
static void a_text_of_many_empty_strings_costs_little(void **state)
{
    static uint8_t wire[39 + 60000] = {
        REPLY(1, 0), HOST_TEST, ASKS(16), ASKED, U16(16), 0, 1, 0, 0, 0, 60, U16(60000)};
    struct rusage before, after;
    struct answer answer;

    (void)state;
    getrusage(RUSAGE_SELF, &before);
    assert_true(reads(16, BYTES(wire), &answer));
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(answer.len, 12 + 60000);
    assert_true(after.ru_maxrss - before.ru_maxrss < 50000);
}

/* What stands at the end would be left out, and "no data" would be said of it. */
static void a_chain_longer_than_we_follow_is_refused(void **state)
{
    uint8_t wire[1024] = {HEADER(0x8180, 1, 0, 0, 0), HOST_TEST_A};
    struct writer to = writer_of(wire, sizeof wire);
    struct answer answer;
    char name = 'A';

    (void)state;
    to.pos = 27;
    for (int i = 0; i < 17; i++) {
        if (i == 0)
            put_u16(&to, 0xc00c);
        else
            put_bytes(&to, (uint8_t[]){1, (uint8_t)(name + i - 1), 0}, 3);
        put_bytes(&to, (uint8_t[]){RECORD(5, 60, 3), 1, (uint8_t)(name + i), 0}, 13);
        put_u16_at(&to, 6, (uint16_t)(i + 1));
        assert_int_equal(reads(TYPE_A, wire, to.pos, &answer), i < 16);
    }
}

/* RFC 2308: the SOA record says how long "no data" holds. */
static void the_authority_of_a_negative_reply_comes_along(void **state)
{
    const uint8_t wire[] = {REPLY(0, 1), HOST_TEST_A, POINTER(17), RECORD(2, 60, 2), ASKED};
    const uint8_t expected[] = {4, 't', 'e', 's', 't', 0, RECORD(2, 60, 11), HOST_TEST};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
    assert_int_equal(answer.len, sizeof expected);
    assert_memory_equal(answer.records, expected, sizeof expected);
}

static void the_authority_of_a_positive_reply_is_left_out(void **state)
{
    const uint8_t wire[] = {REPLY(1, 1), HOST_TEST_A,      ASKED, ADDRESS,
                            POINTER(17), RECORD(2, 60, 2), ASKED};
    const uint8_t expected[] = {POINTER(12), ADDRESS};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 1, expected);
    assert_int_equal(answer.count[SECTION_AUTHORITY], 0);
}

static void with_do_the_authority_comes_along(void **state)
{
    const uint8_t wire[] = {REPLY(1, 1), HOST_TEST_A,      ASKED, ADDRESS,
                            POINTER(17), RECORD(2, 60, 2), ASKED};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    (void)state;
    question.flags = QUESTION_DNSSEC_OK;
    assert_true(read_reply(&question, BYTES(wire), &answer));
    assert_int_equal(answer.count[SECTION_AUTHORITY], 1);
}

/* RFC 4034 section 3: a signature stands beside what it signs; others are of no use. */
static void signatures_of_the_asked_type_come_along(void **state)
{
    const uint8_t wire[] = {
        REPLY(3, 0),       HOST_TEST_A, ASKED, ADDRESS,           ASKED,
        RECORD(46, 60, 2), U16(1),      ASKED, RECORD(46, 60, 2), U16(28)};
    const uint8_t expected[] = {POINTER(12), ADDRESS, POINTER(12), RECORD(46, 60, 2),
                                U16(1)};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(wire), &answer));
    assert_records(answer, 2, expected);
}

static const uint8_t three_addresses[] = {REPLY(3, 0), HOST_TEST_A,
                                          ASKED,       RECORD(1, 60, 4),
                                          192,         0,
                                          2,           1,
                                          ASKED,       RECORD(1, 60, 4),
                                          192,         0,
                                          2,           2,
                                          ASKED,       RECORD(1, 60, 4),
                                          192,         0,
                                          2,           3};

/* libc sorts addresses (RFC 6724), and leaves out what it does not accept. */
static void addresses_are_passed_on_in_the_given_order(void **state)
{
    const uint8_t addresses[] = {192, 0, 2, 3, 192, 0, 2, 1};
    const struct relay_order order = {.addresses = addresses, .count = 2, .size = 4};
    const uint8_t expected[] = {POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 3,
                                POINTER(12), RECORD(1, 60, 4), 192, 0, 2, 1};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    (void)state;
    answer_init(&answer, &question, records, sizeof records);
    assert_true(relay_read(&question, BYTES(three_addresses), &order, &answer));
    assert_records(answer, 2, expected);
}

static void an_address_that_is_not_in_the_reply_is_not_made_up(void **state)
{
    const uint8_t addresses[] = {192, 0, 2, 9};
    const struct relay_order order = {.addresses = addresses, .count = 1, .size = 4};
    struct question question = host_test(TYPE_A);
    struct answer answer;

    (void)state;
    answer_init(&answer, &question, records, sizeof records);
    assert_true(relay_read(&question, BYTES(three_addresses), &order, &answer));
    assert_int_equal(answer.count[SECTION_ANSWER], 0);
}

static void data_is_found_by_type_and_octets(void **state)
{
    const uint8_t second[] = {192, 0, 2, 2}, other[] = {192, 0, 2, 9};
    struct answer answer;

    (void)state;
    assert_true(reads(TYPE_A, BYTES(three_addresses), &answer));
    assert_true(relay_has_data(&answer, TYPE_A, second, 4));
    assert_false(relay_has_data(&answer, TYPE_A, other, 4));
    assert_false(relay_has_data(&answer, TYPE_A, second, 3));
    assert_false(relay_has_data(&answer, TYPE_AAAA, second, 4));
    assert_int_equal(relay_count_type(&answer, TYPE_A), 3);
    assert_true(relay_has_type(&answer, TYPE_A));
    assert_false(relay_has_type(&answer, TYPE_AAAA));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_or_alias_of_0_octets_is_refused),
        cmocka_unit_test(a_text_of_many_empty_strings_costs_little),
        cmocka_unit_test(a_chain_longer_than_we_follow_is_refused),
        cmocka_unit_test(the_authority_of_a_negative_reply_comes_along),
        cmocka_unit_test(the_authority_of_a_positive_reply_is_left_out),
        cmocka_unit_test(with_do_the_authority_comes_along),
        cmocka_unit_test(signatures_of_the_asked_type_come_along),
        cmocka_unit_test(addresses_are_passed_on_in_the_given_order),
        cmocka_unit_test(an_address_that_is_not_in_the_reply_is_not_made_up),
        cmocka_unit_test(data_is_found_by_type_and_octets),
        cmocka_unit_test(a_ttl_with_its_highest_bit_set_is_0),
        cmocka_unit_test(an_address_of_0_octets_is_refused),
        cmocka_unit_test(a_record_of_an_unknown_type_may_be_empty),
        cmocka_unit_test(the_asked_records_are_taken_with_their_ttls),
        cmocka_unit_test(an_owner_may_be_spelled_otherwise),
        cmocka_unit_test(the_rcode_is_the_servers),
        cmocka_unit_test(a_chain_is_kept_in_its_order),
        cmocka_unit_test(a_chain_in_disorder_is_put_in_order),
        cmocka_unit_test(compressed_names_are_written_whole),
        cmocka_unit_test(a_chain_to_nothing_keeps_its_aliases_and_the_rcode),
        cmocka_unit_test(an_asked_alias_is_not_followed),
        cmocka_unit_test(a_loop_of_aliases_ends),
        cmocka_unit_test(records_beside_the_chain_are_left_out),
        cmocka_unit_test(addresses_of_the_middle_of_a_chain_are_left_out),
        cmocka_unit_test(records_of_another_class_are_left_out),
        cmocka_unit_test(a_reply_cut_anywhere_is_refused),
        cmocka_unit_test(records_that_are_counted_but_missing_are_refused),
        cmocka_unit_test(an_address_of_8_octets_is_refused),
        cmocka_unit_test(an_address_of_3_octets_is_refused),
        cmocka_unit_test(octets_behind_an_aliases_target_are_refused),
        cmocka_unit_test(an_alias_longer_than_its_record_is_refused),
        cmocka_unit_test(a_pointer_to_itself_is_refused),
        cmocka_unit_test(a_pointer_behind_the_end_is_refused),
        cmocka_unit_test(a_target_has_at_most_255_octets),
        cmocka_unit_test(an_answer_without_room_is_refused_and_empty),
        cmocka_unit_test(a_record_of_any_type_is_passed_on_as_it_is),
        cmocka_unit_test(spoilt_replies_are_refused_or_readable),
    };
    return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
