#include "sockets.h"

#include "net/clients.h"

static struct clients clients;

static void set_up(void)
{
    assert_int_equal(clients_init(&clients), 0);
}

static void tear_down(void)
{
    clients_free(&clients);
}

FIXTURE(clients, set_up, tear_down);

static struct client *take(const char *text)
{
    struct addr addr = address_of(text);

    return clients_take(&clients, &addr);
}

/* What the client of the address has. */
static size_t has(const char *text)
{
    struct addr addr = address_of(text);
    const struct client *client = clients_find(&clients, &addr);

    return client ? client_has(client) : 0;
}

TEST_WITH(clients, what_is_taken_is_counted_until_it_is_given_back)
{
    struct client *one = take("192.0.2.1"), *again = take("192.0.2.1");

    assert_ptr_equal(one, again);
    assert_int_equal(has("192.0.2.1"), 2);
    clients_give_back(&clients, one);
    assert_int_equal(has("192.0.2.1"), 1);
    clients_give_back(&clients, one);
    assert_int_equal(has("192.0.2.1"), 0);
}

TEST_WITH(clients, nothing_is_kept_of_who_has_nothing)
{
    clients_give_back(&clients, take("192.0.2.1"));
    assert_int_equal(clients.table.count, 0);
}

TEST_WITH(clients, the_port_does_not_matter)
{
    struct client *one = take("192.0.2.1:1000"), *other = take("192.0.2.1:2000");

    assert_ptr_equal(one, other);
    clients_give_back(&clients, one);
    clients_give_back(&clients, other);
}

TEST_WITH(clients, each_ipv4_address_is_a_client)
{
    struct client *one = take("192.0.2.1"), *other = take("192.0.2.2");

    assert_ptr_not_equal(one, other);
    assert_int_equal(has("192.0.2.1"), 1);
    clients_give_back(&clients, one);
    clients_give_back(&clients, other);
}

TEST_WITH(clients, an_ipv6_network_of_64_bits_is_one_client)
{
    struct client *one = take("2001:db8:0:1::1"), *same = take("2001:db8:0:1:ffff::2"),
                  *other = take("2001:db8:0:2::1");

    assert_ptr_equal(one, same);
    assert_ptr_not_equal(one, other);
    assert_int_equal(has("2001:db8:0:1::99"), 2);
    clients_give_back(&clients, one);
    clients_give_back(&clients, same);
    clients_give_back(&clients, other);
}

TEST_WITH(clients, the_families_are_told_apart)
{
    struct client *one = take("0.0.0.1"), *other = take("0:1::");

    assert_ptr_not_equal(one, other);
    clients_give_back(&clients, one);
    clients_give_back(&clients, other);
}
