#include "../in_child.h"
#include "../net/sockets.h"

#include "daemon/sockets.h"

#include <seccomp.h>
#include <sys/mman.h>

static struct sockets sockets;
static struct passed passed;

static void set_up(void)
{
    sockets = (struct sockets){.count = 0};
    passed = (struct passed){.count = 0};
}

static void tear_down(void)
{
    sockets_close(&sockets);
    passed_close_rest(&passed);
}

FIXTURE(sockets, set_up, tear_down);

static struct endpoint endpoint_of(const struct addr *addr)
{
    return (struct endpoint){.addr = *addr};
}

/* Asks for addresses that have no link. */
static bool open_all(const struct addr *addrs, size_t count, unsigned workers)
{
    struct endpoint wanted[ADDRESSES_MAX];

    for (size_t i = 0; i < count; i++)
        wanted[i] = endpoint_of(&addrs[i]);
    return sockets_open(&sockets, wanted, count, workers, &passed);
}

/* Opens the sockets as an earlier program would have, and passes them on. */
static void pass(const struct addr *addr, unsigned workers)
{
    static struct sockets before;
    static struct passed none;
    const struct endpoint wanted = endpoint_of(addr);

    assert_true(sockets_open(&before, &wanted, 1, workers, &none));
    for (size_t i = 0; i < before.count; i++) {
        assert_true(passed_add(&passed, before.all[i].udp));
        assert_true(passed_add(&passed, before.all[i].tcp));
    }
}

TEST_WITH(sockets, each_worker_gets_a_pair_of_its_own)
{
    struct addr wanted[2] = {address_of("127.0.0.1"), address_of("127.0.0.2")};
    struct listener share[LISTENERS_MAX], other[LISTENERS_MAX];

    assert_true(open_all(wanted, 2, 3));
    assert_int_equal(sockets.count, 6);
    assert_int_equal(sockets.addr_count, 2);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(sockets_share(&sockets, i, 3, share), 2);
    sockets_share(&sockets, 0, 3, share);
    sockets_share(&sockets, 1, 3, other);
    assert_int_not_equal(share[0].udp, other[0].udp);
    assert_int_not_equal(share[0].tcp, other[0].tcp);
    assert_true(addr_equal(&share[0].addr, &other[0].addr));
    assert_true(addr_equal(&share[1].addr, &sockets.addrs[1]));
}

TEST_WITH(sockets, an_address_that_is_taken_is_a_failure_and_the_others_are_tried)
{
    struct addr taken = address_of("127.0.0.1");
    int other = socket_at(&taken, SOCK_STREAM);
    struct addr wanted[2];

    assert_int_equal(listen(other, 1), 0);
    wanted[0] = taken;
    wanted[1] = address_of("127.0.0.2");
    assert_false(open_all(wanted, 2, 1));
    assert_int_equal(sockets.count, 1);
    close(other);
}

TEST_WITH(sockets, what_is_passed_is_not_opened_again)
{
    struct addr any = address_of("127.0.0.1"), at;

    pass(&any, 2);
    at = passed.sockets[0].addr;
    assert_true(open_all(&at, 1, 2));
    assert_int_equal(sockets.count, 2);
    assert_false(passed_any(&passed, &at));
}

TEST_WITH(sockets, a_port_of_0_keeps_the_passed_port)
{
    struct addr any = address_of("127.0.0.1"), at;

    pass(&any, 1);
    at = passed.sockets[0].addr;
    assert_true(open_all(&any, 1, 1));
    assert_true(addr_equal(&sockets.addrs[0], &at));
}

/* Questions that wait in a closed socket would be lost. */
TEST_WITH(sockets, fewer_workers_take_more_each)
{
    struct addr any = address_of("127.0.0.1"), at;
    struct listener share[LISTENERS_MAX];

    pass(&any, 3);
    at = passed.sockets[0].addr;
    assert_true(open_all(&at, 1, 2));
    assert_int_equal(sockets.count, 3);
    assert_int_equal(sockets_share(&sockets, 0, 2, share), 2);
    assert_int_equal(sockets_share(&sockets, 1, 2, share), 1);
}

TEST_WITH(sockets, more_workers_share_what_there_is)
{
    struct addr any = address_of("127.0.0.1"), at;
    struct listener share[LISTENERS_MAX];

    pass(&any, 1);
    at = passed.sockets[0].addr;
    assert_true(open_all(&at, 1, 3));
    assert_int_equal(sockets.count, 1);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(sockets_share(&sockets, i, 3, share), 1);
        assert_int_equal(share[0].udp, sockets.all[0].udp);
    }
}

TEST_WITH(sockets, a_service_manager_says_which_addresses)
{
    struct addr one = address_of("127.0.0.1"), two = address_of("127.0.0.2");
    int udp = socket_at(&one, SOCK_DGRAM), tcp = socket_at(&two, SOCK_STREAM);

    assert_int_equal(listen(tcp, 1), 0);
    assert_true(passed_add(&passed, udp));
    assert_true(passed_add(&passed, tcp));
    assert_true(sockets_adopt(&sockets, &passed));
    assert_int_equal(sockets.addr_count, 2);
    assert_int_equal(sockets.all[0].udp, udp);
    assert_int_equal(sockets.all[0].tcp, -1);
    assert_int_equal(sockets.all[1].tcp, tcp);
    assert_int_equal(sockets.all[1].udp, -1);
}

TEST_WITH(sockets, it_reports_addresses_and_those_whose_link_is_missing)
{
    struct report report = {0};
    struct endpoint wanted[2];

    assert_true(endpoint_parse(&wanted[0], "127.0.0.1:0", 53));
    assert_true(endpoint_parse(&wanted[1], "[fe80::1%nolink0]:5399", 53));
    assert_true(sockets_open(&sockets, wanted, 2, 1, &passed));
    sockets_report(&sockets, &report);
    assert_int_equal(report.address_count, 2);
    assert_int_equal(strncmp(report.addresses[0].text, "127.0.0.1:", 10), 0);
    assert_false(report.addresses[0].is_missing || report.addresses[0].is_taken_back);
    assert_string_equal(report.addresses[1].text, "[fe80::1%nolink0]:5399");
    assert_true(report.addresses[1].is_missing);
}

/* Makes the kernel look as if it had no IPv6. */
static int listen_without_ip6(void)
{
    const struct addr wanted = address_of("[::1]:5399");
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    char text[256] = "";
    int fd = memfd_create("said", 0);

    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                         SCMP_A0(SCMP_CMP_EQ, AF_INET6)) != 0 ||
        seccomp_load(filter) != 0)
        return 77;
    if (dup2(fd, STDERR_FILENO) == -1 || open_all(&wanted, 1, 1) ||
        pread(fd, text, sizeof text - 1, 0) <= 0)
        return 1;
    return strstr(text, "cannot listen on [::1]:5399: this kernel has no IPv6\n") ? 0 : 2;
}

TEST_WITH(sockets, a_family_that_the_kernel_does_not_have_comes_never)
{
    int result = in_child(listen_without_ip6);

    if (result == 77)
        skip();
    assert_int_equal(result, 0);
}
