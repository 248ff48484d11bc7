#include "../check.h"

#include "web/http_hosts.h"

static struct http_hosts hosts;

static void forget(void)
{
    hosts = (struct http_hosts){.count = 0};
}

FIXTURE(hosts, forget, NULL);

TEST_WITH(hosts, addresses_and_localhost_are_good)
{
    assert_true(http_hosts_has(&hosts, "127.0.0.1"));
    assert_true(http_hosts_has(&hosts, "127.0.0.1:8053"));
    assert_true(http_hosts_has(&hosts, "192.0.2.1:80"));
    assert_true(http_hosts_has(&hosts, "[::1]"));
    assert_true(http_hosts_has(&hosts, "[2001:db8::1]:8053"));
    assert_true(http_hosts_has(&hosts, "localhost"));
    assert_true(http_hosts_has(&hosts, "LocalHost:8053"));
}

/* Each could be a name of somebody else, which leads here. */
TEST_WITH(hosts, other_names_are_not)
{
    static const char *const bad[] = {
        "evil.example",
        "evil.example:8053",
        "localhost.evil.example",
        "127.0.0.1.example",
        "127.1",
        "0x7f000001",
        "2130706433",
        "",
        ":8053",
        "localhost ",
        " localhost",
        "localhost, evil.example",
        "user@localhost",
        "localhost/",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(http_hosts_has(&hosts, bad[i]));
}

TEST_WITH(hosts, what_is_no_host_and_port_is_not)
{
    static const char *const bad[] = {
        "127.0.0.1:x", "127.0.0.1:1:2",  "127.0.0.1:123456", "::1",
        "[::1",        "[::1]8053",      "[::1]:80x",        "[]",
        "[127.0.0.1]", "[evil.example]", "[::1%eth0]",
    };

    assert_true(http_hosts_has(&hosts, "127.0.0.1:12345"));
    assert_true(http_hosts_has(&hosts, "127.0.0.1:"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(http_hosts_has(&hosts, bad[i]));
}

TEST_WITH(hosts, the_operators_names_are_good_in_any_case)
{
    assert_true(http_hosts_add(&hosts, "dns.example"));
    assert_true(http_hosts_add(&hosts, "ns"));
    assert_true(http_hosts_has(&hosts, "dns.example"));
    assert_true(http_hosts_has(&hosts, "DNS.Example:8053"));
    assert_true(http_hosts_has(&hosts, "ns"));
    assert_false(http_hosts_has(&hosts, "a.dns.example"));
    assert_false(http_hosts_has(&hosts, "example"));
}

TEST_WITH(hosts, a_name_has_the_letters_of_one)
{
    assert_false(http_hosts_add(&hosts, ""));
    assert_false(http_hosts_add(&hosts, "dns.example:80"));
    assert_false(http_hosts_add(&hosts, "dns example"));
    assert_false(http_hosts_add(&hosts, "*.example"));
    assert_int_equal(hosts.count, 0);
}

TEST_WITH(hosts, a_name_is_as_long_as_a_name_may_be)
{
    char name[255];

    memset(name, 'a', sizeof name);
    name[254] = '\0';
    assert_false(http_hosts_add(&hosts, name));
    assert_false(http_hosts_has(&hosts, name));
    name[253] = '\0';
    assert_true(http_hosts_add(&hosts, name));
    assert_true(http_hosts_has(&hosts, name));
}

TEST_WITH(hosts, there_are_sixteen_at_most)
{
    char name[8];

    for (int i = 0; i < 16; i++) {
        sprintf(name, "n%d", i);
        assert_true(http_hosts_add(&hosts, name));
    }
    assert_false(http_hosts_add(&hosts, "n16"));
    assert_true(http_hosts_has(&hosts, "n15"));
}
