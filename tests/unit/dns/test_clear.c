/*
 * Tests which replies are clear. tests/system/test_verdict_left_out.py shows with libc
 * and real name servers that libc takes such replies just as they stand.
 */
#include "../mutate.h"
#include "wire.h"

#include "dns/clear.h"
#include "dns/rcode.h"
#include "dns/relay.h"

/* The place of the asked name in a message, and names of the chain. */
#define ASKED     POINTER(12)
#define A_TEST    1, 'a', 4, 't', 'e', 's', 't', 0
#define B_TEST    1, 'b', 4, 't', 'e', 's', 't', 0
#define ODD_TEST  1, '!', 4, 't', 'e', 's', 't', 0
#define DASH_TEST 2, '-', 'a', 4, 't', 'e', 's', 't', 0

#define REPLY(answers)                     HEADER(0x8180, 1, answers, 0, 0)
#define REPLY_WITH(rcode, answers, au, ad) HEADER(0x8180 | (rcode), 1, answers, au, ad)
#define TRUNCATED                          HEADER(0x8380, 1, 1, 0, 0)

#define ADDRESS   RECORD(1, 60, 4), 192, 0, 2, 10
#define ADDRESS6  RECORD(28, 60, 16), 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define MAPPED    RECORD(28, 60, 16), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 10
#define CNAME(to) RECORD(5, 60, sizeof((uint8_t[]){to})), to
#define PTR(to)   RECORD(12, 60, sizeof((uint8_t[]){to})), to
#define SOA                                                                                \
    RECORD(6, 60, 22), ROOT, ROOT, U16(0), U16(1), U16(0), U16(2), U16(0), U16(3), U16(0), \
        U16(4), U16(0), U16(5)

/* Looks at a copy of exactly this size, so that the sanitizer sees each octet read behind
 * it. */
static bool is_clear_for(const struct question *question, const uint8_t *wire, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    bool clear;

    assert_non_null(copy);
    memcpy(copy, wire, len);
    clear = clear_reply(question, copy, len);
    free(copy);
    return clear;
}

static bool is_clear(uint16_t type, const uint8_t *wire, size_t len)
{
    struct question question = host_test(type);

    return is_clear_for(&question, wire, len);
}

/* Each case is an array of octets and what is true of it. */
#define clear_if(expected, type, ...)                                                      \
    do {                                                                                   \
        const uint8_t wire[] = {__VA_ARGS__};                                              \
        assert_true(is_clear(type, BYTES(wire)) == (expected));                            \
    } while (0)
#define clear(type, ...)     clear_if(true, type, __VA_ARGS__)
#define not_clear(type, ...) clear_if(false, type, __VA_ARGS__)

TEST(one_address_is_clear)
{
    clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), ASKED, ADDRESS);
    clear(TYPE_AAAA, REPLY(1), HOST_TEST, ASKS(28), ASKED, ADDRESS6);
}

TEST(names_of_an_address_are_clear_however_many)
{
    clear(TYPE_PTR, REPLY(1), HOST_TEST, ASKS(12), ASKED, PTR(A_TEST));
    clear(TYPE_PTR, REPLY(2), HOST_TEST, ASKS(12), ASKED, PTR(A_TEST), ASKED,
          PTR(ODD_TEST));
    clear(TYPE_PTR, REPLY(2), HOST_TEST, ASKS(12), ASKED, CNAME(A_TEST), A_TEST,
          PTR(B_TEST));
    clear(TYPE_PTR, REPLY_WITH(3, 0, 1, 0), HOST_TEST, ASKS(12), ROOT, SOA);
    not_clear(TYPE_PTR, REPLY(2), HOST_TEST, ASKS(12), ASKED, PTR(A_TEST), B_TEST,
              PTR(A_TEST));
    not_clear(TYPE_PTR, REPLY(2), HOST_TEST, ASKS(12), ASKED, PTR(A_TEST), ASKED,
              CNAME(A_TEST));
    not_clear(TYPE_PTR, REPLY(2), HOST_TEST, ASKS(12), ASKED, PTR(A_TEST), ASKED, ADDRESS);
    not_clear(TYPE_PTR, REPLY(1), HOST_TEST, ASKS(12), ASKED, ADDRESS);
}

TEST(two_addresses_may_have_to_be_sorted)
{
    not_clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), ASKED, ADDRESS, ASKED, ADDRESS);
}

TEST(an_address_behind_cnames_is_clear)
{
    clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), ASKED, CNAME(A_TEST), A_TEST, ADDRESS);
    clear(TYPE_A, REPLY(3), HOST_TEST, ASKS(1), ASKED, CNAME(A_TEST), A_TEST, CNAME(B_TEST),
          B_TEST, ADDRESS);
}

