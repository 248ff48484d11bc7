/* The queries and replies are octets; in the reply, a name that was sent is in capitals. */
#include "wire.h"

#include "dns/mixed_case.h"
#include "dns/wire.h"

/* The case in which the client asked, and in which the query went out. */
#define ASKED                       LABEL('h', 'O', 's', 't'), LABEL('t', 'e', 's', 't'), 0
#define SENT                        LABEL('H', 'O', 'S', 'T'), LABEL('t', 'E', 's', 'T'), 0
#define REPLY(answers, authorities) HEADER(0x8180, 1, answers, authorities, 0)
#define ADDRESS                     RECORD(1, 60, 4), 192, 0, 2, 10

static const uint8_t asked[] = {ASKED}, sent[] = {SENT};

/* Bits of the octets that differ: 1, 3, 4 in the first label, 7 and 9 in the second. */
static const struct mixed_case mixed = {
    .is_mixed = true, .changed = {1 << 1 | 1 << 3 | 1 << 4 | 1 << 7, 1 << 1}};

static struct question question(void)
{
    return question_of(BYTES(asked), 1);
}

TEST(the_query_has_the_name_in_the_case_that_was_drawn)
{
    const uint8_t plain[] = {HEADER(0x100, 1, 0, 0, 0), ASKED, ASKS(1)};
    const uint8_t expected[] = {HEADER(0x100, 1, 0, 0, 0), SENT, ASKS(1)};
    struct question of = question();
    uint8_t query[sizeof plain];

    memcpy(query, plain, sizeof query);
    mixed_case_apply(&mixed, &of, query);
    assert_memory_equal(query, expected, sizeof query);
}

/* Each of 20 letters is a capital in half of 1,000 draws: in fewer than 300 or more than
 * 700 of them once in 10^36 runs. */
TEST(each_letter_is_drawn_by_itself)
{
    static const uint8_t name[] = "\24abcdefghijklmnopqrst";
    struct question of = question_of(BYTES(name), 1);
    unsigned capitals[21] = {0}, same_as_before[21] = {0};

    for (int i = 0; i < 1000; i++) {
        uint8_t query[WIRE_HEADER + sizeof name] = {0};
        struct mixed_case drawn = {0};

        memcpy(query + WIRE_HEADER, name, sizeof name);
        assert_true(mixed_case_draw(&drawn, question_name(&of)));
        mixed_case_apply(&drawn, &of, query);
        for (int at = 1; at <= 20; at++) {
            bool is_capital = query[WIRE_HEADER + at] < 'a';

            capitals[at] += is_capital;
            same_as_before[at] += is_capital == (query[WIRE_HEADER + at - 1] < 'a');
        }
    }
    for (int at = 1; at <= 20; at++) {
        assert_in_range(capitals[at], 300, 700);
        assert_true(at == 1 || (same_as_before[at] >= 300 && same_as_before[at] <= 700));
    }
}

TEST(only_the_same_octets_are_kept_case)
{
    const uint8_t kept[] = {REPLY(0, 0), SENT, ASKS(1)};
    const uint8_t lowered[] = {REPLY(0, 0), HOST_TEST, ASKS(1)};
    struct question of = question();
    struct mixed_case letters = mixed;
    uint8_t one_off[sizeof kept];

    assert_true(mixed_case_is_kept(&letters, &of, kept));
    assert_false(mixed_case_is_kept(&letters, &of, lowered));
    for (size_t at = 1; at <= 9; at++) {
        memcpy(one_off, kept, sizeof kept);
        one_off[WIRE_HEADER + at] ^= 0x20;
        if (at != 5) /* a length */
            assert_false(mixed_case_is_kept(&letters, &of, one_off));
    }
}

TEST(a_name_of_one_case_does_not_show_that_case_is_kept)
{
    static const struct mixed_case none = {.is_mixed = true};
    static const uint8_t digits[] = {1, '1', 1, '-', 0};
    struct question small = host_test(1), of = question(),
                    odd = question_of(BYTES(digits), 1);

    assert_true(mixed_case_has_both(&mixed, &of));
    assert_true(mixed_case_has_both(&none, &of)); /* as the client wrote it */
    assert_false(mixed_case_has_both(&none, &small));
    assert_false(mixed_case_has_both(&mixed, &odd));
}

/* Restores a copy of exactly this size, so that the sanitizer sees each octet beyond. */
static void assert_restored(const uint8_t *reply, size_t len, const uint8_t *expected)
{
    struct question of = question();
    struct mixed_case letters = mixed;
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    memcpy(copy, reply, len);
    mixed_case_is_kept(&letters, &of, copy);
    mixed_case_restore(&letters, &of, copy, len);
    assert_memory_equal(copy, expected, len);
    free(copy);
}

