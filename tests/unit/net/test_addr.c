#include "../check.h"

#include "net/addr.h"

#include <arpa/inet.h>

static const char *reformat(const char *text)
{
    static char out[ADDR_TEXT];
    struct addr addr;

    assert_true(addr_parse(&addr, text, 5353));
    return addr_format(&addr, out);
}

static bool parses(const char *text)
{
    struct addr addr;

    return addr_parse(&addr, text, 5353);
}

TEST(an_address_without_a_port_gets_the_given_one)
{
    assert_string_equal(reformat("127.0.0.1"), "127.0.0.1:5353");
    assert_string_equal(reformat("::1"), "[::1]:5353");
    assert_string_equal(reformat("[::1]"), "[::1]:5353");
}

TEST(a_port_may_follow_the_address)
{
    assert_string_equal(reformat("127.0.0.1:53"), "127.0.0.1:53");
    assert_string_equal(reformat("[2001:db8::10]:53"), "[2001:db8::10]:53");
    assert_string_equal(reformat("192.0.2.1:65535"), "192.0.2.1:65535");
    assert_string_equal(reformat("192.0.2.1:0"), "192.0.2.1:0");
}

TEST(colons_without_brackets_are_all_of_the_address)
{
    assert_string_equal(reformat("2001:db8::1:53"), "[2001:db8::1:53]:5353");
}

TEST(the_longest_addresses_are_read_and_written)
{
    assert_string_equal(reformat("255.255.255.255:65535"), "255.255.255.255:65535");
    assert_string_equal(reformat("[fd00:1111:2222:3333:4444:5555:6666:7777]:65535"),
                        "[fd00:1111:2222:3333:4444:5555:6666:7777]:65535");
    assert_string_equal(reformat("[1111:1111:1111:1111:1111:1111:255.255.255.255]:1"),
                        "[1111:1111:1111:1111:1111:1111:ffff:ffff]:1");
}

TEST(a_link_local_address_has_a_link)
{
    assert_string_equal(reformat("fe80::1%lo"), "[fe80::1%lo]:5353");
    assert_string_equal(reformat("[fe80::1%1]:53"), "[fe80::1%lo]:53");
    assert_string_equal(reformat("fe80::1%2147483647"), "[fe80::1%2147483647]:5353");
    assert_false(parses("fe80::1%"));
    assert_false(parses("fe80::1%nolink"));
    assert_false(parses("fe80::1%0"));
    assert_false(parses("fe80::1%-1"));
    assert_false(parses("fe80::1%99999999999"));
    assert_false(parses("::1%lo"));
    assert_false(parses("127.0.0.1%lo"));
}

TEST(what_is_no_port_is_refused)
{
    assert_false(parses("127.0.0.1:"));
    assert_false(parses("127.0.0.1:65536"));
    assert_false(parses("127.0.0.1:99999"));
    assert_false(parses("127.0.0.1:000053"));
    assert_false(parses("127.0.0.1:53x"));
    assert_false(parses("127.0.0.1: 53"));
    assert_false(parses("127.0.0.1:-1"));
    assert_false(parses("127.0.0.1:+1"));
    assert_false(parses("127.0.0.1:53:53"));
    assert_false(parses("[::1]:"));
    assert_false(parses("[::1]:65536"));
    assert_false(parses("[::1]53"));
}

TEST(what_is_no_address_is_refused)
{
    assert_false(parses(""));
    assert_false(parses(":53"));
    assert_false(parses("localhost"));
    assert_false(parses("localhost:53"));
    assert_false(parses("127.1"));
    assert_false(parses("0x7f000001"));
    assert_false(parses("256.0.0.1"));
    assert_false(parses("127.0.0.1 "));
    assert_false(parses("1.2.3.4.5:53"));
    assert_false(parses("[]"));
    assert_false(parses("[]:53"));
    assert_false(parses("["));
    assert_false(parses("[::1"));
    assert_false(parses("::1]:53"));
    assert_false(parses("[::g]:53"));
}

