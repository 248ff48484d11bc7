#include "../check.h"

#include "client/server_address.h"

static struct addr server;
static char error[SERVER_ADDRESS_ERROR];

static void assert_server(const char *text, uint16_t port, const char *expected)
{
    char found[ADDR_TEXT];

    assert_true(server_address_parse(&server, text, port, AF_UNSPEC, error));
    assert_string_equal(addr_format(&server, found), expected);
}

TEST(a_port_may_stand_behind_the_address)
{
    assert_server("127.0.0.2#53", 0, "127.0.0.2:53");
    assert_server("127.0.0.2:53", 99, "127.0.0.2:53");
    assert_server("::1#53", 99, "[::1]:53");
    assert_server("[::1]#53", 99, "[::1]:53");
    assert_server("[::1]:53", 0, "[::1]:53");
}

TEST(without_one_the_usual_port_is_asked)
{
    assert_server("127.0.0.2", 0, "127.0.0.2:5353");
    assert_server("192.0.2.1", 0, "192.0.2.1:53");
    assert_server("192.0.2.1", 99, "192.0.2.1:99");
    assert_server("::1", 99, "[::1]:99");
}

static void assert_refused(const char *text, int family, const char *expected)
{
    assert_false(server_address_parse(&server, text, 0, family, error));
    assert_string_equal(error, expected);
}

TEST(mistakes_are_named)
{
    assert_refused("127.0.0.1", AF_INET6, "@127.0.0.1: -6 asks for an IPv6 address");
    assert_refused("::1", AF_INET, "@::1: -4 asks for an IPv4 address");
    assert_refused("", AF_UNSPEC, "@: no ADDRESS, ADDRESS#PORT or NAME");
    assert_refused("::1#", AF_UNSPEC, "@::1#: no ADDRESS, ADDRESS#PORT or NAME");
    assert_refused("::1#0", AF_UNSPEC, "@::1#0: no ADDRESS, ADDRESS#PORT or NAME");
}

TEST(a_port_is_a_number_from_1_to_65535)
{
    uint16_t port;

    assert_true(server_address_parse_port("65535", &port));
    assert_int_equal(port, 65535);
    assert_false(server_address_parse_port("0", &port));
    assert_false(server_address_parse_port("65536", &port));
    assert_false(server_address_parse_port("-1", &port));
    assert_false(server_address_parse_port("53x", &port));
    assert_false(server_address_parse_port("", &port));
}