#define assert_becomes(before, after)                                                      \
    do {                                                                                   \
        assert_int_equal(sizeof before, sizeof after);                                     \
        assert_restored(before, sizeof before, after);                                     \
    } while (0)

TEST(the_question_and_names_that_point_to_it_are_restored)
{
    const uint8_t before[] = {REPLY(1, 0), SENT, ASKS(1), POINTER(12), ADDRESS};
    const uint8_t after[] = {REPLY(1, 0), ASKED, ASKS(1), POINTER(12), ADDRESS};

    assert_becomes(before, after);
}

TEST(an_owner_that_stands_in_full_is_restored_in_each_section)
{
    const uint8_t before[] = {
        REPLY(1, 1), SENT, ASKS(1), SENT, ADDRESS, LABEL('t', 'E', 's', 'T'), 0, ADDRESS};
    const uint8_t after[] = {
        REPLY(1, 1), ASKED, ASKS(1), ASKED, ADDRESS, LABEL('t', 'e', 's', 't'), 0, ADDRESS};

    assert_becomes(before, after);
}

/* RFC 6672 section 2.2: the target of an alias that a DNAME makes has labels of the name.
 */
TEST(a_target_made_of_the_name_is_restored)
{
    const uint8_t before[] = {REPLY(1, 0),
                              SENT,
                              ASKS(1),
                              POINTER(12),
                              RECORD(5, 60, 10),
                              LABEL('H', 'O', 'S', 'T'),
                              3,
                              'N',
                              'e',
                              'w',
                              0};
    const uint8_t after[] = {REPLY(1, 0),
                             ASKED,
                             ASKS(1),
                             POINTER(12),
                             RECORD(5, 60, 10),
                             LABEL('h', 'O', 's', 't'),
                             3,
                             'N',
                             'e',
                             'w',
                             0};

    assert_becomes(before, after);
}

/* They are the server's. */
TEST(other_names_and_data_stay)
{
    const uint8_t before[] = {
        REPLY(2, 0), SENT,        ASKS(16),          LABEL('H', 'o', 'S', 'T'), POINTER(17),
        ADDRESS,     POINTER(12), RECORD(16, 60, 5), LABEL('H', 'O', 'S', 'T')};
    const uint8_t after[] = {
        REPLY(2, 0), ASKED,       ASKS(16),          LABEL('H', 'o', 'S', 'T'), POINTER(17),
        ADDRESS,     POINTER(12), RECORD(16, 60, 5), LABEL('H', 'O', 'S', 'T')};

    assert_becomes(before, after);
}

/* Each copy has its size, so that the sanitizer sees each octet beyond. */
TEST(a_reply_that_is_cut_anywhere_is_restored_up_to_there)
{
    const uint8_t whole[] = {REPLY(2, 0),       SENT, ASKS(1), SENT,
                             RECORD(5, 60, 11), SENT, SENT,    ADDRESS};
    struct mixed_case letters = mixed;
    struct question of = question();

    for (size_t len = WIRE_HEADER + sizeof sent + 4; len <= sizeof whole; len++) {
        uint8_t *copy = malloc(len);

        assert_non_null(copy);
        memcpy(copy, whole, len);
        mixed_case_is_kept(&letters, &of, copy);
        mixed_case_restore(&letters, &of, copy, len);
        assert_memory_equal(copy + WIRE_HEADER, asked, sizeof asked);
        free(copy);
    }
}

/* A server may make names in its zone of the question, such as CoreDNS the server of the
 * SOA record. */
TEST(additional_records_are_restored)
{
    const uint8_t before[] = {HEADER(0x8180, 1, 0, 0, 1), SENT, ASKS(1), SENT, ADDRESS};
    const uint8_t after[] = {HEADER(0x8180, 1, 0, 0, 1), ASKED, ASKS(1), ASKED, ADDRESS};

    assert_becomes(before, after);
}

#define TEST_SENT  LABEL('t', 'E', 's', 'T'), 0
#define TEST_ASKED LABEL('t', 'e', 's', 't'), 0
#define NUMBERS    0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5

TEST(both_names_of_an_soa_record_are_restored)
{
    const uint8_t before[] = {
        REPLY(0, 1), SENT,   ASKS(1), ROOT,      RECORD(6, 60, 40),
        2,           'n',    's',     TEST_SENT, LABEL('m', 'A', 'i', 'L'),
        TEST_SENT,   NUMBERS};
    const uint8_t after[] = {
        REPLY(0, 1), ASKED,  ASKS(1), ROOT,       RECORD(6, 60, 40),
        2,           'n',    's',     TEST_ASKED, LABEL('m', 'A', 'i', 'L'),
        TEST_ASKED,  NUMBERS};

    assert_becomes(before, after);
}

