#include "../written.h"

#include "client/dig_opt.h"

static const char *value(uint16_t code, const void *octets, uint16_t size)
{
    const struct edns_option option = {.code = code, .size = size, .data = octets};
    FILE *out = written_begin();

    dig_opt_value(out, &option, true);
    return written_end(out);
}

#define VALUE(code, octets) value(code, octets, sizeof(octets) - 1)

TEST(options_are_told_in_digs_words)
{
    assert_string_equal(VALUE(3, "vm"), "76 6d (\"vm\")");
    assert_string_equal(VALUE(8, "\0\1\x18\0\xc0\0\2"), "192.0.2.0/24/0");
    assert_string_equal(VALUE(8, "\0\2\x20\x10\x20\1\x0d\xb8"), "2001:db8::/32/16");
    assert_string_equal(VALUE(9, "\0\0\1\0"), "256 (4 minutes 16 seconds)");
    assert_string_equal(VALUE(10, "\0\1\2\3\4\5\6\7"), "0001020304050607 (echoed)");
    assert_string_equal(VALUE(11, "\0\x65"), "10.1 secs");
    assert_string_equal(VALUE(12, "\0\0"), "(2 bytes)");
    assert_string_equal(VALUE(15, "\0\x16"), "22 (No Reachable Authority)");
    assert_string_equal(VALUE(15, "\3\xe7\x1bx"), "999: (\\027x)");
    assert_string_equal(VALUE(14, "\x4f\x66\x97\x28"), "20326, 38696");
    assert_string_equal(VALUE(16, "\1\0"), "256");
    assert_string_equal(VALUE(65001, "a\x1b"), "61 1b (\"a.\")");
}

TEST(what_breaks_its_rules_is_told_as_octets)
{
    assert_string_equal(VALUE(8, "\0\1\x18\0\1\2\3\4\5"),
                        "00 01 18 00 01 02 03 04 05 (\".........\")");
    assert_string_equal(VALUE(8, "\0\3\0\0"), "00 03 00 00 (\"....\")");
    assert_string_equal(VALUE(15, "\1"), "01 (\".\")");
    assert_string_equal(VALUE(11, "\1"), "01 (\".\")");
    assert_string_equal(VALUE(14, "\1\2\3"), "01 02 03 (\"...\")");
    assert_string_equal(VALUE(16, "\1\2\3\4"), "01 02 03 04 (\"....\")");
    assert_string_equal(VALUE(9, "\1"), "01 (\".\")");
}

TEST(an_option_without_a_name_has_none)
{
    assert_string_equal(dig_opt_name(15), "EDE");
    assert_null(dig_opt_name(65001));
}
