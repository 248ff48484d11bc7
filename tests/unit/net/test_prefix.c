#include "sockets.h"

#include "net/prefix.h"

static bool has(const char *text, const char *address)
{
    struct addr addr = address_of(address);
    struct prefix prefix;

    assert_true(prefix_parse(&prefix, text));
    return prefix_has(&prefix, &addr);
}

TEST(a_block_has_its_addresses)
{
    assert_true(has("127.0.0.0/8", "127.0.0.1"));
    assert_true(has("127.0.0.0/8", "127.255.255.255"));
    assert_false(has("127.0.0.0/8", "128.0.0.1"));
    assert_false(has("127.0.0.0/8", "126.255.255.255"));
    assert_true(has("2001:db8::/32", "2001:db8:ffff::1"));
    assert_false(has("2001:db8::/32", "2001:db9::1"));
}

TEST(it_may_end_between_octets)
{
    assert_true(has("192.0.2.8/29", "192.0.2.15"));
    assert_false(has("192.0.2.8/29", "192.0.2.16"));
    assert_false(has("192.0.2.8/29", "192.0.2.7"));
    assert_true(has("fe80::/10", "febf::1"));
    assert_false(has("fe80::/10", "fec0::1"));
}

TEST(without_a_length_it_is_one_address)
{
    assert_true(has("192.0.2.1", "192.0.2.1"));
    assert_false(has("192.0.2.1", "192.0.2.2"));
    assert_true(has("::1", "::1"));
    assert_false(has("::1", "::2"));
}

TEST(length_0_is_every_address_of_its_family)
{
    assert_true(has("0.0.0.0/0", "203.0.113.9"));
    assert_false(has("0.0.0.0/0", "2001:db8::1"));
    assert_true(has("::/0", "2001:db8::1"));
    assert_false(has("::/0", "203.0.113.9"));
}

TEST(a_mapped_address_is_an_ipv4_address)
{
    assert_true(has("192.0.2.0/24", "::ffff:192.0.2.7"));
    assert_false(has("::/0", "::ffff:192.0.2.7"));
}

TEST(what_is_no_block_is_refused)
{
    static const char *const texts[] = {
        "",
        "/",
        "/8",
        "127.0.0.0/",
        "127.0.0.0/33",
        "::/129",
        "127.0.0.1/8",
        "2001:db8::1/32",
        "127.0.0.0/-1",
        "127.0.0.0/8x",
        "127.0.0.0/ 8",
        "127.0.0.1:53",
        "[::1]",
        "fe80::1%lo",
        "localhost",
        "10.0.0.0/8/8",
        "127.0.0.0/4294967304",
    };
    struct prefix prefix;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (prefix_parse(&prefix, texts[i]))
            fail_msg("taken: %s", texts[i]);
}
