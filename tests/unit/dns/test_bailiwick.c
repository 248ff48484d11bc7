#include "wire.h"

#include "dns/bailiwick.h"
#include "dns/rcode.h"

#define TEST_NAME LABEL('t', 'e', 's', 't'), 0
#define ELSEWHERE LABEL('e', 'v', 'i', 'l'), 0
#define A_TEST    1, 'a', TEST_NAME
#define B_TEST    1, 'b', TEST_NAME
#define DATA      RECORD(1, 60, 4), 192, 0, 2, 10

/* SOA with two root names. */
#define SOA RECORD(6, 60, 22), 0, 0, U32(1), U32(2), U32(3), U32(4), U32(5)
/* A signature of records of a type, whose signer comes next. */
#define SIGNATURE(type, signer_len)                                                        \
    RECORD(46, 60, 18 + signer_len), U16(type), 8, 2, U32(60), U32(0), U32(0), U16(1)
#define NSEC RECORD(47, 60, 1), 0

static size_t authorities, additionals;

/* Keeps what belongs to the answer in a copy, and counts it. */
static void keep(uint16_t type, const uint8_t *wire, size_t len)
{
    struct question question = host_test(type);
    struct sections sections;
    struct chain chain;

    assert_true(sections_read(&sections, wire, len));
    assert_true(chain_find(&chain, &question, &sections.of[SECTION_ANSWER]));
    assert_true(bailiwick_keep(&sections, type, &chain));
    authorities = sections.of[SECTION_AUTHORITY].count;
    additionals = sections.of[SECTION_ADDITIONAL].count;
    sections_free(&sections);
}

static void assert_authorities(const uint8_t *wire, size_t len, size_t expected)
{
    keep(TYPE_A, wire, len);
    assert_int_equal(authorities, expected);
}

static void assert_additionals(uint16_t type, const uint8_t *wire, size_t len,
                               size_t expected)
{
    keep(type, wire, len);
    assert_int_equal(additionals, expected);
}

TEST(an_soa_of_the_name_or_above_it_belongs)
{
    const uint8_t at[] = {HEADER(0x8183, 1, 0, 1, 0), HOST_TEST_A, HOST_TEST, SOA},
                  above[] = {HEADER(0x8183, 1, 0, 1, 0), HOST_TEST_A, TEST_NAME, SOA},
                  root[] = {HEADER(0x8183, 1, 0, 1, 0), HOST_TEST_A, ROOT, SOA};

    assert_authorities(BYTES(at), 1);
    assert_authorities(BYTES(above), 1);
    assert_authorities(BYTES(root), 1);
}

TEST(an_soa_beside_or_below_the_name_does_not)
{
    const uint8_t beside[] = {HEADER(0x8183, 1, 0, 1, 0), HOST_TEST_A, A_TEST, SOA},
                  below[] =
                      {HEADER(0x8183, 1, 0, 1, 0), HOST_TEST_A, 1, 'x', HOST_TEST, SOA},
                  elsewhere[] = {HEADER(0x8183, 1, 0, 1, 0), HOST_TEST_A, ELSEWHERE, SOA};

    assert_authorities(BYTES(beside), 0);
    assert_authorities(BYTES(below), 0);
    assert_authorities(BYTES(elsewhere), 0);
}

TEST(an_soa_above_an_alias_belongs)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 1, 0),
                            HOST_TEST_A,
                            HOST_TEST,
                            RECORD(5, 60, 8),
                            1,
                            'a',
                            ELSEWHERE,
                            ELSEWHERE,
                            SOA};

    assert_authorities(BYTES(wire), 1);
}

/* RFC 4035 section 3.1.3. */
TEST(a_proof_belongs_wherever_it_stands_in_the_zone_of_the_name)
{
    const uint8_t
        by_soa[] = {HEADER(0x8183, 1, 0, 2, 0), HOST_TEST_A, TEST_NAME, SOA, A_TEST, NSEC},
        by_signer[] = {HEADER(0x8180, 1, 0, 2, 0), HOST_TEST_A, A_TEST, NSEC, A_TEST,
                       SIGNATURE(47, 6),           TEST_NAME};

    assert_authorities(BYTES(by_soa), 2);
    assert_authorities(BYTES(by_signer), 2);
}

TEST(a_proof_of_another_zone_does_not)
{
    const uint8_t wire[] = {HEADER(0x8183, 1, 0, 3, 0),
                            HOST_TEST_A,
                            ELSEWHERE,
                            SOA,
                            1,
                            'a',
                            ELSEWHERE,
                            NSEC,
                            1,
                            'a',
                            ELSEWHERE,
                            SIGNATURE(47, 6),
                            ELSEWHERE};

    assert_authorities(BYTES(wire), 0);
}

