#include "../in_child.h"
#include "sockets.h"

#include "net/listen.h"

#include <fcntl.h>

/* One that a test begins with, on a free port. */
static struct listener listener;

static void open_listener(void)
{
    struct addr wanted = address_of("127.0.0.1");

    assert_int_equal(listener_open(&listener, &wanted), 0);
}

static void close_listener(void)
{
    listener_close(&listener);
}

FIXTURE(listener, open_listener, close_listener);

TEST_WITH(listener, a_port_of_0_becomes_one_port_for_both_sockets)
{
    struct addr udp = listener.addr, tcp = listener.addr;

    assert_int_equal(getsockname(listener.udp, &udp.sock.any, &udp.len), 0);
    assert_int_equal(getsockname(listener.tcp, &tcp.sock.any, &tcp.len), 0);
    assert_int_not_equal(addr_port(&udp), 0);
    assert_int_equal(addr_port(&udp), addr_port(&tcp));
    assert_true(addr_equal(&listener.addr, &udp));
}

TEST(an_ip6_address_has_one_port_for_both_sockets_too)
{
    struct addr wanted = address_of("::1"), udp = wanted, tcp = wanted;

    need_ip6();
    assert_int_equal(listener_open(&listener, &wanted), 0);
    assert_int_equal(getsockname(listener.udp, &udp.sock.any, &udp.len), 0);
    assert_int_equal(getsockname(listener.tcp, &tcp.sock.any, &tcp.len), 0);
    assert_true(addr_equal(&listener.addr, &udp));
    assert_true(addr_equal(&listener.addr, &tcp));
    assert_int_not_equal(addr_port(&udp), 0);
    listener_close(&listener);
}

TEST(both_wildcard_addresses_fit_on_one_port)
{
    struct addr ip6 = address_of("::"), ip4 = address_of("0.0.0.0");
    struct listener one, other;

    need_ip6();
    assert_int_equal(listener_open(&one, &ip6), 0);
    addr_set_port(&ip4, addr_port(&one.addr));
    assert_int_equal(listener_open(&other, &ip4), 0);
    listener_close(&one);
    listener_close(&other);
}

