#include "../check.h"

#include "dns/data.h"

static char *text;

static void end(void)
{
    free(text);
    text = NULL;
}

static const char *data(uint16_t type, const void *octets, size_t size)
{
    free(text);
    return text = data_text(type, octets, size);
}

#define DATA(type, octets) data(type, octets, sizeof(octets) - 1)

TEST(services_are_an_address_a_protocol_and_ports)
{
    assert_string_equal(DATA(11, "\x7f\0\0\1\6"), "127.0.0.1 6");
    assert_string_equal(DATA(11, "\xc0\0\2\1\x11\0\0\0\1\x80\0\0\0"), "192.0.2.1 17 31 32");
    assert_null(DATA(11, "\x7f\0\0\1"));
}

TEST(every_port_there_can_be_fits)
{
    uint8_t octets[5 + 8192];

    memset(octets, 0xff, sizeof octets);
    assert_non_null(strstr(data(11, octets, sizeof octets), " 65534 65535"));
    assert_null(data(11, octets, sizeof octets + 1));
}

TEST(strings_stand_in_quotes)
{
    assert_string_equal(DATA(16, "\3a\"b\0"), "\"a\\\"b\" \"\"");
    assert_null(DATA(16, "\4abc"));
}

TEST(an_empty_value_is_seen)
{
    assert_string_equal(DATA(257, "\0\5issue"), "0 issue \"\"");
    assert_string_equal(DATA(257, "\x80\5iodefm\"\n"), "128 iodef \"m\\\"\\010\"");
    assert_null(DATA(257, "\0\5issu"));
    assert_null(DATA(257, "\0\3a b"));
    assert_null(DATA(257, "\0\0x"));
}

TEST(types_that_ldns_does_not_know_have_their_fields)
{
    assert_string_equal(DATA(260, "\12\0"), "10 0 0 .");
    assert_string_equal(DATA(260, "\12\x81\xcb\0\x71\17"), "10 1 1 203.0.113.15");
    assert_string_equal(DATA(260, "\12\2\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
                        "10 0 2 2001:db8::1");
    assert_string_equal(DATA(260, "\12\3\1a\4test\0"), "10 0 3 a.test.");
    assert_null(DATA(260, "\12\1\xcb\0\x71"));
    assert_null(DATA(260, "\12\0\0"));
    assert_string_equal(DATA(66, "\0\x3b\1\0\x35\1a\4test\0"), "CDS NOTIFY 53 a.test.");
    assert_string_equal(DATA(66, "\0\x3b\2\0\x35\0"), "CDS 2 53 .");
    assert_string_equal(DATA(23, "\1a\4test\0"), "a.test.");
    assert_null(DATA(23, "\1a\xc0\0"));
    assert_string_equal(DATA(32768, "\0\1\5\1\xde\xad"), "1 5 1 dead");
    assert_string_equal(DATA(262, "\3BTC\3abc"), "\"BTC\" \"abc\"");
}

TEST(what_has_no_form_cannot_be_wrong)
{
    assert_true(data_is_opaque(65280, 0) && data_is_opaque(128, 0) &&
                data_is_opaque(40, 3));
    assert_true(data_is_opaque(10, 0) && data_is_opaque(42, 0));
    assert_false(data_is_opaque(1, 0) || data_is_opaque(16, 0) || data_is_opaque(42, 1));
    assert_false(data_is_opaque(260, 0));
}

TEST(other_types_are_left_to_ldns)
{
    assert_true(data_is_own(16) && data_is_own(99) && data_is_own(11));
    assert_false(data_is_own(1) || data_is_own(65));
}

GROUP(NULL, end);
