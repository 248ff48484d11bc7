#include "tapped.h"

#include "base/counters.h"
#include "dnstap/tap_memory.h"

static void *memory;

static void set_up(void)
{
    int fd = tap_memory_open(-1);

    memory = tap_memory_map(fd);
    assert_non_null(memory);
    assert_int_equal(tap_open(fd, 3), 0);
    close(fd);
}

static void tear_down(void)
{
    tap_own = NULL;
}

FIXTURE(tap, set_up, tear_down);

static struct addr asker, server;

static struct tap_message message_between(const char *from, const char *to)
{
    assert_true(addr_parse(&asker, from, 0));
    assert_true(!to || addr_parse(&server, to, 0));
    return (struct tap_message){.type = TAP_CLIENT_RESPONSE,
                                .asker = &asker,
                                .server = to ? &server : NULL,
                                .asked = 1795953600000000001,
                                .answered = 1795953600000000002,
                                .wire = "octets",
                                .len = 6};
}

static enum tap_ring_result take(void)
{
    return ring_take(tap_memory_at(memory, 3));
}

TEST(without_memory_it_is_off)
{
    assert_int_equal(tap_open(-1, 3), 0);
    assert_false(tap_is_on());
    tap_put(&(struct tap_message){.asker = &(struct addr){.len = 0}});
}

TEST_WITH(tap, a_message_goes_into_the_ring_of_the_slot)
{
    const uint8_t asker_octets[] = {192, 0, 2, 1}, server_octets[] = {127, 0, 0, 1};
    struct tap_message message = message_between("192.0.2.1:4242", "127.0.0.1:5353");

    assert_true(tap_is_on());
    tap_put(&message);
    assert_int_equal(take(), TAP_RING_TAKEN);
    assert_int_equal(taken.type, TAP_CLIENT_RESPONSE);
    assert_false(taken.over_tcp);
    assert_false(taken.is_ip6);
    assert_true(taken.has_server);
    assert_memory_equal(taken.asker, asker_octets, 4);
    assert_int_equal(taken.asker_port, 4242);
    assert_memory_equal(taken.server, server_octets, 4);
    assert_int_equal(taken.server_port, 5353);
    assert_int_equal(taken.asked, 1795953600000000001);
    assert_int_equal(taken.answered, 1795953600000000002);
    assert_int_equal(taken.len, 6);
    assert_memory_equal(taken_octets, "octets", 6);
}

TEST_WITH(tap, an_ipv6_address_has_16_octets_and_the_server_may_be_unknown)
{
    const uint8_t octets[16] = {0x20, 1, 0x0d, 0xb8, [15] = 7};
    struct tap_message message = message_between("[2001:db8::7]:53", NULL);

    message.over_tcp = true;
    tap_put(&message);
    assert_int_equal(take(), TAP_RING_TAKEN);
    assert_true(taken.is_ip6);
    assert_true(taken.over_tcp);
    assert_false(taken.has_server);
    assert_memory_equal(taken.asker, octets, 16);
}

TEST_WITH(tap, a_message_that_finds_no_room_is_counted)
{
    struct tap_message message = message_between("192.0.2.1:4242", NULL);
    uint64_t before = counters_own[COUNT_DNSTAP_LOST];
    static uint8_t longest[TAP_MESSAGE_MAX];

    message.wire = longest;
    message.len = sizeof longest;
    for (int i = 0; i < 31; i++)
        tap_put(&message);
    assert_int_equal(counters_own[COUNT_DNSTAP_LOST], before);
    tap_put(&message);
    assert_int_equal(counters_own[COUNT_DNSTAP_LOST], before + 1);
}
