#include "sockets.h"

#include "net/bound.h"

#include <sys/stat.h>

static unsigned long inode_of(int fd)
{
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    return status.st_ino;
}

static void each_socket_at_the_address_is_listed(const char *text)
{
    struct addr addr = address_of(text);
    int one = shared_socket_at(&addr), other = shared_socket_at(&addr);
    struct bound_socket list[4] = {0};

    assert_int_equal(bound_list(&addr, list, 4), 2);
    assert_true((list[0].inode == inode_of(one) && list[1].inode == inode_of(other)) ||
                (list[1].inode == inode_of(one) && list[0].inode == inode_of(other)));
    assert_int_equal(list[0].uid, getuid());
    assert_int_equal(bound_list(&addr, list, 1), 1);
    close(one);
    close(other);
    assert_int_equal(bound_list(&addr, list, 4), 0);
}

TEST(ip4_sockets_are_listed)
{
    each_socket_at_the_address_is_listed("127.0.0.1");
}

TEST(ip6_sockets_are_listed)
{
    need_ip6();
    each_socket_at_the_address_is_listed("::1");
}

TEST(the_wildcard_and_other_addresses_are_not)
{
    struct addr everywhere = address_of("0.0.0.0"), addr = address_of("127.0.0.1"),
                other = address_of("127.0.0.2");
    int fds[] = {shared_socket_at(&everywhere), -1};
    struct bound_socket list[4];

    addr_set_port(&addr, addr_port(&everywhere));
    addr_set_port(&other, addr_port(&everywhere));
    fds[1] = shared_socket_at(&other);
    assert_int_equal(bound_list(&addr, list, 4), 0);
    assert_int_equal(bound_list(&everywhere, list, 4), 1);
    assert_int_equal(list[0].inode, inode_of(fds[0]));
    close(fds[0]);
    close(fds[1]);
}
