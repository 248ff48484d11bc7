#include "../check.h"

#include "net/endpoint.h"

static const char *read_back(const char *text)
{
    static char shown[ADDR_TEXT];
    struct endpoint endpoint;

    return endpoint_parse(&endpoint, text, 5353) ? endpoint_format(&endpoint, shown) : NULL;
}

TEST(an_address_is_read_as_ever)
{
    assert_string_equal(read_back("127.0.0.1"), "127.0.0.1:5353");
    assert_string_equal(read_back("[::1]:53"), "[::1]:53");
    assert_string_equal(read_back("fe80::1"), "[fe80::1]:5353");
    assert_null(read_back("localhost"));
    assert_null(read_back(""));
}

TEST(a_link_need_not_be_there_and_is_kept_as_it_was_given)
{
    assert_string_equal(read_back("fe80::1%br9"), "[fe80::1%br9]:5353");
    assert_string_equal(read_back("[fe80::1%br9]"), "[fe80::1%br9]:5353");
    assert_string_equal(read_back("[fe80::1%br9]:53"), "[fe80::1%br9]:53");
    assert_string_equal(read_back("[fe80::1%2147483647]:53"), "[fe80::1%2147483647]:53");
    assert_string_equal(read_back("[fe80::1%fifteen-octets_]:53"),
                        "[fe80::1%fifteen-octets_]:53");
}

TEST(what_no_link_can_be_called_is_refused)
{
    assert_null(read_back("fe80::1%"));
    assert_null(read_back("[fe80::1%]:53"));
    assert_null(read_back("[fe80::1%sixteen-octets__]:53"));
    assert_null(read_back("fe80::1%a/b"));
    assert_null(read_back("[fe80::1%a:b]:53"));
    assert_null(read_back("fe80::1%a b"));
    assert_null(read_back("fe80::1%a%b"));
    assert_null(read_back("%"));
    assert_null(read_back("[%]:53"));
}

/* Only there it decides which address is meant (RFC 4007 section 11). */
TEST(only_a_link_local_address_has_a_link)
{
    assert_null(read_back("::1%lo"));
    assert_null(read_back("[2001:db8::1%lo]:53"));
    assert_null(read_back("127.0.0.1%lo"));
}

TEST(a_text_of_any_length_is_safe)
{
    char text[4096];

    memset(text, 'e', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_null(read_back(text));
    memcpy(text, "fe80::1%", 8);
    for (size_t len = sizeof text - 1; len > 7; len--) {
        text[len] = '\0';
        if (len < 8 + 1 || len > 8 + 15)
            assert_null(read_back(text));
        else
            assert_non_null(read_back(text));
    }
}

TEST(the_number_of_a_link_is_that_of_the_moment)
{
    struct endpoint endpoint;

    assert_true(endpoint_parse(&endpoint, "fe80::1%lo", 53));
    assert_true(endpoint_find_link(&endpoint));
    assert_int_equal(endpoint.addr.sock.ip6.sin6_scope_id, 1);
    assert_true(endpoint_parse(&endpoint, "fe80::1%1", 53));
    assert_true(endpoint_find_link(&endpoint));
    assert_int_equal(endpoint.addr.sock.ip6.sin6_scope_id, 1);
    for (size_t i = 0; i < 5; i++) {
        static const char *const none[] = {"fe80::1%no-such-link", "fe80::1%0",
                                           "fe80::1%2147483647", "fe80::1%2147483648",
                                           "fe80::1%4294967297"};

        assert_true(endpoint_parse(&endpoint, none[i], 53));
        assert_false(endpoint_find_link(&endpoint));
        assert_int_equal(endpoint.addr.sock.ip6.sin6_scope_id, 0);
    }
}
