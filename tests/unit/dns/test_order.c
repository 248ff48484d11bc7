/*
 * Tests which replies libc can follow as they stand, and how others are changed.
 * tests/system/test_true_records.py shows what libc makes of them.
 */
#include "../mutate.h"
#include "wire.h"

#include "dns/order.h"
#include "dns/wire.h"

/* The place of the asked name in a message, and names of the chain. */
#define ASKED  POINTER(12)
#define A_TEST 1, 'a', 4, 't', 'e', 's', 't', 0
#define B_TEST 1, 'b', 4, 't', 'e', 's', 't', 0

#define REPLY(answers) HEADER(0x81a0, 1, answers, 0, 0), HOST_TEST_A
#define ADDRESS(last)  RECORD(1, 60, 4), 192, 0, 2, last
#define TO_A           RECORD(5, 60, 8), A_TEST
#define TO_B           RECORD(5, 60, 8), B_TEST
#define TEXT           RECORD(16, 60, 2), 1, 'x'

static unsigned shown;

/* Looks at a copy of exactly this size, so that the sanitizer sees each octet read behind
 * it. */
static bool is_kept(const uint8_t *wire, size_t len)
{
    struct question question = host_test(TYPE_A);
    uint8_t *copy = malloc(len ? len : 1);
    bool kept;

    assert_non_null(copy);
    memcpy(copy, wire, len);
    kept = order_is_kept(&question, copy, len, &shown);
    free(copy);
    return kept;
}

#define kept_if(expected, ...)                                                             \
    do {                                                                                   \
        const uint8_t wire[] = {__VA_ARGS__};                                              \
        assert_true(is_kept(BYTES(wire)) == (expected));                                   \
    } while (0)

TEST(a_chain_that_leads_from_name_to_name_is_in_order)
{
    kept_if(true, REPLY(0));
    kept_if(true, REPLY(2), ASKED, ADDRESS(1), ASKED, ADDRESS(2));
    kept_if(true, REPLY(2), HOST_TEST, TO_A, A_TEST, ADDRESS(1));
    kept_if(true, REPLY(4), ASKED, TO_A, A_TEST, TO_B, B_TEST, ADDRESS(1), B_TEST,
            ADDRESS(2));
    kept_if(true, REPLY(2), ASKED, TO_A, A_TEST, TO_B); /* it ends early */
}

TEST(what_stands_before_its_cname_is_in_none)
{
    kept_if(false, REPLY(2), A_TEST, ADDRESS(1), ASKED, TO_A);
    kept_if(false, REPLY(3), A_TEST, TO_B, ASKED, TO_A, B_TEST, ADDRESS(1));
    kept_if(false, REPLY(3), ASKED, TO_A, B_TEST, ADDRESS(1), A_TEST, TO_B);
}

TEST(what_libc_passes_over_may_stand_anywhere)
{
    kept_if(true, REPLY(3), B_TEST, TEXT, ASKED, TO_A, A_TEST, ADDRESS(1));
    kept_if(true, REPLY(3), ASKED, TO_A, ASKED, TEXT, A_TEST, ADDRESS(1));
}

TEST(what_cannot_be_read_is_in_no_order)
{
    kept_if(true, 0x12, 0x34, 0x81);
    kept_if(true, REPLY(2), ASKED, TO_A);                   /* a record is missing */
    kept_if(true, REPLY(2), ASKED, RECORD(1, 60, 9), 1, 2); /* cut short */
    kept_if(true, REPLY(1), ASKED, RECORD(5, 60, 2), 0xc0, 0xff);
}

TEST(disorder_is_put_in_order)
{
    const uint8_t wire[] = {REPLY(4), B_TEST, ADDRESS(1), B_TEST, ADDRESS(2),
                            A_TEST,   TO_B,   ASKED,      TO_A};
    const uint8_t expected[] = {REPLY(4),    ASKED,      TO_A,        POINTER(39), TO_B,
                                POINTER(59), ADDRESS(1), POINTER(59), ADDRESS(2)};
    struct question question = host_test(TYPE_A);
    size_t len;
    uint8_t *restored = order_restore(&question, BYTES(wire), &len, &shown);

    assert_non_null(restored);
    assert_int_equal(len, sizeof expected);
    assert_memory_equal(restored, expected, len);
    assert_true(order_is_kept(&question, restored, len, &shown));
    free(restored);
}

