#include "../dnstap/tapped.h"
#include "clients.h"

#include "serve/client_tap.h"

static struct query query;
static struct addr at;

static void set_up(void)
{
    tap_own = ring_new();
    assert_true(addr_parse(&at, "127.0.0.1:5353", 0));
    query = (struct query){.at = &at};
    assert_true(addr_parse(&query.path.peer, "127.0.0.9:4242", 0));
}

static void tear_down(void)
{
    ring_free(tap_own);
    tap_own = NULL;
}

FIXTURE(tap, set_up, tear_down);

static void is_taken(enum tap_type type, const char *text, size_t len)
{
    assert_int_equal(ring_take(tap_own), TAP_RING_TAKEN);
    assert_int_equal(taken.type, type);
    assert_int_equal(taken.len, len);
    assert_memory_equal(taken_octets, text, len);
}

static void is_between(const uint8_t asker[4], uint16_t asker_port, const uint8_t server[4],
                       uint16_t server_port)
{
    assert_memory_equal(taken.asker, asker, 4);
    assert_int_equal(taken.asker_port, asker_port);
    assert_true(taken.has_server);
    assert_memory_equal(taken.server, server, 4);
    assert_int_equal(taken.server_port, server_port);
}

static const uint8_t peer[] = {127, 0, 0, 9}, own[] = {127, 0, 0, 1};

TEST_WITH(tap, a_query_and_its_response_tell_who_and_when)
{
    int64_t before = clock_unix_ns(), asked;

    client_tap_query(&query, (const uint8_t *)"query", 5);
    is_taken(TAP_CLIENT_QUERY, "query", 5);
    is_between(peer, 4242, own, 5353);
    assert_false(taken.over_tcp);
    assert_true(taken.asked >= before);
    assert_int_equal(taken.answered, 0);
    asked = taken.asked;
    client_tap_response(&query, (const uint8_t *)"response", 8);
    is_taken(TAP_CLIENT_RESPONSE, "response", 8);
    is_between(peer, 4242, own, 5353);
    assert_int_equal(taken.asked, asked);
    assert_true(taken.answered >= asked);
}

TEST_WITH(tap, a_socket_for_all_addresses_tells_the_one_that_was_asked)
{
    const uint8_t asked[] = {127, 0, 0, 7};

    assert_true(addr_parse(&at, "0.0.0.0:5300", 0));
    assert_true(addr_parse(&query.path.local, "127.0.0.7", 0));
    client_tap_query(&query, (const uint8_t *)"query", 5);
    is_taken(TAP_CLIENT_QUERY, "query", 5);
    is_between(peer, 4242, asked, 5300);
}

TEST_WITH(tap, a_connection_that_has_ended_has_no_address_of_ours)
{
    query.over_tcp = true;
    client_tap_response(&query, (const uint8_t *)"response", 8);
    is_taken(TAP_CLIENT_RESPONSE, "response", 8);
    assert_true(taken.over_tcp);
    assert_false(taken.has_server);
}

TEST_WITH(tap, the_fast_path_has_both_at_once)
{
    client_tap_answered(&at, &query.path, (const uint8_t *)"query", 5,
                        (const uint8_t *)"response", 8);
    is_taken(TAP_CLIENT_QUERY, "query", 5);
    is_between(peer, 4242, own, 5353);
    assert_int_equal(taken.answered, 0);
    is_taken(TAP_CLIENT_RESPONSE, "response", 8);
    is_between(peer, 4242, own, 5353);
    assert_int_equal(taken.asked, taken.answered);
}