TEST(cnames_that_lead_to_no_address_are_clear)
{
    clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), ASKED, CNAME(A_TEST));
    clear(TYPE_A, REPLY_WITH(0, 1, 1, 0), HOST_TEST, ASKS(1), ASKED, CNAME(A_TEST), ROOT,
          SOA);
}

TEST(records_out_of_order_are_not)
{
    not_clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), A_TEST, ADDRESS, ASKED, CNAME(A_TEST));
    not_clear(TYPE_A, REPLY(3), HOST_TEST, ASKS(1), A_TEST, CNAME(B_TEST), ASKED,
              CNAME(A_TEST), B_TEST, ADDRESS);
    not_clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), ASKED, ADDRESS, ASKED, CNAME(A_TEST));
}

TEST(records_of_another_name_are_not)
{
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), A_TEST, ADDRESS);
    not_clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), ASKED, ADDRESS, A_TEST, ADDRESS);
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), A_TEST, CNAME(B_TEST));
}

TEST(other_types_are_not)
{
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), ASKED, ADDRESS6);
    not_clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), ASKED, ADDRESS, ASKED, ADDRESS6);
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), ASKED, RECORD(16, 60, 2), 1, 'x');
    /* DNAME, and RRSIG. */
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), 4, 't', 'e', 's', 't', 0,
              RECORD(39, 60, 1), ROOT);
    not_clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), ASKED, ADDRESS, ASKED,
              RECORD(46, 60, 2), 0, 1);
}

TEST(another_class_is_not)
{
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), ASKED, U16(1), 0, 3, 0, 0, U16(60),
              U16(4), 192, 0, 2, 10);
}

TEST(an_address_of_a_wrong_length_is_not)
{
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), ASKED, RECORD(1, 60, 3), 192, 0, 2);
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), ASKED, RECORD(1, 60, 5), 192, 0, 2, 1,
              0);
    not_clear(TYPE_AAAA, REPLY(1), HOST_TEST, ASKS(28), ASKED, RECORD(28, 60, 4), 192, 0, 2,
              10);
}

TEST(a_mapped_address_is_not)
{
    not_clear(TYPE_AAAA, REPLY(1), HOST_TEST, ASKS(28), ASKED, MAPPED);
}

TEST(names_that_are_no_host_names_are_not)
{
    const uint8_t odd[] = {ODD_TEST}, root[] = {ROOT};
    const uint8_t of_odd[] = {REPLY(1), ODD_TEST, ASKS(1), ASKED, ADDRESS};
    const uint8_t of_root[] = {REPLY(1), ROOT, ASKS(1), ASKED, ADDRESS};
    struct question question = question_of(BYTES(odd), TYPE_A);

    assert_false(is_clear_for(&question, BYTES(of_odd)));
    question = question_of(BYTES(root), TYPE_A);
    assert_false(is_clear_for(&question, BYTES(of_root)));
    not_clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), ASKED, CNAME(ODD_TEST), ODD_TEST,
              ADDRESS);
    not_clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), ASKED, CNAME(DASH_TEST), DASH_TEST,
              ADDRESS);
    not_clear(TYPE_A, REPLY(1), HOST_TEST, ASKS(1), ASKED, CNAME(ROOT));
}

TEST(letter_case_does_not_matter)
{
    clear(TYPE_A, REPLY(2), HOST_TEST, ASKS(1), 4, 'H', 'O', 'S', 'T', 4, 't', 'E', 's',
          't', 0, CNAME(A_TEST), 1, 'A', 4, 't', 'e', 's', 't', 0, ADDRESS);
}

TEST(nothing_is_clear)
{
    clear(TYPE_A, REPLY(0), HOST_TEST, ASKS(1));
    clear(TYPE_A, REPLY_WITH(0, 0, 1, 0), HOST_TEST, ASKS(1), ROOT, SOA);
    clear(TYPE_A, REPLY_WITH(RCODE_NXDOMAIN, 0, 1, 1), HOST_TEST, ASKS(1), ROOT, SOA, OPT);
}

TEST(a_denial_beside_records_is_not)
{
    not_clear(TYPE_A, REPLY_WITH(RCODE_NXDOMAIN, 1, 0, 0), HOST_TEST, ASKS(1), ASKED,
              ADDRESS);
    not_clear(TYPE_A, REPLY_WITH(RCODE_NXDOMAIN, 1, 0, 0), HOST_TEST, ASKS(1), ASKED,
              CNAME(A_TEST));
}

TEST(other_rcodes_are_not)
{
    for (unsigned rcode = 1; rcode < 16; rcode++)
        if (rcode != RCODE_NXDOMAIN)
            not_clear(TYPE_A, REPLY_WITH(rcode, 0, 0, 0), HOST_TEST, ASKS(1));
}

