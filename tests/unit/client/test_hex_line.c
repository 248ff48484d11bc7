#include "../check.h"

#include "client/hex_line.h"

static uint8_t room[256];
static struct hex_octets out = {room, 0};
static struct hex_place place;

static bool is_place(const char *line)
{
    return hex_line_place(line, &place) != NULL;
}

TEST(a_place_stands_before_a_colon_or_a_blank)
{
    assert_true(is_place("00000010: 61"));
    assert_true(place.has_colon);
    assert_true(hex_place_is(&place, 16));
    assert_true(is_place("\t0x0010:  61"));
    assert_true(hex_place_is(&place, 16));
    assert_true(is_place("000020"));
    assert_true(hex_place_is(&place, 32));
    assert_false(is_place("001: 61"));
    assert_false(is_place("0010,61"));
    assert_false(is_place("words"));
    assert_false(is_place(""));
}

TEST(od_counts_in_eights_or_tens)
{
    size_t value;

    assert_true(is_place("0000020 61"));
    assert_true(hex_place_is(&place, 16));
    assert_true(hex_place_is(&place, 20));
    assert_false(hex_place_is(&place, 32));
    assert_true(hex_place_from(&place, 17, &value));
    assert_int_equal(value, 20);
    assert_false(hex_place_from(&place, 21, &value));
    assert_true(is_place("0000020  61"));
    assert_true(hex_place_is(&place, 32));
    assert_true(is_place("ffffffffffff: 61"));
    assert_false(hex_place_from(&place, 0, &value));
}

static void assert_octets(const char *error, const char *octets, size_t count)
{
    assert_null(error);
    assert_int_equal(out.count, count);
    assert_memory_equal(room, octets, count);
}

static const char *dump(const char *line)
{
    const char *rest = hex_line_place(line, &place);

    assert_non_null(rest);
    return hex_line_dump(rest, &place, &out);
}

TEST(a_dump_has_text_beside_its_octets)
{
    assert_octets(dump("00000000: 6100 62  a.b"), "a\0b", 3);
    assert_octets(dump("00000000: 6100 62                                   a.b"), "a\0b",
                  3);
    assert_octets(dump("00000000: 61006220  a.b"), "a\0b ", 4);
    assert_octets(dump("00000000: 2061   a"), " a", 2);
    assert_octets(dump("\t0x0000:  2061 2062            .a.b"), " a b", 4);
    assert_octets(dump("\t0x0000:  6100 62"), "a\0b", 3);
    assert_octets(dump("00000000  61 62 63 64 65 66 67 68  69 6a  |abcdefghij|"),
                  "abcdefghij", 10);
    assert_octets(dump("000000 61 62  >ab<"), "ab", 2);
    assert_octets(dump("0000  61 62      name"), "ab", 2);
    assert_octets(dump("0000  61 62 63 64 65 66 67 68  name"), "abcdefgh", 8);
    assert_octets(dump("0000013"), "", 0);
}

TEST(what_cannot_be_told_is_refused)
{
    assert_string_equal(dump("00000000: 64636261  abcd"),
                        "digits that differ from the text beside them");
    assert_string_equal(dump("00000000: 01100001 01100010  ab"),
                        "digits that differ from the text beside them");
    assert_string_equal(dump("0000000 6261 6463"),
                        "words of several octets, in an order that is not told");
    assert_string_equal(dump("0000  61 62    63"),
                        "digits behind a gap, which may be text");
    assert_string_equal(dump("0000  61 6"), "an odd number of digits");
    assert_string_equal(dump("0000  61 zz"), "text that is not hexadecimal digits");
    assert_string_equal(dump("00000000: 61zz"), "text that is not hexadecimal digits");
}

TEST(plain_digits_have_many_forms)
{
    assert_octets(hex_line_plain("616263", &out), "abc", 3);
    assert_octets(hex_line_plain(" 61 6263\t64\r", &out), "abcd", 4);
    assert_octets(hex_line_plain("61:62:63", &out), "abc", 3);
    assert_octets(hex_line_plain("61-62-63", &out), "abc", 3);
    assert_octets(hex_line_plain("61;62;63", &out), "abc", 3);
    assert_octets(hex_line_plain("{ 0x61, 0X62, 0x63 };", &out), "abc", 3);
    assert_octets(hex_line_plain("0x616263", &out), "abc", 3);
    assert_octets(hex_line_plain("\"\\x61\\x62\"", &out), "ab", 2);
    assert_octets(hex_line_plain(" 61 62  >ab<", &out), "ab", 2);
    assert_octets(hex_line_plain("61 ; 62", &out), "a", 1);
    assert_octets(hex_line_plain("61 # 62", &out), "a", 1);
    assert_octets(hex_line_plain("61 // 62", &out), "a", 1);
    assert_octets(hex_line_plain("; 62", &out), "", 0);
}

TEST(plain_digits_are_pairs)
{
    assert_string_equal(hex_line_plain("61 6", &out), "an odd number of digits");
    assert_string_equal(hex_line_plain("\\x616", &out), "an odd number of digits");
    assert_string_equal(hex_line_plain("61 6g", &out), "an odd number of digits");
    assert_string_equal(hex_line_plain("61g", &out), "text that is not hexadecimal digits");
    assert_string_equal(hex_line_plain("hello", &out),
                        "text that is not hexadecimal digits");
    assert_string_equal(hex_line_plain("61 > 62", &out),
                        "text that is not hexadecimal digits");
}

TEST(pairs_end_where_they_are_to)
{
    assert_octets(hex_line_pairs("  61 62  63", 8, &out), "ab", 2);
    assert_octets(hex_line_pairs("61 62 63 64", 3, &out), "abc", 3);
    assert_string_equal(hex_line_pairs("61 6263", 8, &out),
                        "text that is not hexadecimal digits");
}
