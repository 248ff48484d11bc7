#include "../mutate.h"

#include "channel/message.h"

#define NAME 4, 'h', 'o', 's', 't', 4, 't', 'e', 's', 't', 0

static const struct question question = {
    .type = TYPE_AAAA, .flags = QUESTION_DNSSEC_OK, .name_len = 11, .name = {NAME}};

static const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 10};

/* The question's message: id, type, flags, length, name. */
static const uint8_t question_message[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 28, 1, 11, NAME};

/* The answer's message: id, question, rcode, ede, text, counts, records. */
static const uint8_t answer_message[] = {
    1, 2, 3, 4, 5, 6, 7,    8,  0, 28, 1, 11, NAME, 1, 0, 3, 0, 22, 3,   'w', 'h', 'y',
    0, 1, 0, 2, 0, 3, 0xc0, 12, 0, 1,  0, 1,  0,    0, 0, 5, 0, 4,  192, 0,   2,   10};

static const uint64_t id = 0x0102030405060708;

/* What the last message turned out to be. */
static uint64_t got_id;
static struct question about;
static uint8_t sent[512];

/* An answer whose fields all differ. */
static struct answer example(void)
{
    static uint8_t records[sizeof record];

    memcpy(records, record, sizeof record);
    return (struct answer){.source = ANSWER_FROM_HOST,
                           .rcode = RCODE_NXDOMAIN,
                           .ede = EDE_NO_REACHABLE_AUTHORITY,
                           .ede_text = "why",
                           .count[SECTION_ANSWER] = 1,
                           .count[SECTION_AUTHORITY] = 2,
                           .count[SECTION_ADDITIONAL] = 3,
                           .records = records,
                           .len = sizeof records,
                           .size = sizeof records};
}

TEST(a_question_travels_as_id_type_flags_and_name)
{
    assert_int_equal(message_put_question(id, &question, sent, sizeof sent),
                     sizeof question_message);
    assert_memory_equal(sent, question_message, sizeof question_message);
}

TEST(a_question_arrives_as_it_was_sent)
{
    struct question got;

    assert_true(message_get_question(BYTES(question_message), &got_id, &got));
    assert_true(got_id == id);
    assert_int_equal(got.type, TYPE_AAAA);
    assert_int_equal(got.flags, QUESTION_DNSSEC_OK);
    assert_int_equal(got.name_len, 11);
    assert_memory_equal(got.name, question.name, 11);
}

TEST(a_question_needs_room)
{
    uint8_t out[sizeof question_message];

    assert_int_equal(message_put_question(id, &question, out, sizeof out), sizeof out);
    assert_int_equal(message_put_question(id, &question, out, sizeof out - 1), 0);
}

TEST(the_longest_name_travels)
{
    struct question longest = {.type = TYPE_A, .name_len = 255}, got;
    size_t len;

    for (size_t i = 0; i < 254; i += 2)
        longest.name[i] = 1;
    len = message_put_question(id, &longest, sent, sizeof sent);
    assert_true(message_get_question(sent, len, &got_id, &got));
    assert_int_equal(got.name_len, 255);
    assert_memory_equal(got.name, longest.name, 255);
}

TEST(a_cut_question_is_none)
{
    struct question got;

    for (size_t len = 0; len < sizeof question_message; len++)
        assert_false(message_get_question(question_message, len, &got_id, &got));
}

TEST(a_question_with_octets_behind_it_is_none)
{
    const uint8_t message[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 28, 1, 11, NAME, 0};
    struct question got;

    assert_false(message_get_question(BYTES(message), &got_id, &got));
}

TEST(a_question_whose_name_has_another_length_is_none)
{
    const uint8_t longer[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 28, 1, 12, NAME};
    const uint8_t shorter[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 28, 1, 10, NAME};
    struct question got;

    assert_false(message_get_question(BYTES(longer), &got_id, &got));
    assert_false(message_get_question(BYTES(shorter), &got_id, &got));
}

TEST(a_question_with_a_pointer_in_its_name_is_none)
{
    const uint8_t message[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 28, 1, 4, 1, 'a', 0xc0, 12};
    struct question got;

    assert_false(message_get_question(BYTES(message), &got_id, &got));
}

TEST(an_answer_travels_as_its_fields_and_records)
{
    struct answer answer = example();

    assert_int_equal(message_put_answer(id, &question, &answer, sent, sizeof sent),
                     sizeof answer_message);
    assert_memory_equal(sent, answer_message, sizeof answer_message);
}