TEST_WITH(listener, the_sockets_never_block_and_are_not_inherited)
{
    assert_true(fcntl(listener.udp, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(listener.tcp, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(listener.udp, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(listener.tcp, F_GETFD) & FD_CLOEXEC);
}

TEST_WITH(listener, the_same_address_is_opened_only_once)
{
    struct listener second;

    assert_int_equal(listener_open(&second, &listener.addr), -1);
    assert_int_equal(errno, EADDRINUSE);
    assert_int_equal(second.udp, -1);
    assert_int_equal(second.tcp, -1);
}

TEST_WITH(listener, a_closed_address_can_be_opened_again)
{
    struct listener second;

    listener_close(&listener);
    assert_int_equal(listener.udp, -1);
    assert_int_equal(listener.tcp, -1);
    assert_int_equal(listener_open(&second, &listener.addr), 0);
    listener_close(&second);
}

TEST_WITH(listener, closing_twice_is_harmless)
{
    int other;

    listener_close(&listener);
    other = dup(STDERR_FILENO); /* takes the lowest number that was closed */
    listener_close(&listener);
    assert_int_not_equal(fcntl(other, F_GETFD), -1);
    close(other);
}

TEST(the_server_runs_beside_an_mdns_responder_and_gets_its_own_datagrams)
{
    struct addr everywhere = address_of("0.0.0.0:5353"), wanted = address_of("127.0.0.1");
    int responder = shared_socket_at(&everywhere);
    int client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char octet = 0;

    addr_set_port(&wanted, addr_port(&everywhere));
    assert_int_equal(listener_open(&listener, &wanted), 0);
    assert_int_equal(sendto(client, "?", 1, 0, &wanted.sock.any, wanted.len), 1);
    assert_int_equal(recv(listener.udp, &octet, 1, 0), 1);
    assert_int_equal(octet, '?');
    assert_int_equal(recv(responder, &octet, 1, MSG_DONTWAIT), -1);
    listener_close(&listener);
    close(client);
    close(responder);
}

static int late_binder_at(struct addr *addr)
{
    int one = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    result = bind(fd, &addr->sock.any, addr->len) == -1 ? errno : 0;
    close(fd);
    return result;
}

TEST_WITH(listener, nobody_who_would_share_a_udp_port_can)
{
    struct addr everywhere = address_of("0.0.0.0");
    struct listener second;

    assert_int_equal(listener_open_another(&second, &listener), 0);
    addr_set_port(&everywhere, addr_port(&listener.addr));
    assert_int_equal(late_binder_at(&listener.addr), EADDRINUSE);
    assert_int_equal(late_binder_at(&everywhere), EADDRINUSE);
    assert_false(listener_is_shared(&listener));
    listener_close(&second);
}

TEST(the_port_of_multicast_dns_is_shared_until_it_is_closed)
{
    struct addr wanted = address_of("127.0.0.1:5353"),
                everywhere = address_of("0.0.0.0:5353");

    assert_true(listener_may_share(&wanted));
    assert_false(listener_may_share(&everywhere));
    assert_int_equal(listener_open(&listener, &wanted), 0);
    assert_true(listener_is_shared(&listener));
    assert_int_equal(late_binder_at(&everywhere), 0);
    assert_int_equal(listener_share(&listener, false), 0);
    assert_int_equal(late_binder_at(&everywhere), EADDRINUSE);
    listener_close(&listener);
}

TEST(the_latest_sockets_beside_another_get_the_datagrams)
{
    static const char *const texts[] = {"127.0.0.1", "::1"};

    for (size_t i = 0; i < (host_has_ip6() ? 2 : 1); i++) {
        struct addr addr = address_of(texts[i]);
        int intruder = shared_socket_at(&addr);
        int client = socket(addr.sock.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        struct listener first, second;
        char octet;

        assert_int_equal(listener_open_beside(&first, &addr, NULL), 0);
        assert_int_equal(listener_open_beside(&second, &addr, &first), 0);
        assert_int_equal(sendto(client, "?", 1, 0, &addr.sock.any, addr.len), 1);
        assert_int_equal((recv(first.udp, &octet, 1, 0) == 1) +
                             (recv(second.udp, &octet, 1, 0) == 1),
                         1);
        assert_int_equal(recv(intruder, &octet, 1, MSG_DONTWAIT), -1);
        listener_close(&first);
        listener_close(&second);
        close(client);
        close(intruder);
    }
}

TEST(a_udp_port_of_somebody_who_shares_with_nobody_is_in_use)
{
    struct addr taken = address_of("127.0.0.1");
    int holder = socket_at(&taken, SOCK_DGRAM), guard;

    assert_int_equal(listener_open(&listener, &taken), -1);
    assert_int_equal(errno, EADDRINUSE);
    assert_int_equal(listener.udp, -1);
    assert_int_equal(listener.tcp, -1);
    guard = socket_at(&taken, SOCK_STREAM); /* the TCP socket is closed again */
    close(guard);
    close(holder);
}

TEST(a_tcp_port_that_is_taken_is_in_use)
{
    struct addr taken = address_of("127.0.0.1");
    int holder = socket_at(&taken, SOCK_STREAM);

    assert_int_equal(listener_open(&listener, &taken), -1);
    assert_int_equal(errno, EADDRINUSE);
    close(holder);
}

/* Without any right that an ordinary user does not have. */
static int open_what_is_not_there(void)
{
    static const char *const texts[] = {"192.0.2.1", "2001:db8::1"};
    struct addr wanted;
    struct listener second;

    if (geteuid() == 0 && (setgid(1) == -1 || setuid(1) == -1))
        return 77;
    for (int i = 0; i < (host_has_ip6() ? 2 : 1); i++) {
        wanted = address_of(texts[i]);
        if (listener_open(&listener, &wanted) == -1 || addr_port(&listener.addr) == 0 ||
            listener_open(&second, &listener.addr) == 0 || errno != EADDRINUSE)
            return 1;
        listener_close(&listener);
    }
    return 0;
}

TEST(an_address_may_come_later_but_only_once)
{
    int result = in_child(open_what_is_not_there);

    if (result == 77)
        skip();
    assert_int_equal(result, 0);
}

/* A connection to the listener and the listener's end of it. */
static int connect_to_it(int *accepted)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(client, &listener.addr.sock.any, listener.addr.len), 0);
    *accepted = accept4(listener.tcp, NULL, NULL, SOCK_CLOEXEC);
    assert_int_not_equal(*accepted, -1);
    return client;
}

TEST_WITH(listener, the_tcp_socket_takes_connections)
{
    int client, accepted;
    char octet = 0;

    client = connect_to_it(&accepted);
    assert_int_equal(send(client, "?", 1, 0), 1);
    assert_int_equal(recv(accepted, &octet, 1, 0), 1);
    assert_int_equal(octet, '?');
    close(accepted);
    close(client);
}

/* The side that closes first keeps the connection in TIME-WAIT for a minute. */
TEST_WITH(listener, a_restart_is_not_kept_waiting_by_connections_of_before)
{
    struct listener second;
    int client, accepted;
    char octet;

    client = connect_to_it(&accepted);
    close(accepted);
    assert_int_equal(recv(client, &octet, 1, 0), 0);
    close(client);
    listener_close(&listener);
    assert_int_equal(listener_open(&second, &listener.addr), 0);
    listener_close(&second);
}

TEST_WITH(listener, a_restart_is_not_kept_waiting_by_connections_still_open)
{
    struct listener second;
    int client, accepted;

    client = connect_to_it(&accepted);
    listener_close(&listener);
    assert_int_equal(listener_open(&second, &listener.addr), 0);
    listener_close(&second);
    close(accepted);
    close(client);
}

/* Both have bound before either listens: then the second listen() fails. */
TEST(a_server_that_starts_at_the_same_moment_is_noticed_too)
{
    struct addr taken = address_of("127.0.0.1");
    int one = 1, rival = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(rival, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    assert_int_equal(bind(rival, &taken.sock.any, taken.len), 0);
    assert_int_equal(getsockname(rival, &taken.sock.any, &taken.len), 0);
    assert_int_equal(listener_open(&listener, &taken), 0);
    assert_int_equal(listen(rival, 1), -1);
    assert_int_equal(errno, EADDRINUSE);
    listener_close(&listener);
    close(rival);
}

static bool listens(int fd)
{
    int value = 0;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) == 0 && value == 1;
}

TEST(tcp_alone_listens_without_blocking_and_once)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = listener_open_tcp(&addr);

    assert_int_not_equal(fd, -1);
    assert_true(listens(fd));
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(getsockname(fd, &addr.sock.any, &addr.len), 0);
    assert_int_equal(listener_open_tcp(&addr), -1);
    assert_int_equal(errno, EADDRINUSE);
    close(fd);
}
