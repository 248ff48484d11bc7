#include "../written.h"

#include "client/dig_digits.h"

static const char *data(uint16_t type, const char *printed, bool is_multiline)
{
    char copy[512];
    FILE *out = written_begin();
    const uint8_t octets[] = {1, 1, 3, 13, 0, 0};
    const struct print_record record = {.type = type,
                                        .data = copy,
                                        .octets = octets,
                                        .size = sizeof octets,
                                        .is_readable = true};

    strcpy(copy, printed);
    assert_true(dig_digits(out, &record, &(struct style){.is_multiline = is_multiline}));
    return written_end(out);
}

#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef01234567"

TEST(hexadecimal_digits_are_capitals_in_groups)
{
    assert_string_equal(
        data(43, "60485 5 1 " DIGITS "89ab", false),
        "60485 5 1 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF01234567 "
        "89AB");
    assert_string_equal(data(44, "1 1 ab", true), "1 1 (\n\t\t\t\tAB )");
    assert_string_equal(data(65280, "\\# 2 ab01", false), "\\# 2 AB01");
    assert_string_equal(data(65280, "\\# 2 ab01", true), "\\# 2 ( AB01 )");
}

TEST(a_key_is_explained)
{
    assert_string_equal(data(48, "257 3 13 MG2L", false), "257 3 13 MG2L");
    assert_string_equal(
        data(48, "257 3 13 MG2L", true),
        "257 3 13 (\n\t\t\t\tMG2L\n\t\t\t\t) ; KSK; alg = ECDSAP256SHA256 ; "
        "key id = 1038");
}

TEST(a_parenthesis_stands_where_bind_puts_it)
{
    assert_string_equal(data(61, "MG2L", true), "( MG2L )");
    assert_string_equal(data(49, "MG2L", true), "( MG2L ) ; 257 3 3");
    assert_string_equal(data(45, "10 1 2 192.0.2.38 MG2L", true),
                        "( 10 1 2 192.0.2.38\n\t\t\t\tMG2L )");
    assert_string_equal(data(45, "10 1 2 192.0.2.38 MG2L", false),
                        "10 1 2 192.0.2.38 MG2L");
    assert_string_equal(data(25, "256 3 13 MG2L", true),
                        "256 3 13 (\n\t\t\t\tMG2L\n\t\t\t\t); alg = ECDSAP256SHA256 ; "
                        "key id = 1038");
    assert_string_equal(data(31, "abcd", true), "( ABCD )");
}

TEST(the_algorithm_of_a_certificate_is_a_word)
{
    assert_string_equal(data(37, "PKIX 65535 8 MG2L", false), "PKIX 65535 RSASHA256 MG2L");
    assert_string_equal(data(37, "PKIX 65535 200 MG2L", true),
                        "PKIX 65535 200 (\n\t\t\t\tMG2L )");
}

TEST(other_data_is_left_alone)
{
    char address[] = "192.0.2.1";

    assert_false(dig_digits(stdout, &(struct print_record){.type = 1, .data = address},
                            &(struct style){0}));
}