TEST(a_text_of_any_length_is_safe)
{
    char text[4096];

    memset(text, '1', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_false(parses(text));
    text[0] = '[';
    text[sizeof text - 2] = ']';
    assert_false(parses(text));
    text[0] = '1';
    text[sizeof text - 3] = ':';
    assert_false(parses(text));
}

TEST(a_parsed_address_is_one_for_the_kernel)
{
    struct addr addr;

    assert_true(addr_parse(&addr, "192.0.2.1:53", 0));
    assert_int_equal(addr.len, sizeof(struct sockaddr_in));
    assert_int_equal(addr.sock.ip4.sin_family, AF_INET);
    assert_int_equal(addr.sock.ip4.sin_port, htons(53));
    assert_int_equal(addr.sock.ip4.sin_addr.s_addr, htonl(0xc0000201));
    assert_true(addr_parse(&addr, "[::1]:53", 0));
    assert_int_equal(addr.len, sizeof(struct sockaddr_in6));
    assert_int_equal(addr.sock.ip6.sin6_family, AF_INET6);
    assert_int_equal(addr.sock.ip6.sin6_port, htons(53));
}

TEST(the_port_can_be_changed)
{
    struct addr ip4, ip6;
    char text[ADDR_TEXT];

    assert_true(addr_parse(&ip4, "192.0.2.1:53", 0));
    addr_set_port(&ip4, 65535);
    assert_int_equal(addr_port(&ip4), 65535);
    assert_string_equal(addr_format(&ip4, text), "192.0.2.1:65535");
    assert_true(addr_parse(&ip6, "[::1]:53", 0));
    addr_set_port(&ip6, 54);
    assert_int_equal(addr_port(&ip6), 54);
    assert_string_equal(addr_format(&ip6, text), "[::1]:54");
}

static bool is_loopback(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 53));
    return addr_is_loopback(&addr);
}

TEST(all_of_127_and_one_ip6_address_are_loopback)
{
    assert_true(is_loopback("127.0.0.1"));
    assert_true(is_loopback("127.255.255.255"));
    assert_true(is_loopback("::1"));
    assert_false(is_loopback("126.255.255.255"));
    assert_false(is_loopback("128.0.0.1"));
    assert_false(is_loopback("0.0.0.0"));
    assert_false(is_loopback("::"));
    assert_false(is_loopback("::2"));
    assert_false(is_loopback("fe80::1"));
}

TEST(an_ip6_client_is_its_network_of_64_bits)
{
    struct addr ip4, ip6;
    size_t len;

    assert_true(addr_parse(&ip4, "192.0.2.1", 53));
    assert_memory_equal(addr_client(&ip4, &len), "\xc0\0\2\1", 4);
    assert_int_equal(len, 4);
    assert_true(addr_parse(&ip6, "2001:db8:1:2:3::4", 53));
    assert_memory_equal(addr_client(&ip6, &len), "\x20\1\x0d\xb8\0\1\0\2", 8);
    assert_int_equal(len, 8);
}

static bool equal(const char *a, const char *b)
{
    struct addr addr_a, addr_b;

    assert_true(addr_parse(&addr_a, a, 53));
    assert_true(addr_parse(&addr_b, b, 53));
    return addr_equal(&addr_a, &addr_b);
}

TEST(equal_means_family_address_and_port)
{
    assert_true(equal("127.0.0.1", "127.0.0.1:53"));
    assert_true(equal("[::1]:53", "::1"));
    assert_false(equal("127.0.0.1:53", "127.0.0.1:54"));
    assert_false(equal("127.0.0.1", "127.0.0.2"));
    assert_false(equal("[::1]:53", "[::1]:54"));
    assert_false(equal("::1", "::2"));
    assert_false(equal("0.0.0.0", "::"));
    assert_false(equal("127.0.0.1", "::ffff:127.0.0.1"));
}

static struct addr link_local(const char *text, unsigned scope)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 53));
    addr.sock.ip6.sin6_scope_id = scope;
    return addr;
}

TEST(one_address_on_two_links_is_two)
{
    struct addr one = link_local("fe80::1", 1), same = link_local("fe80::1", 1),
                other = link_local("fe80::1", 2), unsaid = link_local("fe80::1", 0);

    assert_true(addr_equal(&one, &same));
    assert_false(addr_equal(&one, &other));
    assert_true(addr_equal(&one, &unsaid));
    assert_true(addr_equal(&unsaid, &other));
}

TEST(a_socket_tells_its_address)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct addr addr;

    assert_true(addr_parse(&addr, "127.0.0.1:0", 0));
    assert_int_equal(bind(fd, &addr.sock.any, addr.len), 0);
    assert_true(addr_of_socket(&addr, fd));
    assert_true(addr_is_loopback(&addr));
    assert_int_not_equal(addr_port(&addr), 0);
    close(fd);
    assert_false(addr_of_socket(&addr, fd));
    assert_int_equal(errno, EBADF);
}
