#include "sockets.h"

#include "net/clients.h"

static struct clients clients;

static int set_up(void **state)
{
    (void)state;
    return clients_init(&clients);
}

static int tear_down(void **state)
{
    (void)state;
    clients_free(&clients);
    return 0;
}

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

static void what_is_taken_is_counted_until_it_is_given_back(void **state)
{
    struct client *one = take("192.0.2.1"), *again = take("192.0.2.1");

    (void)state;
    assert_ptr_equal(one, again);
    assert_int_equal(has("192.0.2.1"), 2);
    clients_give_back(&clients, one);
    assert_int_equal(has("192.0.2.1"), 1);
    clients_give_back(&clients, one);
    assert_int_equal(has("192.0.2.1"), 0);
}

static void nothing_is_kept_of_who_has_nothing(void **state)
{
    (void)state;
    clients_give_back(&clients, take("192.0.2.1"));
    assert_int_equal(clients.table.count, 0);
}

static void the_port_does_not_matter(void **state)
{
    struct client *one = take("192.0.2.1:1000"), *other = take("192.0.2.1:2000");

    (void)state;
    assert_ptr_equal(one, other);
    clients_give_back(&clients, one);
    clients_give_back(&clients, other);
}

static void each_ipv4_address_is_a_client(void **state)
{
    struct client *one = take("192.0.2.1"), *other = take("192.0.2.2");

    (void)state;
    assert_ptr_not_equal(one, other);
    assert_int_equal(has("192.0.2.1"), 1);
    clients_give_back(&clients, one);
    clients_give_back(&clients, other);
}

static void an_ipv6_network_of_64_bits_is_one_client(void **state)
{
    struct client *one = take("2001:db8:0:1::1"), *same = take("2001:db8:0:1:ffff::2"),
                  *other = take("2001:db8:0:2::1");

    (void)state;
    assert_ptr_equal(one, same);
    assert_ptr_not_equal(one, other);
    assert_int_equal(has("2001:db8:0:1::99"), 2);
    clients_give_back(&clients, one);
    clients_give_back(&clients, same);
    clients_give_back(&clients, other);
}

static void the_families_are_told_apart(void **state)
{
    struct client *one = take("0.0.0.1"), *other = take("0:1::");

    (void)state;
    assert_ptr_not_equal(one, other);
    clients_give_back(&clients, one);
    clients_give_back(&clients, other);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_taken_is_counted_until_it_is_given_back),
        CASE(nothing_is_kept_of_who_has_nothing),
        CASE(the_port_does_not_matter),
        CASE(each_ipv4_address_is_a_client),
        CASE(an_ipv6_network_of_64_bits_is_one_client),
        CASE(the_families_are_told_apart),
    };

    return cmocka_run_group_tests_name("clients", tests, NULL, NULL);
}
