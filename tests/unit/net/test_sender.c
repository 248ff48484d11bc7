#include "sockets.h"

#include "net/sender.h"

/* A socket that sends from one address to another is this user's. */
static void the_socket_is_found(const char *text, bool is_connected)
{
    struct addr from = address_of(text), to = address_of(text);
    int fds[] = {socket_at(&from, SOCK_DGRAM), socket_at(&to, SOCK_DGRAM), sender_open()};
    struct sender sender = {.uid = UINT32_MAX};

    assert_int_not_equal(fds[2], -1);
    if (is_connected)
        assert_int_equal(connect(fds[0], &to.sock.any, to.len), 0);
    assert_true(sender_find(fds[2], &from, &to, &sender));
    assert_int_equal(sender.uid, getuid());
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        close(fds[i]);
}

TEST(a_socket_at_an_address_is_found)
{
    the_socket_is_found("127.0.0.1", false);
}

TEST(a_connected_socket_is_found)
{
    the_socket_is_found("127.0.0.1", true);
}

TEST(an_ip6_socket_is_found)
{
    need_ip6();
    the_socket_is_found("::1", false);
    the_socket_is_found("::1", true);
}

TEST(a_socket_at_the_wildcard_address_is_found)
{
    struct addr from = address_of("0.0.0.0"), here = address_of("127.0.0.1"), to = here;
    int fds[] = {socket_at(&from, SOCK_DGRAM), sender_open()};
    struct sender sender;

    addr_set_port(&here, addr_port(&from));
    assert_true(sender_find(fds[1], &here, &to, &sender));
    assert_int_equal(sender.uid, getuid());
    close(fds[0]);
    close(fds[1]);
}

/* What was asked before is not taken for the answer to the next. */
TEST(no_socket_is_found_if_there_is_none)
{
    struct addr from = address_of("127.0.0.1"), to = from, other = from;
    int fds[] = {socket_at(&from, SOCK_DGRAM), sender_open()};
    int gone = socket_at(&other, SOCK_DGRAM);
    struct sender sender;

    close(gone);
    for (int i = 0; i < 2; i++) {
        assert_false(sender_find(fds[1], &other, &to, &sender));
        assert_true(sender_find(fds[1], &from, &to, &sender));
    }
    close(fds[0]);
    close(fds[1]);
}

TEST(our_own_sockets_are_ours)
{
    struct addr at = address_of("127.0.0.1");
    int fds[] = {sender_open(), socket_at(&at, SOCK_DGRAM)};
    struct sender self, made;

    assert_true(sender_self(fds[0], &self));
    assert_int_equal(self.uid, getuid());
    assert_true(sender_find(fds[0], &at, &at, &made));
    assert_int_equal(self.cgroup, made.cgroup);
    close(fds[0]);
    close(fds[1]);
}

TEST(without_a_socket_to_ask_through_none_is_found)
{
    struct addr from = address_of("127.0.0.1"), to = from;
    struct sender sender;

    assert_false(sender_find(-1, &from, &to, &sender));
    assert_false(sender_self(-1, &sender));
}
