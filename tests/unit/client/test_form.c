#include "../check.h"

#include "client/form.h"

static struct ask_form form;

static bool subnet(const char *text)
{
    form = (struct ask_form){0};
    return form_parse_subnet(&form, text);
}

static bool cookie(const char *text)
{
    form = (struct ask_form){0};
    return form_parse_cookie(&form, text);
}

TEST(a_subnet_is_an_address_and_its_bits)
{
    assert_true(subnet("192.0.2.1"));
    assert_int_equal(form.subnet_family, 1);
    assert_int_equal(form.subnet_bits, 32);
    assert_memory_equal(form.subnet, ((uint8_t[]){192, 0, 2, 1}), 4);
    assert_true(subnet("2001:db8::/33"));
    assert_int_equal(form.subnet_family, 2);
    assert_int_equal(form.subnet_bits, 33);
}

TEST(bits_behind_the_prefix_are_left_out)
{
    assert_true(subnet("255.255.255.255/9"));
    assert_memory_equal(form.subnet, ((uint8_t[]){255, 128, 0, 0}), 4);
    assert_true(subnet("ffff::ffff/0"));
    assert_memory_equal(form.subnet, (uint8_t[16]){0}, 16);
}

TEST(zero_is_no_address)
{
    assert_true(subnet("0"));
    assert_true(form.has_subnet);
    assert_int_equal(form.subnet_family, 1);
    assert_int_equal(form.subnet_bits, 0);
}

TEST(what_is_no_subnet_is_refused)
{
    assert_false(subnet(""));
    assert_false(subnet("/24"));
    assert_false(subnet("host"));
    assert_false(subnet("192.0.2.1/33"));
    assert_false(subnet("192.0.2.1/"));
    assert_false(subnet("192.0.2.1/-1"));
    assert_false(subnet("2001:db8::/129"));
    assert_false(subnet("2001:db8::/8x"));
    assert_false(subnet("1111111111111111111111111111111111111111111111111/8"));
}

TEST(a_cookie_is_hexadecimal)
{
    assert_true(cookie("0011223344AAbbcc"));
    assert_int_equal(form.cookie_size, 8);
    assert_memory_equal(form.cookie,
                        ((uint8_t[]){0x00, 0x11, 0x22, 0x33, 0x44, 0xaa, 0xbb, 0xcc}), 8);
    assert_true(cookie("00112233445566770011223344556677"));
    assert_int_equal(form.cookie_size, 16);
}

TEST(what_is_no_cookie_is_refused)
{
    char longest[2 * 41 + 1];

    assert_false(cookie(""));
    assert_false(cookie("00"));
    assert_false(cookie("001122334455667"));
    assert_false(cookie("00112233445566zz"));
    assert_false(cookie("001122334455667700"));
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(cookie(longest));
    longest[80] = '\0';
    assert_true(cookie(longest));
}

TEST(cookies_that_are_drawn_differ)
{
    struct ask_form other = {0};

    assert_true(form_draw_cookie(&form) && form_draw_cookie(&other));
    assert_int_equal(other.cookie_size, 8);
    assert_memory_not_equal(form.cookie, other.cookie, 8);
}
