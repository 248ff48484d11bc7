#include "../check.h"

#include "client/show.h"

TEST(the_end_of_a_connection_has_words)
{
    assert_string_equal(show_system_error(ENODATA), "the server closed the connection");
    assert_string_equal(show_system_error(ECONNREFUSED), "Connection refused");
}

TEST(a_server_is_address_and_port)
{
    char text[SHOW_SERVER];
    struct addr addr;

    assert_true(addr_parse(&addr, "127.0.0.1", 5353));
    assert_string_equal(show_server(&addr, text), "127.0.0.1 port 5353");
    assert_true(addr_parse(&addr, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535));
    assert_string_equal(show_server(&addr, text),
                        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff port 65535");
}

TEST(a_bad_name_is_printed_safely)
{
    char *complained;
    size_t size;
    FILE *err = open_memstream(&complained, &size);

    show_bad_name("a..\x1b", "not a domain name", err);
    fclose(err);
    assert_string_equal(complained, "hostdns: \"a..\\027\": not a domain name\n");
    free(complained);
}
