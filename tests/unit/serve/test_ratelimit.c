#include "../net/sockets.h"

#include "serve/ratelimit.h"

static struct ratelimit limit;

/* How many of 100 replies at this time are allowed. */
static unsigned allowed(const char *address, int64_t now)
{
    struct addr addr = address_of(address);
    unsigned count = 0;

    for (int i = 0; i < 100; i++)
        count += ratelimit_allows(&limit, &addr, now);
    return count;
}

static void start(void)
{
    limit = (struct ratelimit){.seed = 1};
}

FIXTURE(limit, start, NULL);

TEST_WITH(limit, a_source_gets_so_many_a_second)
{
    assert_int_equal(allowed("192.0.2.1", 5000), 50);
    assert_int_equal(allowed("192.0.2.1", 5999), 0);
    assert_int_equal(allowed("192.0.2.1", 6000), 50);
}

TEST_WITH(limit, another_source_has_its_own_number)
{
    assert_int_equal(allowed("192.0.2.1", 5000), 50);
    assert_int_equal(allowed("192.0.2.2", 5000), 50);
    assert_int_equal(allowed("2001:db8::1", 5000), 50);
}

TEST_WITH(limit, addresses_of_one_ipv6_network_share_it)
{
    assert_int_equal(allowed("2001:db8::1", 5000), 50);
    assert_int_equal(allowed("2001:db8::2", 5000), 0);
    assert_int_equal(allowed("2001:db8:0:1::1", 5000), 50);
}

TEST_WITH(limit, loopback_is_not_limited)
{
    assert_int_equal(allowed("127.0.0.1", 5000), 100);
    assert_int_equal(allowed("::1", 5000), 100);
}