TEST(an_answer_arrives_as_it_was_sent)
{
    struct answer got;

    assert_true(message_get_answer(BYTES(answer_message), &got_id, &about, &got));
    assert_true(got_id == id);
    assert_int_equal(got.source, ANSWER_FROM_HOST);
    assert_int_equal(got.rcode, RCODE_NXDOMAIN);
    assert_int_equal(got.ede, EDE_NO_REACHABLE_AUTHORITY);
    assert_string_equal(got.ede_text, "why");
    assert_int_equal(got.count[SECTION_ANSWER], 1);
    assert_int_equal(got.count[SECTION_AUTHORITY], 2);
    assert_int_equal(got.count[SECTION_ADDITIONAL], 3);
    assert_true(question_equal_folded(&about, &question));
    assert_int_equal(got.len, sizeof record);
    assert_memory_equal(got.records, record, sizeof record);
}

TEST(an_authentic_answer_arrives_as_that)
{
    struct answer answer = example(), got;
    size_t len;

    answer.is_authentic = true;
    len = message_put_answer(id, &question, &answer, sent, sizeof sent);
    assert_true(message_get_answer(sent, len, &got_id, &about, &got));
    assert_true(got.is_authentic);
    assert_int_equal(got.source, ANSWER_FROM_HOST);
    assert_true(message_get_answer(BYTES(answer_message), &got_id, &about, &got));
    assert_false(got.is_authentic);
}

TEST(the_records_are_borrowed_from_the_message)
{
    struct answer got;

    assert_true(message_get_answer(BYTES(answer_message), &got_id, &about, &got));
    assert_ptr_equal(got.records, answer_message + sizeof answer_message - sizeof record);
}

TEST(an_answer_may_have_neither_text_nor_records)
{
    struct answer answer, got;
    size_t len;

    answer_init(&answer, &question, NULL, 0);
    len = message_put_answer(id, &question, &answer, sent, sizeof sent);
    assert_int_equal(len, 35);
    assert_true(message_get_answer(sent, len, &got_id, &about, &got));
    assert_int_equal(got.rcode, RCODE_NOERROR);
    assert_int_equal(got.ede, EDE_NONE);
    assert_string_equal(got.ede_text, "");
    assert_int_equal(got.len, 0);
}

TEST(the_longest_text_travels)
{
    struct answer answer = example(), got;
    size_t len;

    memset(answer.ede_text, 'x', ANSWER_TEXT - 1);
    len = message_put_answer(id, &question, &answer, sent, sizeof sent);
    assert_true(message_get_answer(sent, len, &got_id, &about, &got));
    assert_string_equal(got.ede_text, answer.ede_text);
}

TEST(a_text_that_would_fill_the_room_of_its_nul_is_refused)
{
    uint8_t message[8 + 5 + 1 + 2 + 2 + 1 + ANSWER_TEXT + 6] = {0};
    struct answer got;

    message[11] = 1; /* the root's name: one octet of 0 */
    message[18] = ANSWER_TEXT;
    assert_false(message_get_answer(BYTES(message), &got_id, &about, &got));
    message[18] = ANSWER_TEXT - 1;
    assert_true(message_get_answer(BYTES(message), &got_id, &about, &got));
}

TEST(the_longest_answer_fits_the_longest_message)
{
    static uint8_t records[ANSWER_RECORDS_MAX], out[MESSAGE_MAX];
    struct answer answer = example(), got;
    size_t len;

    memset(answer.ede_text, 'x', ANSWER_TEXT - 1);
    answer.records = records;
    answer.len = sizeof records;
    len = message_put_answer(id, &question, &answer, out, sizeof out);
    assert_int_not_equal(len, 0);
    assert_true(message_get_answer(out, len, &got_id, &about, &got));
    assert_int_equal(got.len, ANSWER_RECORDS_MAX);
}

TEST(an_answer_needs_room)
{
    struct answer answer = example();
    uint8_t out[sizeof answer_message];

    assert_int_equal(message_put_answer(id, &question, &answer, out, sizeof out),
                     sizeof out);
    assert_int_equal(message_put_answer(id, &question, &answer, out, sizeof out - 1), 0);
}

TEST(an_answer_cut_before_its_records_is_none)
{
    struct answer got;

    for (size_t len = 0; len < sizeof answer_message - sizeof record; len++)
        assert_false(message_get_answer(answer_message, len, &got_id, &about, &got));
}

enum { ROUNDS = 30000 };

