#include "sockets.h"

#include "net/clients.h"

enum { PLACES_MAX = 1100 };

static struct clients clients;
static struct place places[PLACES_MAX]; /* taken in this order */
static size_t place_count;

static void set_up(void)
{
    place_count = 0;
    assert_int_equal(clients_init(&clients), 0);
}

static void tear_down(void)
{
    while (place_count > 0)
        clients_give_back(&clients, &places[--place_count]);
    clients_free(&clients);
}

FIXTURE(clients, set_up, tear_down);

static struct place *take(const char *text)
{
    struct addr addr = address_of(text);
    struct place *place = &places[place_count++];

    assert_in_range(place_count, 1, PLACES_MAX);
    assert_true(clients_take(&clients, &addr, place));
    return place;
}

static void take_many(const char *text, int count)
{
    while (count-- > 0)
        take(text);
}

/* What the client of the address has. */
static size_t has(const char *text)
{
    struct addr addr = address_of(text);
    const struct client *client = clients_find(&clients, &addr);

    return client ? client_has(client) : 0;
}

/* The place that gives way for one of the address's client. */
static struct place *most(const char *text)
{
    struct addr addr = address_of(text);

    return clients_most(&clients, &addr);
}

TEST_WITH(clients, what_is_taken_is_counted_until_it_is_given_back)
{
    struct place *one = take("192.0.2.1"), *again = take("192.0.2.1");

    assert_ptr_equal(one->client, again->client);
    assert_int_equal(has("192.0.2.1"), 2);
    clients_give_back(&clients, one);
    assert_int_equal(has("192.0.2.1"), 1);
    clients_give_back(&clients, one); /* harmless */
    assert_int_equal(has("192.0.2.1"), 1);
    clients_give_back(&clients, again);
    assert_int_equal(has("192.0.2.1"), 0);
}

TEST_WITH(clients, nothing_is_kept_of_a_client_that_has_nothing)
{
    clients_give_back(&clients, take("192.0.2.1"));
    assert_int_equal(clients.table.count, 0);
}

TEST_WITH(clients, the_port_does_not_matter)
{
    assert_ptr_equal(take("192.0.2.1:1000")->client, take("192.0.2.1:2000")->client);
}

TEST_WITH(clients, each_ipv4_address_is_a_client)
{
    assert_ptr_not_equal(take("192.0.2.1")->client, take("192.0.2.2")->client);
    assert_int_equal(has("192.0.2.1"), 1);
}

TEST_WITH(clients, an_ipv6_network_of_64_bits_is_one_client)
{
    take("2001:db8:0:1::1");
    take("2001:db8:0:1:ffff::2");
    take("2001:db8:0:2::1");
    assert_int_equal(has("2001:db8:0:1::99"), 2);
    assert_int_equal(has("2001:db8:0:2::99"), 1);
}

TEST_WITH(clients, the_families_are_told_apart)
{
    assert_ptr_not_equal(take("0.0.0.1")->client, take("0:1::")->client);
}

TEST_WITH(clients, the_oldest_place_of_the_client_that_has_most_gives_way)
{
    struct place *first;

    take("192.0.2.1");
    first = take("198.51.100.1");
    take_many("198.51.100.1", 5);
    assert_ptr_equal(most("192.0.2.1"), first);
    assert_ptr_equal(most("203.0.113.1"), first);
    clients_give_back(&clients, first);
    assert_ptr_equal(most("192.0.2.1"), first + 1);
}

TEST_WITH(clients, the_client_that_has_most_gets_no_more)
{
    take("192.0.2.1");
    take_many("198.51.100.1", 5);
    assert_null(most("198.51.100.1"));
}

/* The other would have no more then. */
TEST_WITH(clients, nobody_gives_way_for_a_client_that_has_nearly_as_much)
{
    take_many("192.0.2.1", 4);
    take_many("198.51.100.1", 5);
    assert_null(most("192.0.2.1"));
    assert_null(most("198.51.100.1"));
}

TEST_WITH(clients, the_oldest_place_of_all_clients_that_have_most)
{
    take("192.0.2.1");
    assert_null(clients_most(&clients, NULL));
    take("192.0.2.1");
    take("198.51.100.1");
    assert_ptr_equal(clients_most(&clients, NULL), &places[0]);
}

TEST_WITH(clients, a_place_is_its_clients_and_its_networks)
{
    struct addr near = address_of("192.0.2.9"), far = address_of("198.51.100.1");
    const struct place *place = take("192.0.2.1");

    take("198.51.100.1");
    assert_true(place_is_of(place, place->client));
    assert_true(place_is_of(place, clients_find_network(&clients, &near)));
    assert_false(place_is_of(place, clients_find_network(&clients, &far)));
}

TEST_WITH(clients, one_place_each_is_nothing_to_give_way_of)
{
    assert_null(most("203.0.113.1"));
    take("192.0.2.1");
    take("198.51.100.1");
    assert_null(most("203.0.113.1"));
}

