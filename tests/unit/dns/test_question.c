#include "wire.h"

TEST(its_section_is_name_type_and_class)
{
    struct question question = host_test(TYPE_A);

    assert_int_equal(question_wire_len(&question), 11 + 2 + 2);
}

TEST(folding_lowers_letters_and_nothing_else)
{
    const uint8_t name[] = {3, 'A', 'z', 'Z', 4, '@', '[', 0xc4, '-', 0};
    const uint8_t expected[] = {3, 'a', 'z', 'z', 4, '@', '[', 0xc4, '-', 0};
    struct question question = question_of(BYTES(name), TYPE_AAAA), folded;

    question_fold(&folded, &question);
    assert_int_equal(folded.type, TYPE_AAAA);
    assert_int_equal(folded.name_len, sizeof expected);
    assert_memory_equal(folded.name, expected, sizeof expected);
}

TEST(a_question_may_be_folded_in_place)
{
    const uint8_t name[] = {1, 'A', 0}, expected[] = {1, 'a', 0};
    struct question question = question_of(BYTES(name), TYPE_A);

    question_fold(&question, &question);
    assert_memory_equal(question.name, expected, sizeof expected);
}

TEST(its_bytes_are_type_flags_length_and_name)
{
    struct question question = host_test(TYPE_A);
    size_t len;
    const uint8_t *bytes = question_bytes(&question, &len);

    assert_int_equal(len, 2 + 1 + 1 + 11);
    assert_memory_equal(bytes, &question.type, 2);
    assert_int_equal(bytes[2], 0);
    assert_int_equal(bytes[3], 11);
    assert_memory_equal(bytes + 4, question.name, 11);
}

TEST(what_stands_behind_the_name_makes_no_difference)
{
    struct question a = host_test(TYPE_A), b = host_test(TYPE_A);

    b.name[11] = 'x';
    assert_true(question_equal_folded(&a, &b));
}

TEST(equal_questions_have_one_name_and_one_type)
{
    const uint8_t other[] = {4, 'h', 'o', 's', 't', 4, 't', 'e', 's', 's', 0};
    const uint8_t shorter[] = {4, 'h', 'o', 's', 't', 0};
    struct question a = host_test(TYPE_A), aaaa = host_test(TYPE_AAAA),
                    b = question_of(BYTES(other), TYPE_A),
                    c = question_of(BYTES(shorter), TYPE_A);

    assert_true(question_equal_folded(&a, &a));
    assert_false(question_equal_folded(&a, &aaaa));
    assert_false(question_equal_folded(&a, &b));
    assert_false(question_equal_folded(&a, &c));
}

TEST(its_text_is_name_and_type)
{
    struct question question = host_test(TYPE_AAAA);
    char text[QUESTION_TEXT];

    assert_string_equal(question_text(&question, text), "host.test. AAAA");
}

TEST(the_root_is_a_dot)
{
    const uint8_t root[] = {0};
    struct question question = question_of(BYTES(root), 2);
    char text[QUESTION_TEXT];

    assert_string_equal(question_text(&question, text), ". NS");
}

TEST(a_type_without_a_name_is_a_number)
{
    struct question question = host_test(65280);
    char text[QUESTION_TEXT];

    assert_string_equal(question_text(&question, text), "host.test. TYPE65280");
}

/* Nobody can write lines of their own into a log. */
TEST(odd_octets_are_escaped)
{
    const uint8_t name[] = {7, 'a', '\n', '.', 0, 0x1b, 0xff, ' ', 0};
    struct question question = question_of(BYTES(name), TYPE_A);
    char text[QUESTION_TEXT];

    assert_string_equal(question_text(&question, text), "a\\010\\.\\000\\027\\255\\032. A");
}

TEST(the_text_of_the_longest_name_fits)
{
    struct question question = {.type = 65535, .name_len = NAME_WIRE_MAX};
    char text[QUESTION_TEXT];
    size_t len;

    long_name(question.name, NAME_WIRE_MAX);
    for (size_t i = 0; i < NAME_WIRE_MAX; i++)
        if (question.name[i] == 'x')
            question.name[i] = 0xff;
    len = strlen(question_text(&question, text));
    assert_int_equal(len, (255 - 5) * 4 + 4 + strlen(" TYPE65535"));
    assert_string_equal(text + len - 15, "\\255. TYPE65535");
}

/* What a name server says depends on them (RFC 4035 section 3.2). */
TEST(questions_with_other_flags_are_not_equal)
{
    struct question plain = host_test(TYPE_A), signed_too = host_test(TYPE_A),
                    unchecked = host_test(TYPE_A);

    signed_too.flags = QUESTION_DNSSEC_OK;
    unchecked.flags = QUESTION_CHECKING_DISABLED;
    assert_false(question_equal_folded(&plain, &signed_too));
    assert_false(question_equal_folded(&plain, &unchecked));
    assert_false(question_equal_folded(&signed_too, &unchecked));
}

TEST(folding_keeps_the_flags)
{
    struct question question = host_test(TYPE_A), folded;

    question.flags = QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED;
    question_fold(&folded, &question);
    assert_int_equal(folded.flags, QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED);
}

TEST(an_entry_of_a_question_section_is_written_and_read)
{
    const uint8_t expected[] = {HOST_TEST, U16(28), U16(3)};
    struct question question = host_test(TYPE_AAAA), got;
    uint8_t wire[sizeof expected + 1];
    struct writer to = writer_of(wire, sizeof wire);
    struct reader in = reader_of(wire, sizeof wire);
    uint16_t class;

    question_put(&to, &question, CLASS_CH);
    assert_int_equal(to.pos, sizeof expected);
    assert_memory_equal(wire, expected, sizeof expected);
    assert_true(question_get(&in, &got, &class));
    assert_int_equal(class, CLASS_CH);
    assert_true(question_equal_folded(&got, &question));
    assert_int_equal(in.pos, sizeof expected);
    in.pos = 0;
    assert_true(question_skip(&in));
    assert_int_equal(in.pos, sizeof expected);
}

TEST(a_compressed_or_cut_question_cannot_be_read)
{
    const uint8_t wire[] = {HOST_TEST, U16(28), 0, POINTER(0), U16(28), U16(1)};
    struct reader in = reader_of(wire, 11 + 3);
    struct question question;
    uint16_t class;

    assert_false(question_get(&in, &question, &class));
    in = reader_of(wire, sizeof wire);
    in.pos = 11 + 3;
    assert_false(question_get(&in, &question, &class));
}