/* Its signer alone does not make it one, and its memory is not used behind its end. */
TEST(a_signature_of_something_else_does_not)
{
    const uint8_t wire[] = {HEADER(0x8183, 1, 0, 2, 0),
                            HOST_TEST_A,
                            A_TEST,
                            SIGNATURE(1, 6),
                            TEST_NAME,
                            B_TEST,
                            NSEC};

    assert_authorities(BYTES(wire), 1);
}

/* CVE-2025-11411 */
TEST(a_delegation_does_not_and_leads_nowhere)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 0, 4, 3),
                            HOST_TEST_A,
                            HOST_TEST,
                            RECORD(2, 60, 8),
                            A_TEST,
                            TEST_NAME,
                            RECORD(2, 60, 8),
                            A_TEST,
                            ROOT,
                            RECORD(39, 60, 6),
                            ELSEWHERE,
                            HOST_TEST,
                            SIGNATURE(2, 6),
                            TEST_NAME,
                            HOST_TEST,
                            RECORD(2, 60, 8),
                            A_TEST,
                            HOST_TEST,
                            RECORD(39, 60, 6),
                            ELSEWHERE,
                            A_TEST,
                            DATA};

    keep(TYPE_A, BYTES(wire));
    assert_int_equal(authorities, 0);
    assert_int_equal(additionals, 0);
}

TEST(a_record_of_another_type_leads_nowhere)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 0, 1), HOST_TEST, ASKS(15), HOST_TEST,
                            RECORD(2, 60, 8),           A_TEST,    A_TEST,   DATA};

    assert_additionals(15, BYTES(wire), 0);
}

TEST(an_address_above_the_name_does_not)
{
    const uint8_t wire[] = {HEADER(0x8183, 1, 0, 1, 0), HOST_TEST_A, TEST_NAME, DATA};

    assert_authorities(BYTES(wire), 0);
}

TEST(the_address_of_a_mail_exchanger_belongs)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 0, 3),
                            HOST_TEST,
                            ASKS(15),
                            HOST_TEST,
                            RECORD(15, 60, 10),
                            0,
                            10,
                            A_TEST,
                            A_TEST,
                            DATA,
                            B_TEST,
                            DATA,
                            HOST_TEST,
                            DATA};

    assert_additionals(15, BYTES(wire), 2); /* the name's own may come as well */
}

TEST(targets_of_other_types_belong)
{
    const uint8_t srv[] = {HEADER(0x8180, 1, 1, 0, 1),
                           HOST_TEST,
                           ASKS(33),
                           HOST_TEST,
                           RECORD(33, 60, 14),
                           U16(1),
                           U16(1),
                           U16(80),
                           A_TEST,
                           A_TEST,
                           DATA},
                  naptr[] = {HEADER(0x8180, 1, 1, 0, 1),
                             HOST_TEST,
                             ASKS(35),
                             HOST_TEST,
                             RECORD(35, 60, 17),
                             U16(1),
                             U16(1),
                             1,
                             's',
                             0,
                             1,
                             'x',
                             A_TEST,
                             A_TEST,
                             DATA},
                  ns[] = {HEADER(0x8180, 1, 1, 0, 1), HOST_TEST, ASKS(2), HOST_TEST,
                          RECORD(2, 60, 8),           A_TEST,    A_TEST,  DATA};

    assert_additionals(33, BYTES(srv), 1);
    assert_additionals(35, BYTES(naptr), 1);
    assert_additionals(2, BYTES(ns), 1);
}

/* RFC 9460 section 4.2: a chain of aliases comes along. */
TEST(an_additional_record_may_lead_to_the_next)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 0, 2),
                            HOST_TEST,
                            ASKS(65),
                            HOST_TEST,
                            RECORD(65, 60, 10),
                            0,
                            0,
                            A_TEST,
                            A_TEST,
                            RECORD(65, 60, 10),
                            0,
                            1,
                            B_TEST,
                            B_TEST,
                            DATA};

    assert_additionals(65, BYTES(wire), 2);
}

TEST(a_record_of_another_name_leads_nowhere)
{
    const uint8_t wire[] = {HEADER(0x8180, 1, 1, 1, 1),
                            HOST_TEST,
                            ASKS(15),
                            ELSEWHERE,
                            RECORD(15, 60, 10),
                            0,
                            10,
                            A_TEST,
                            ELSEWHERE,
                            RECORD(2, 60, 8),
                            A_TEST,
                            A_TEST,
                            DATA};

    assert_additionals(15, BYTES(wire), 0);
}