/* /24 of IPv4 and /48 of IPv6: each of its addresses has less than the other client. */
TEST_WITH(clients, a_network_counts_as_a_whole)
{
    static const char *const networks[2][4] = {
        {"198.51.100.1", "198.51.100.2", "198.51.100.3", "192.0.2.1"},
        {"2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2:1::1"}};

    for (int i = 0; i < 2; i++) {
        const struct place *first = &places[place_count];

        take_many(networks[i][0], 10);
        take_many(networks[i][1], 9);
        take_many(networks[i][2], 9);
        take_many(networks[i][3], 12);
        assert_ptr_equal(most(networks[i][3]), first);
        while (place_count > 0)
            clients_give_back(&clients, &places[--place_count]);
    }
}

/* A user with a /48 of IPv6 has 65,536 clients. */
TEST_WITH(clients, a_network_with_one_place_for_each_of_its_clients_gives_way)
{
    char text[32];

    for (int i = 0; i < 9; i++) {
        sprintf(text, "2001:db8:1:%d::1", i);
        take(text);
    }
    take("192.0.2.1");
    assert_non_null(most("192.0.2.1"));
    assert_non_null(most("203.0.113.1"));
    assert_false(place_is_of(most("203.0.113.1"), places[9].client));
    assert_null(most("2001:db8:1:99::1")); /* its network has most, and nobody there two */
}

TEST_WITH(clients, the_client_that_has_most_gives_way_for_a_neighbour)
{
    struct place *first;

    first = take("198.51.100.1");
    take_many("198.51.100.1", 10);
    take_many("192.0.2.1", 5);
    assert_ptr_equal(most("198.51.100.2"), first);
}

static void await_many(const char *text, int count)
{
    while (count-- > 0)
        place_await_turn(take(text));
}

/* Whose turn it is; what is ahead arrives at once. */
static const struct client *next_client(void)
{
    struct place *place = clients_next(&clients);

    if (!place)
        return NULL;
    place_arrive(place);
    return place->client;
}

TEST_WITH(clients, places_of_a_client_go_in_the_order_of_their_coming)
{
    await_many("192.0.2.1", 3);
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(clients_next(&clients), &places[i]);
    assert_null(clients_next(&clients));
}

TEST_WITH(clients, one_behind_a_thousand_of_another_client_is_second)
{
    struct place *only;

    await_many("192.0.2.1", 1000);
    only = take("192.0.2.2");
    place_await_turn(only);
    assert_ptr_not_equal(next_client(), only->client);
    assert_ptr_equal(next_client(), only->client);
    assert_ptr_not_equal(next_client(), only->client);
}

TEST_WITH(clients, networks_take_turns_before_their_clients_do)
{
    const struct place *other;
    int turns = 0;

    for (int i = 1; i <= 9; i++) {
        char text[] = "192.0.2.x";

        text[8] = (char)('0' + i);
        await_many(text, 10);
    }
    other = &places[place_count];
    await_many("198.51.100.1", 10);
    for (int i = 0; i < 10; i++)
        turns += next_client() == other->client;
    assert_int_equal(turns, 5);
}

TEST_WITH(clients, many_of_a_client_that_is_alone_go_ahead)
{
    await_many("192.0.2.1", 100);
    for (int i = 0; i < 64; i++)
        assert_ptr_equal(clients_next(&clients), &places[i]);
    assert_null(clients_next(&clients));
    place_arrive(&places[7]);
    assert_ptr_equal(clients_next(&clients), &places[64]);
    assert_false(place_is_shared(&places[64]));
}

TEST_WITH(clients, one_of_each_client_among_others_goes_ahead)
{
    struct place *one, *other;

    await_many("192.0.2.1", 10);
    await_many("192.0.2.2", 10);
    one = clients_next(&clients);
    other = clients_next(&clients);
    assert_ptr_not_equal(one->client, other->client);
    assert_true(place_is_shared(one));
    assert_null(clients_next(&clients));
    place_arrive(other);
    assert_ptr_equal(clients_next(&clients), other + 1);
    assert_null(clients_next(&clients));
    clients_give_back(&clients, one);
    assert_ptr_equal(clients_next(&clients), one + 1);
}

TEST_WITH(clients, four_of_a_network_among_others_go_ahead)
{
    size_t other;
    int count = 0;

    for (int i = 1; i <= 9; i++) {
        char text[] = "192.0.2.x";

        text[8] = (char)('0' + i);
        await_many(text, 10);
    }
    other = place_count;
    await_many("198.51.100.1", 10);
    for (struct place *place; (place = clients_next(&clients)); count++)
        assert_true(count < 5);
    assert_int_equal(count, 5);
    assert_true(places[other].is_ahead);
}

TEST_WITH(clients, a_place_that_was_given_back_has_no_turn)
{
    struct place *gone;

    gone = take("192.0.2.1");
    place_await_turn(gone);
    await_many("198.51.100.1", 1);
    clients_give_back(&clients, gone);
    assert_ptr_equal(clients_next(&clients), gone + 1);
    assert_null(clients_next(&clients));
}

TEST_WITH(clients, a_turn_that_is_not_needed_any_more_is_left_out)
{
    await_many("192.0.2.1", 3);
    place_end_turn(&places[0]);
    assert_ptr_equal(clients_next(&clients), &places[1]);
}