TEST(a_truncated_reply_is_not)
{
    not_clear(TYPE_A, TRUNCATED, HOST_TEST, ASKS(1), ASKED, ADDRESS);
}

TEST(a_question_for_no_address_is_not)
{
    not_clear(5, REPLY(1), HOST_TEST, ASKS(5), ASKED, CNAME(A_TEST));
    not_clear(TYPE_ANY, REPLY(1), HOST_TEST, ASKS(255), ASKED, ADDRESS);
}

/* A chain a.test, b.test, a.test and so on behind host.test, and perhaps an address. */
static size_t write_chain(uint8_t *wire, unsigned cnames, bool address)
{
    const uint8_t head[] = {HEADER(0x8180, 1, cnames + address, 0, 0), HOST_TEST, ASKS(1)};
    const uint8_t first[] = {ASKED, CNAME(A_TEST)};
    const uint8_t hops[2][28] = {{B_TEST, CNAME(A_TEST)}, {A_TEST, CNAME(B_TEST)}};
    const uint8_t ends[2][22] = {{B_TEST, ADDRESS}, {A_TEST, ADDRESS}};
    struct writer to = writer_of(wire, 4096);

    put_bytes(&to, head, sizeof head);
    put_bytes(&to, first, sizeof first);
    for (unsigned i = 1; i < cnames; i++)
        put_bytes(&to, hops[i % 2], 26);
    if (address)
        put_bytes(&to, ends[cnames % 2], sizeof ends[0]);
    return to.pos;
}

TEST(a_chain_has_at_most_eight_cnames)
{
    struct question question = host_test(TYPE_A);
    uint8_t wire[4096];

    assert_true(is_clear_for(&question, wire, write_chain(wire, 8, true)));
    assert_false(is_clear_for(&question, wire, write_chain(wire, 9, true)));
    assert_false(is_clear_for(&question, wire, write_chain(wire, 10, false)));
}

TEST(the_longest_host_name_is_clear)
{
    uint8_t name[255], wire[512];
    struct writer to = writer_of(wire, sizeof wire);
    const uint8_t head[] = {REPLY(1)}, tail[] = {ASKS(1), ASKED, ADDRESS};
    struct question question;

    long_name(name, sizeof name);
    put_bytes(&to, head, sizeof head);
    put_bytes(&to, name, sizeof name);
    put_bytes(&to, tail, sizeof tail);
    question = question_of(name, sizeof name, TYPE_A);
    assert_true(is_clear_for(&question, wire, to.pos));
}

TEST(a_long_reply_is_not)
{
    static const uint8_t head[] = {
        REPLY_WITH(0, 1, 0, 1), HOST_TEST, ASKS(1), ASKED, ADDRESS, ROOT};
    uint8_t wire[8192] = {0};
    struct question question = host_test(TYPE_A);
    struct writer to = writer_of(wire, sizeof wire);

    put_bytes(&to, head, sizeof head);
    put_u16(&to, 10); /* NULL */
    put_u16(&to, 1);
    put_u32(&to, 0);
    put_u16(&to, (uint16_t)(4096 - to.pos - 2));
    assert_true(is_clear_for(&question, wire, 4096));
    put_u16_at(&to, to.pos - 2, (uint16_t)(4097 - to.pos));
    assert_false(is_clear_for(&question, wire, 4097));
}

#define CHAIN_TO_ADDRESS                                                                   \
    REPLY_WITH(0, 2, 1, 1), HOST_TEST_A, ASKED, CNAME(A_TEST), A_TEST, ADDRESS, ROOT, SOA, \
        OPT

TEST(a_reply_that_cannot_be_read_is_not)
{
    static const uint8_t wire[] = {CHAIN_TO_ADDRESS};
    struct question question = host_test(TYPE_A);

    assert_true(is_clear(TYPE_A, BYTES(wire)));
    for (size_t len = 0; len < sizeof wire; len++)
        assert_false(is_clear_for(&question, wire, len));
}

/* A reply that is clear after any mutation can be passed on, and has at most one
 * address. */
TEST(what_is_clear_can_be_passed_on)
{
    static const uint8_t seed[] = {CHAIN_TO_ADDRESS};
    static uint8_t records[ANSWER_RECORDS_MAX];
    struct question question = host_test(TYPE_A);
    unsigned clear = 0, other = 0;
    struct answer answer;
    size_t len;

    for (int i = 0; i < 20000; i++) {
        uint8_t *wire = mutate(seed, sizeof seed, &len);

        answer_init(&answer, &question, records, sizeof records);
        if (clear_reply(&question, wire, len)) {
            assert_true(relay_read(&question, wire, len, NULL, &answer));
            assert_true(answer_count_type(&answer, TYPE_A) <= 1);
            clear++;
        } else {
            other++;
        }
        free(wire);
    }
    assert_true(clear > 0 && other > 0);
}
