/* Addresses and links come and go in the lab's private network. */
#include "../lookup/lab_lookup.h"

#include "base/clock.h"
#include "daemon/addrwatch.h"

static struct loop *loop;
static struct sockets sockets;
static struct addrwatch watch;
static unsigned links_came;

enum { ADDRESS = 2, OTHER_ADDRESS = 3 };

static void note_link(void *context)
{
    (void)context;
    links_came++;
}

static void start(void)
{
    static const char *const texts[] = {"127.0.0.1", "0.0.0.0",         "10.99.0.2",
                                        "fd00::99",  "[fe80::9%late0]", "[fe80::9%lo]"};
    static struct passed none;
    struct endpoint wanted[6];

    need_lab();
    loop = loop_new();
    links_came = 0;
    for (int i = 0; i < 6; i++)
        assert_true(endpoint_parse(&wanted[i], texts[i], 0));
    assert_true(sockets_open(&sockets, wanted, 6, 1, &none));
    addrwatch_start(&watch, loop, &sockets, note_link, NULL);
}

static void stop(void)
{
    addrwatch_stop(&watch);
    sockets_close(&sockets);
    loop_free(loop);
}

FIXTURE(watch, start, stop);

static bool address_has_come(void)
{
    return !watch.is_awaited[ADDRESS];
}

static bool link_has_come(void)
{
    return links_came > 0;
}

static bool link_has_come_again(void)
{
    return links_came > 1;
}

struct wait {
    struct timer timer;
    bool (*until)(void);
};

static void stop_if_so(void *context)
{
    struct wait *wait = context;

    if (wait->until())
        loop_stop(loop);
    else
        timer_set(loop, &wait->timer, clock_ms() + 10);
}

static void run_until(bool (*until)(void))
{
    struct wait wait = {.until = until};

    timer_init(&wait.timer, stop_if_so, &wait);
    timer_set(loop, &wait.timer, clock_ms());
    assert_int_equal(loop_run(loop), 0);
}

TEST_WITH(watch, what_the_host_does_not_have_is_awaited_until_it_comes)
{
    assert_int_equal(sockets.addr_count, 5);
    assert_false(watch.is_awaited[0]);
    assert_false(watch.is_awaited[1]);
    assert_true(watch.is_awaited[ADDRESS]);
    assert_true(watch.is_awaited[OTHER_ADDRESS]);
    assert_int_equal(system("ip address add 10.99.0.2/32 dev lo"), 0);
    run_until(address_has_come);
    assert_true(watch.is_awaited[OTHER_ADDRESS]);
    assert_int_equal(links_came, 0);
    assert_int_equal(system("ip address del 10.99.0.2/32 dev lo"), 0);
}

/* Under another number. */
TEST_WITH(watch, a_link_is_told_each_time_that_it_comes)
{
    assert_int_equal(system("ip link add late0 type bridge"), 0);
    run_until(link_has_come);
    assert_int_equal(system("ip link delete late0"), 0);
    assert_int_equal(system("ip link add late0 type bridge"), 0);
    run_until(link_has_come_again);
    assert_int_equal(links_came, 2);
    assert_int_equal(system("ip link delete late0"), 0);
}
