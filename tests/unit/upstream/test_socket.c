#include "../check.h"

#include "upstream/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct rlimit saved;

static void save_limit(void)
{
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
}

static void restore_limit(void)
{
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
}

FIXTURE(limit, save_limit, restore_limit);

static int lowest_free(void)
{
    int fd = dup(STDERR_FILENO);

    close(fd);
    return fd;
}

static void limit_to(int count)
{
    const struct rlimit limit = {(rlim_t)count, saved.rlim_max};

    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static struct addr server(void)
{
    struct addr addr;

    assert_true(addr_parse(&addr, "127.0.0.1", 53));
    return addr;
}

TEST_WITH(limit, a_socket_of_a_low_limits_half_is_given_and_no_more)
{
    struct addr addr = server();
    int lowest = lowest_free(), fd;

    limit_to(2 * (lowest + 1));
    fd = upstream_socket(&addr, SOCK_DGRAM);
    assert_int_equal(fd, lowest);
    assert_int_equal(upstream_socket(&addr, SOCK_DGRAM), -1);
    assert_int_equal(errno, EMFILE);
    assert_int_equal(lowest_free(), lowest + 1); /* it has left none open */
    close(fd);
}

TEST_WITH(limit, of_a_high_limit_some_are_spared)
{
    struct addr addr = server();
    int lowest = lowest_free();

    if (saved.rlim_max < 3 * UPSTREAM_SPARE)
        skip();
    limit_to(3 * UPSTREAM_SPARE);
    assert_int_equal(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, lowest), lowest);
    for (int fd = lowest + 1; fd < 2 * UPSTREAM_SPARE; fd++)
        assert_int_equal(dup(STDERR_FILENO), fd);
    assert_int_equal(upstream_socket(&addr, SOCK_STREAM), -1);
    assert_int_equal(errno, EMFILE);
    close(2 * UPSTREAM_SPARE - 1);
    assert_int_equal(upstream_socket(&addr, SOCK_STREAM), 2 * UPSTREAM_SPARE - 1);
    for (int fd = lowest; fd < 2 * UPSTREAM_SPARE; fd++)
        close(fd);
}

TEST(it_does_not_wait_and_is_of_the_servers_family)
{
    struct addr addr;
    int fd, domain;
    socklen_t len = sizeof domain;

    assert_true(addr_parse(&addr, "::1", 53));
    fd = upstream_socket(&addr, SOCK_DGRAM);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len), 0);
    assert_int_equal(domain, AF_INET6);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
}