TEST(what_cannot_be_read_is_not_restored)
{
    const uint8_t wire[] = {REPLY(3), A_TEST, ADDRESS(1), ASKED, TO_A, ASKED};
    struct question question = host_test(TYPE_A);
    size_t len;

    assert_null(order_restore(&question, BYTES(wire), &len, &shown));
}

/* It is for libc to decide which of the two CNAMEs counts. */
TEST(what_would_lose_its_data_stays_as_it_is)
{
    const uint8_t wire[] = {REPLY(3), ASKED, TO_A, ASKED, TO_B, B_TEST, ADDRESS(1)};
    struct question question = host_test(TYPE_A);
    size_t len;
    uint8_t *restored = order_restore(&question, BYTES(wire), &len, &shown);

    assert_int_equal(len, sizeof wire);
    assert_memory_equal(restored, wire, len);
    free(restored);
}

static void restore(const uint8_t *wire, size_t len)
{
    struct question question = host_test(TYPE_A);
    size_t restored_len;
    uint8_t *restored;

    if (is_kept(wire, len))
        return;
    restored = order_restore(&question, wire, len, &restored_len, &shown);
    if (restored && (restored_len != len || memcmp(restored, wire, len) != 0))
        assert_true(order_is_kept(&question, restored, restored_len, &shown));
    free(restored);
}

TEST(whatever_the_octets_are_what_is_changed_is_in_order)
{
    const uint8_t wire[] = {REPLY(4), B_TEST, ADDRESS(1), B_TEST, ADDRESS(2),
                            A_TEST,   TO_B,   ASKED,      TO_A};

    for (int i = 0; i < 50000; i++) {
        size_t len;
        uint8_t *spoilt = mutate(BYTES(wire), &len);

        restore(spoilt, len);
        free(spoilt);
    }
}

/* A message whose answer section has `before` texts, then the CNAME of host.test, then
 * `addresses`, of which the last one stands at another name if `stray` is set. */
static size_t long_reply(uint8_t *wire, unsigned before, unsigned addresses, bool stray)
{
    const uint8_t head[] = {REPLY(0)}, text[] = {ASKED, TEXT}, alias[] = {ASKED, TO_A},
                  address[] = {A_TEST, ADDRESS(1)}, other[] = {B_TEST, ADDRESS(1)};
    struct writer to = writer_of(wire, WIRE_MAX);

    put_bytes(&to, head, sizeof head);
    for (unsigned i = 0; i < before; i++)
        put_bytes(&to, text, sizeof text);
    put_bytes(&to, alias, sizeof alias);
    for (unsigned i = 1; i <= addresses; i++)
        put_bytes(&to, i == addresses && stray ? other : address, sizeof address);
    wire_set_count(wire, SECTION_ANSWER, before + 1 + addresses);
    return to.pos;
}

TEST(libc_sees_a_part_of_a_long_reply)
{
    static uint8_t wire[WIRE_MAX];

    assert_true(is_kept(wire, long_reply(wire, 0, 100, false)));
    assert_int_equal(shown, 101);
    assert_true(is_kept(wire, long_reply(wire, 7, 1000, false)));
    assert_int_equal(shown, 7 + 1 + 128);
    assert_true(is_kept(wire, long_reply(wire, 0, 1000, true))); /* who cares */
    assert_false(is_kept(wire, long_reply(wire, 0, 100, true)));
}

/* What libc leaves out of a reply that it has seen whole must not follow. */
TEST(a_reply_is_cut_if_libc_does_not_see_all_that_it_looks_for)
{
    static uint8_t wire[WIRE_MAX];
    size_t len = long_reply(wire, 100, 128, false);

    assert_true(is_kept(wire, len));
    assert_int_equal(shown, 100 + 1 + 128);
    assert_false(order_is_cut(TYPE_A, wire, len));
    assert_true(order_is_cut(TYPE_A, wire, len - 1)); /* who knows */
    len = long_reply(wire, 100, 129, false);
    assert_true(is_kept(wire, len));
    assert_int_equal(shown, 100 + 1 + 128);
    assert_true(order_is_cut(TYPE_A, wire, len));
    len = long_reply(wire, 0, 100, false);
    assert_false(order_is_cut(TYPE_A, wire, len - 1));
}

/* An answer section of so many addresses of a name of 255 octets, of which the asked one is
 * an alias. */
