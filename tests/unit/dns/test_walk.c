#include "../check.h"

#include "dns/walk.h"

static char last[300];
static size_t told;

static void take(void *context, const struct annotation *field)
{
    (void)context;
    snprintf(last, sizeof last, "%zu+%zu %s=%s", field->at, field->len, field->name,
             field->value);
    told++;
}

static struct walk walk_over(const void *wire, size_t size)
{
    told = 0;
    return (struct walk){.wire = wire, .size = size, .end = size, .take = take};
}

TEST(numbers_are_told_and_passed_over)
{
    struct walk walk = walk_over("\1\2\3\4\5\6\7", 7);
    uint8_t one;
    uint16_t two;
    uint32_t four;

    assert_int_equal(walk_peek_u16(&walk, 1), 0x0203);
    assert_true(walk_u8(&walk, "a", "", "", &one));
    assert_string_equal(last, "0+1 a=1");
    assert_true(walk_u16(&walk, "b", "", "", &two));
    assert_int_equal(two, 0x0203);
    assert_true(walk_u32(&walk, "c", "", "", &four));
    assert_int_equal(four, 0x04050607);
    assert_string_equal(last, "3+4 c=67438087");
    assert_int_equal(walk_left(&walk), 0);
}

TEST(what_is_not_there_is_not_told)
{
    struct walk walk = walk_over("\1", 1);
    uint16_t two;
    uint32_t four;

    assert_false(walk_u16(&walk, "b", "", "", &two));
    assert_false(walk_u32(&walk, "c", "", "", &four));
    assert_int_equal(walk_peek_u16(&walk, 0), 0);
    assert_int_equal(told, 0);
    walk_rest(&walk, "rest", "");
    assert_string_equal(last, "0+1 rest=1 octet");
    walk_rest(&walk, "rest", "");
    assert_int_equal(told, 1);
}

TEST(addresses_and_text_are_told)
{
    struct walk walk = walk_over("\xc0\0\2\1\3abcrest", 12);

    assert_false(walk_address(&walk, "a", true));
    assert_true(walk_address(&walk, "a", false));
    assert_string_equal(last, "0+4 a=192.0.2.1");
    assert_true(walk_string(&walk, "s"));
    assert_string_equal(last, "4+4 s=\"abc\"");
    assert_false(walk_string(&walk, "s"));
    walk_text(&walk, "t");
    assert_string_equal(last, "8+4 t=\"rest\"");
    walk_text(&walk, "t");
    assert_int_equal(told, 3);
}

TEST(the_beginning_of_a_long_text_is_told)
{
    struct walk walk;
    char text[300];

    memset(text, 'x', sizeof text);
    walk = walk_over(text, sizeof text);
    walk_text(&walk, "t");
    assert_int_equal(walk_left(&walk), 0);
    assert_string_equal(last + 8 + 255, "x\"...");
}

TEST(a_field_ends_where_the_walk_does)
{
    struct walk walk = walk_over("\1\2\3", 3);

    walk.end = 2;
    walk_field(&walk, 9, "field", "", "", "%s", "value");
    assert_string_equal(last, "0+2 field=value");
    walk_remark(&walk, "remark", "%d", 1);
    assert_string_equal(last, "2+0 remark=1");
}

TEST(a_name_is_read_to_its_root_or_pointer)
{
    struct walk walk = walk_over("\0\1a\xc0\0\2b", 7);

    walk.pos = 1;
    assert_true(walk_name(&walk, "name"));
    assert_string_equal(last, "3+2 pointer=-> 0x0000 .");
    assert_false(walk_name(&walk, "name"));
    assert_string_equal(last, "5+2 octets=2");
}