TEST(names_behind_numbers_are_restored)
{
    const uint8_t before[] = {REPLY(2, 0), SENT, ASKS(15), POINTER(12), RECORD(15, 60, 13),
                              0,           1,    SENT,     POINTER(12), RECORD(33, 60, 17),
                              0,           1,    0,        2,           0,
                              53,          SENT};
    const uint8_t after[] = {REPLY(2, 0), ASKED, ASKS(15), POINTER(12), RECORD(15, 60, 13),
                             0,           1,     ASKED,    POINTER(12), RECORD(33, 60, 17),
                             0,           1,     0,        2,           0,
                             53,          ASKED};

    assert_becomes(before, after);
}

TEST(a_name_behind_texts_is_restored)
{
    const uint8_t before[] = {REPLY(1, 0), SENT, ASKS(35), POINTER(12), RECORD(35, 60, 22),
                              0,           1,    0,        2,           1,
                              'u',         3,    't',      'E',         's',
                              0,           SENT};
    const uint8_t after[] = {REPLY(1, 0), ASKED, ASKS(35), POINTER(12), RECORD(35, 60, 22),
                             0,           1,     0,        2,           1,
                             'u',         3,     't',      'E',         's',
                             0,           ASKED};

    assert_becomes(before, after);
}

/* RFC 6840 section 5.1: the next name of NSEC is signed as it is. */
TEST(names_that_are_signed_in_their_case_stay)
{
    const uint8_t before[] = {
        REPLY(0, 1), SENT, ASKS(1), POINTER(12), RECORD(47, 60, 14), SENT, 0, 1, 2};
    const uint8_t after[] = {
        REPLY(0, 1), ASKED, ASKS(1), POINTER(12), RECORD(47, 60, 14), SENT, 0, 1, 2};

    assert_becomes(before, after);
}

/* A server that alters the question may have the sent name elsewhere. */
TEST(what_was_sent_is_restored_though_the_question_has_another_case)
{
    const uint8_t before[] = {REPLY(1, 0), HOST_TEST, ASKS(1), SENT, ADDRESS};
    const uint8_t after[] = {REPLY(1, 0), ASKED, ASKS(1), ASKED, ADDRESS};

    assert_becomes(before, after);
}

/* A reply to "a.b.c.d" with so many names of 127 labels, and the sent name behind them.
 * Returns whether that is restored. */
static bool is_last_restored_behind(int names)
{
    static const uint8_t name[] = {1, 'a', 1, 'b', 1, 'c', 1, 'd', 0};
    static const uint8_t capitals[] = {1, 'A', 1, 'B', 1, 'C', 1, 'D', 0};
    static const uint8_t fixed[] = {0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
    struct mixed_case letters = {.is_mixed = true, .changed = {0xaa}};
    struct question of = question_of(BYTES(name), 1);
    static uint8_t reply[65535];
    size_t at = WIRE_HEADER;

    memcpy(reply, (const uint8_t[]){REPLY(0, 0)}, WIRE_HEADER);
    reply[7] = (uint8_t)(names + 1);
    memcpy(reply + at, capitals, sizeof capitals);
    memcpy(reply + at + sizeof capitals, (const uint8_t[]){ASKS(1)}, 4);
    at += sizeof capitals + 4;
    for (int i = 0; i < names; i++) {
        for (int label = 0; label < 127; label++, at += 2)
            memcpy(reply + at, "\1x", 2);
        reply[at++] = 0;
        memcpy(reply + at, fixed, sizeof fixed);
        at += sizeof fixed;
    }
    memcpy(reply + at, capitals, sizeof capitals);
    memcpy(reply + at + sizeof capitals, fixed, sizeof fixed);
    assert_true(mixed_case_is_kept(&letters, &of, reply));
    mixed_case_restore(&letters, &of, reply, at + sizeof capitals + sizeof fixed);
    assert_memory_equal(reply + WIRE_HEADER, name, sizeof name);
    return memcmp(reply + at, name, sizeof name) == 0;
}

/* 127 labels are compared with four each, and 65,536 comparisons are allowed. */
TEST(labels_that_take_too_many_comparisons_stay)
{
    assert_true(is_last_restored_behind(128));
    assert_false(is_last_restored_behind(130));
}

TEST(nothing_is_restored_that_was_not_mixed)
{
    static const struct mixed_case none;
    const uint8_t reply[] = {REPLY(0, 0), SENT, ASKS(1)};
    struct question of = question();
    uint8_t copy[sizeof reply];

    memcpy(copy, reply, sizeof copy);
    mixed_case_restore(&none, &of, copy, sizeof copy);
    assert_memory_equal(copy, reply, sizeof copy);
}
