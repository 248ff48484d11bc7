/* Which changes of the lab's network count. */
#include "../lab.h"
#include "../turn.h"

#include "daemon/netwatch.h"

static struct loop *loop;
static struct netwatch *network;
static unsigned changes;

static void changed(void *context)
{
    (void)context;
    changes++;
}

/* The kernel has done what it does by itself when the link's route for multicast is there.
 */
static void start(void)
{
    need_lab();
    assert_int_equal(system("ip link add net0 type veth peer name net1 &&"
                            "sysctl -q -w net.ipv6.conf.net0.accept_dad=0"
                            " net.ipv6.conf.net1.disable_ipv6=1 &&"
                            "ip link set net1 up && ip link set net0 addrgenmode none up &&"
                            "until ip -6 route show table local dev net0 | grep -q ff00;"
                            "do sleep 0.01; done"),
                     0);
    loop = loop_new();
    network = netwatch_new(loop, changed, NULL);
    assert_non_null(network);
}

static void stop(void)
{
    netwatch_free(network);
    loop_free(loop);
    assert_int_equal(system("ip link del net0"), 0);
}

FIXTURE(network, start, stop);

/* The address is there once the kernel has made its local route. */
#define ADD_ADDRESS                                                                        \
    "ip a add 2001:db8::1/64 dev net0 valid_lft 900 preferred_lft 500;"                    \
    "until ip -6 r show table local dev net0 | grep -q db8::1; do sleep 0.01; done"

/* Runs the loop until all that has happened has been told. */
static bool is_news(const char *command)
{
    changes = 0;
    assert_int_equal(system(command), 0);
    for (int i = 0; i < 20; i++) /* each takes a part of many messages */
        turn(loop);
    return changes > 0;
}

TEST_WITH(network, lifetimes_of_addresses_are_no_news)
{
    assert_true(is_news(ADD_ADDRESS));
    for (int i = 0; i < 3; i++) {
        assert_false(is_news(
            "ip a change 2001:db8::1/64 dev net0 valid_lft 1000 preferred_lft 600"));
        assert_false(
            is_news("ip a change 2001:db8::1/64 dev net0 valid_lft 900 preferred_lft 500"));
    }
    assert_true(is_news("ip a add 10.9.0.1/24 dev net0 valid_lft 900 preferred_lft 500"));
    assert_false(
        is_news("ip a change 10.9.0.1/24 dev net0 valid_lft 500 preferred_lft 400"));
}

TEST_WITH(network, what_was_there_at_the_start_is_no_news_either)
{
    netwatch_free(network);
    assert_int_equal(
        system(ADD_ADDRESS "; ip -6 r add default via 2001:db8::9 expires 100"), 0);
    network = netwatch_new(loop, changed, NULL);
    assert_false(
        is_news("ip a change 2001:db8::1/64 dev net0 valid_lft 999 preferred_lft 600"));
    assert_false(is_news("ip -6 r replace default via 2001:db8::9 expires 300"));
}

TEST_WITH(network, lifetimes_of_routes_are_no_news)
{
    assert_true(is_news("ip -6 r add 2001:db8:5::/48 dev net0 expires 100"));
    for (int i = 0; i < 3; i++)
        assert_false(is_news("ip -6 r replace 2001:db8:5::/48 dev net0 expires 200"));
    assert_true(is_news("ip r add 10.8.0.0/16 dev net0"));
    assert_false(is_news("ip r replace 10.8.0.0/16 dev net0"));
}

TEST_WITH(network, what_comes_and_goes_is_news)
{
    static const char *const commands[] = {
        "ip a add 10.9.0.1/24 dev net0",
        "ip r add 10.8.0.0/16 via 10.9.0.2",
        "ip r del 10.8.0.0/16",
        "ip -6 r add 2001:db8:5::/48 dev net0",
        "ip -6 r del 2001:db8:5::/48",
        "ip a del 10.9.0.1/24 dev net0",
        "ip a add 10.9.0.1/24 dev net0; ip a del 10.9.0.1/24 dev net0",
    };

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        assert_true(is_news(commands[i]));
}

/* A deprecated address is not the source of new connections any more (RFC 6724 rule
 * 3). */
TEST_WITH(network, an_address_that_is_deprecated_is_news)
{
    static const char valid[] = "ip a change 2001:db8::1/64 dev net0 valid_lft 900"
                                " preferred_lft 500",
                      deprecated[] = "ip a change 2001:db8::1/64 dev net0 valid_lft 900"
                                     " preferred_lft 0";

    assert_true(is_news(ADD_ADDRESS));
    assert_true(is_news(deprecated));
    assert_false(is_news(deprecated));
    assert_true(is_news(valid));
    assert_true(is_news(deprecated));
}

/* The kernel tells only of the new route, not of the end of the one that it replaces. */
TEST_WITH(network, a_route_that_changes_to_and_fro_is_news_each_time)
{
    assert_true(is_news("ip a add 10.9.0.1/24 dev net0"));
    assert_true(is_news("ip r add 10.8.0.0/16 via 10.9.0.2"));
    for (int i = 0; i < 3; i++) {
        assert_true(is_news("ip r replace 10.8.0.0/16 via 10.9.0.3"));
        assert_false(is_news("ip r replace 10.8.0.0/16 via 10.9.0.3"));
        assert_true(is_news("ip r replace 10.8.0.0/16 via 10.9.0.2"));
    }
}

/* The kernel says nothing of the IPv4 routes that end with it. */
TEST_WITH(network, a_link_that_goes_down_with_its_routes_is_news)
{
    assert_true(is_news("sysctl -q -w net.ipv6.conf.net0.disable_ipv6=1;"
                        "ip a add 10.9.0.1/24 dev net0; ip r add 10.8.0.0/16 dev net0"));
    assert_false(is_news("ip link set net0 mtu 1400"));
    assert_true(is_news("ip link set net0 down"));
    assert_false(is_news("ip link set net1 mtu 1400"));
}

/* There are more messages than the socket holds, so the last one is lost. */
TEST_WITH(network, news_that_was_lost_is_found)
{
    assert_true(is_news("ip a add 10.9.0.1/24 dev net0; ip a add 10.9.1.1/24 dev net0"));
    assert_false(is_news("for i in $(seq 1 2000); do"
                         " echo a change 10.9.0.1/24 dev net0 valid_lft $((i + 100)) "
                         "preferred_lft 50; done | ip -batch -"));
    assert_true(is_news("(for i in $(seq 1 2000); do"
                        " echo a change 10.9.0.1/24 dev net0 valid_lft $((i + 100)) "
                        "preferred_lft 50; done;"
                        " echo a del 10.9.1.1/24 dev net0) | ip -batch -"));
}

/* With so many routes every message about them counts. */
TEST_WITH(network, with_very_many_routes_each_message_is_news)
{
    assert_true(is_news("for i in $(seq 0 4200); do"
                        " echo route add 10.$((i / 250)).$((i % 250)).0/24 dev net0;"
                        " done | ip -batch -"));
    for (int i = 0; i < 3; i++)
        assert_true(is_news("ip -6 r replace 2001:db8:5::/48 dev net0 expires 200"));
    assert_true(is_news(ADD_ADDRESS));
    assert_false(
        is_news("ip a change 2001:db8::1/64 dev net0 valid_lft 999 preferred_lft 600"));
}
