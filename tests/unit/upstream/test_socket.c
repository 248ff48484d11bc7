#include "../limit.h"

#include "upstream/socket.h"

#include <fcntl.h>
#include <sys/socket.h>

/* What was inherited would be in the way of the numbers that are expected. */
static void save_limit(void)
{
    assert_int_equal(close_range(STDERR_FILENO + 1, ~0U, 0), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit_before), 0);
}

static void restore_limit(void)
{
    limit_end(RLIMIT_NOFILE);
}

FIXTURE(limit, save_limit, restore_limit);

static int lowest_free(void)
{
    int fd = dup(STDERR_FILENO);

    close(fd);
    return fd;
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

    limit_begin(RLIMIT_NOFILE, 2 * ((rlim_t)lowest + 1));
    fd = socket_connect(&addr, SOCK_DGRAM);
    assert_int_equal(fd, lowest);
    assert_int_equal(socket_connect(&addr, SOCK_DGRAM), -1);
    assert_int_equal(errno, EMFILE);
    assert_int_equal(lowest_free(), lowest + 1); /* it has left none open */
    close(fd);
}

TEST_WITH(limit, some_of_a_high_limit_are_spared)
{
    struct addr addr = server();
    int lowest = lowest_free();

    if (limit_before.rlim_max < 3 * SOCKET_SPARE)
        skip();
    limit_begin(RLIMIT_NOFILE, 3 * SOCKET_SPARE);
    assert_int_equal(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, lowest), lowest);
    for (int fd = lowest + 1; fd < 2 * SOCKET_SPARE; fd++)
        assert_int_equal(dup(STDERR_FILENO), fd);
    assert_int_equal(socket_connect(&addr, SOCK_DGRAM), -1);
    assert_int_equal(errno, EMFILE);
    close(2 * SOCKET_SPARE - 1);
    assert_int_equal(socket_connect(&addr, SOCK_DGRAM), 2 * SOCKET_SPARE - 1);
    for (int fd = lowest; fd < 2 * SOCKET_SPARE; fd++)
        close(fd);
}

/* The limit is not read for each socket. */
TEST_WITH(limit, a_lowered_limit_is_seen_once_it_is_reached_and_a_raised_one_at_once)
{
    struct addr addr = server();
    int lowest = lowest_free();

    close(socket_connect(&addr, SOCK_DGRAM));
    limit_descriptors(1);
    assert_int_equal(socket_connect(&addr, SOCK_DGRAM), lowest);
    assert_int_equal(socket_connect(&addr, SOCK_DGRAM), -1);
    close(lowest);
    assert_int_equal(socket_connect(&addr, SOCK_DGRAM), -1);
    assert_int_equal(errno, EMFILE);
    restore_limit();
    assert_int_equal(socket_connect(&addr, SOCK_DGRAM), lowest);
    close(lowest);
}

TEST(it_does_not_wait_and_is_of_the_servers_family)
{
    struct addr addr;
    int fd, domain;
    socklen_t len = sizeof domain;

    assert_true(addr_parse(&addr, "::1", 53));
    fd = socket_connect(&addr, SOCK_DGRAM);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len), 0);
    assert_int_equal(domain, AF_INET6);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
}