static size_t of_long_name(uint8_t *wire, unsigned addresses)
{
    const uint8_t head[] = {REPLY(0), ASKED, RECORD(5, 60, 255)}, label[] = {1, 'a'};
    struct writer to = writer_of(wire, WIRE_MAX);
    size_t name = sizeof head;

    put_bytes(&to, head, sizeof head);
    for (unsigned i = 0; i < 127; i++)
        put_bytes(&to, label, sizeof label);
    put_u8(&to, 0);
    for (unsigned i = 0; i < addresses; i++) {
        put_u16(&to, (uint16_t)(NAME_POINTER | name));
        put_bytes(&to, (const uint8_t[]){ADDRESS(1)}, 14);
    }
    wire_set_count(wire, SECTION_ANSWER, 1 + addresses);
    return to.pos;
}

/* libc reads the owner of each, and 17 times 255 octets are more than 4096. */
TEST(libc_sees_fewer_addresses_of_a_long_name)
{
    static uint8_t wire[WIRE_MAX];
    size_t len = of_long_name(wire, 17);

    assert_true(is_kept(wire, len));
    assert_int_equal(shown, 1 + 17);
    assert_false(order_is_cut(TYPE_A, wire, len));
    assert_false(order_is_cut(TYPE_A, wire, len - 1)); /* it is short enough to be whole */
    len = of_long_name(wire, 18);
    assert_true(is_kept(wire, len));
    assert_int_equal(shown, 1 + 17);
    assert_true(order_is_cut(TYPE_A, wire, len));
}

/* Each leads to its own owner, which is in order. */
TEST(a_reply_is_cut_behind_as_many_cnames_as_libc_sees)
{
    static uint8_t wire[WIRE_MAX];
    const uint8_t head[] = {REPLY(129)}, ring[] = {ASKED, RECORD(5, 60, 2), ASKED},
                  address[] = {ASKED, ADDRESS(1)};
    struct writer to = writer_of(wire, sizeof wire);

    put_bytes(&to, head, sizeof head);
    for (unsigned i = 0; i < 128; i++)
        put_bytes(&to, ring, sizeof ring);
    put_bytes(&to, address, sizeof address);
    assert_true(is_kept(wire, to.pos));
    assert_int_equal(shown, 128);
    assert_true(order_is_cut(TYPE_A, wire, to.pos));
}

/* libc would read them all. */
TEST(few_records_may_stand_before_those_that_libc_looks_for)
{
    static uint8_t wire[WIRE_MAX];
    struct question question = host_test(TYPE_A);
    size_t len, restored_len;
    uint8_t *restored;

    assert_true(is_kept(wire, long_reply(wire, 128, 2, false)));
    len = long_reply(wire, 129, 2, false);
    assert_false(is_kept(wire, len));
    restored = order_restore(&question, wire, len, &restored_len, &shown);
    assert_non_null(restored);
    assert_int_equal(shown, 3);
    free(restored);
}

TEST(what_comes_behind_all_that_libc_looks_for_is_not_shown)
{
    const uint8_t wire[] = {REPLY(3), ASKED, TEXT, ASKED, ADDRESS(1), ASKED, TEXT},
                  texts[] = {REPLY(1), ASKED, TEXT}, nothing[] = {REPLY(0)};

    assert_true(is_kept(BYTES(wire)));
    assert_int_equal(shown, 2);
    assert_true(is_kept(BYTES(texts)));
    assert_int_equal(shown, 0);
    assert_true(is_kept(BYTES(nothing)));
    assert_int_equal(shown, 0);
}

TEST(libc_judges_what_cannot_be_read)
{
    const uint8_t wire[] = {REPLY(3),         ASKED, ADDRESS(1), ASKED,
                            RECORD(5, 60, 2), 0xc0,  0xff};

    assert_true(is_kept(BYTES(wire)));
    assert_int_equal(shown, 2);
}

/* Signatures belong to the chain, so they stay. */
TEST(a_reply_with_hundreds_of_signatures_before_its_addresses_is_refused)
{
    static uint8_t wire[WIRE_MAX];
    const uint8_t head[] = {REPLY(301)}, address[] = {ASKED, ADDRESS(1)};
    struct question question = host_test(TYPE_A);
    struct writer to = writer_of(wire, sizeof wire);
    size_t len;

    put_bytes(&to, head, sizeof head);
    for (unsigned i = 0; i < 300; i++)
        put_bytes(&to, (const uint8_t[]){ASKED, RECORD(46, 60, 4), U16(1), U16(i)}, 16);
    put_bytes(&to, address, sizeof address);
    assert_false(is_kept(wire, to.pos));
    assert_null(order_restore(&question, wire, to.pos, &len, &shown));
}