TEST(spoilt_questions_are_refused_or_whole)
{
    int accepted = 0;

    for (int i = 0; i < ROUNDS; i++) {
        size_t len, again;
        uint8_t *message = mutate(BYTES(question_message), &len);
        struct question got;

        if (message_get_question(message, len, &got_id, &got)) {
            again = message_put_question(got_id, &got, sent, sizeof sent);
            assert_int_equal(again, len);
            assert_memory_equal(sent, message, len);
            accepted++;
        }
        free(message);
    }
    assert_in_range(accepted, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

TEST(spoilt_answers_are_refused_or_safe)
{
    int accepted = 0;

    for (int i = 0; i < ROUNDS; i++) {
        size_t len;
        uint8_t *message = mutate(BYTES(answer_message), &len);
        struct answer got;

        if (message_get_answer(message, len, &got_id, &about, &got)) {
            assert_true(strlen(got.ede_text) < ANSWER_TEXT);
            assert_ptr_equal(got.records + got.len, message + len);
            answer_ttl(&got);
            accepted++;
        }
        free(message);
    }
    assert_in_range(accepted, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

TEST(an_id_alone_is_no_answer_and_no_question)
{
    uint8_t message[MESSAGE_ID_SIZE];
    struct answer answer;
    uint64_t taken = 0;

    message_put_id(UINT64_C(0x4123456789abcdef), message);
    assert_true(message_get_id(message, sizeof message, &taken));
    assert_true(taken == UINT64_C(0x4123456789abcdef));
    assert_false(message_get_id(message, sizeof message - 1, &taken));
    assert_false(message_get_answer(message, sizeof message, &taken, &about, &answer));
    assert_false(message_get_question(message, sizeof message, &taken, &about));
}

TEST(the_way_travels_as_id_and_steps)
{
    static const uint8_t steps[] = {4, 0, 0};
    uint8_t out[MESSAGE_WAY_MAX];
    const uint8_t *got;
    size_t len = message_put_way(id, BYTES(steps), out, sizeof out), got_len;

    assert_int_equal(len, 8 + sizeof steps);
    assert_true(message_get_way(out, len, &got_id, &got, &got_len));
    assert_true(got_id == (id | MESSAGE_WAY));
    assert_int_equal(got_len, sizeof steps);
    assert_memory_equal(got, steps, sizeof steps);
}

TEST(an_answer_is_no_way_and_too_long_a_way_is_none)
{
    static const uint8_t empty[MESSAGE_WAY_MAX + 1] = {0x08}; /* the flag */
    const uint8_t *got;
    size_t got_len;

    assert_false(message_get_way(BYTES(answer_message), &got_id, &got, &got_len));
    assert_true(message_get_way(empty, MESSAGE_WAY_MAX, &got_id, &got, &got_len));
    assert_false(message_get_way(BYTES(empty), &got_id, &got, &got_len));
    assert_false(message_get_way(empty, 7, &got_id, &got, &got_len));
}

TEST(a_server_is_introduced_by_its_number)
{
    static const struct way_endpoint server = {
        .port = 53, .ip_len = 4, .ip = {192, 0, 2, 53}};
    static const uint8_t expected[] = {4, 0, 0, 0, 0, 0, 0, 15, 0, 53, 192, 0, 2, 53};
    uint8_t out[MESSAGE_SERVER_SIZE];
    struct way_endpoint got = {0};
    uint64_t number;

    assert_int_equal(message_put_server(15, &server, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
    assert_true(message_get_server(BYTES(expected), &number, &got));
    assert_true(number == 15);
    assert_memory_equal(&got, &server, sizeof got);
}

TEST(a_server_without_a_good_number_is_none)
{
    uint8_t message[] = {4, 0, 0, 0, 0, 0, 0, 16, 0, 53, 192, 0, 2, 53};
    struct way_endpoint got;
    uint64_t number;

    assert_false(message_get_server(BYTES(message), &number, &got));
    message[7] = 0;
    assert_false(message_get_server(BYTES(message), &number, &got));
    assert_false(message_get_server(BYTES(answer_message), &number, &got));
}

TEST(what_is_no_answer_shows_in_the_id)
{
    uint8_t message[20] = {0x03, 0xff};

    assert_true(message_is_answer(BYTES(answer_message)));
    assert_true(message_is_answer(BYTES(message)));
    assert_false(message_is_answer(message, MESSAGE_ID_SIZE));
    message[0] = 0x08;
    assert_false(message_is_answer(BYTES(message)));
    message[0] = 0x04;
    assert_false(message_is_answer(BYTES(message)));
    message[0] = 0xf3; /* the other flags */
    assert_true(message_is_answer(BYTES(message)));
}
