#include "sockets.h"

#include "net/listen.h"
#include "net/udp.h"

#include <netinet/udp.h>

/* A server's socket at `addr`, and a client's. */
static struct {
    struct addr addr, client_addr;
    int server, client;
} pair;

static void open_pair(void)
{
    pair.addr = address_of("127.0.0.1");
    pair.client_addr = address_of("127.0.0.1");
    pair.server = socket_at(&pair.addr, SOCK_DGRAM | SOCK_NONBLOCK);
    pair.client = socket_at(&pair.client_addr, SOCK_DGRAM | SOCK_NONBLOCK);
}

static void close_pair(void)
{
    close(pair.server);
    close(pair.client);
}

FIXTURE(pair, open_pair, close_pair);

/* The last datagram, and where it came from. */
static struct {
    uint8_t data[16];
    size_t len;
    struct udp_path from;
} got;

static enum udp_result receive(int fd)
{
    return udp_receive(fd, got.data, sizeof got.data, &got.len, &got.from);
}

/* Sends from the client's socket to the server's. */
static void send_from_client(const void *data, size_t len)
{
    const struct udp_path path = {.peer = pair.addr};

    assert_true(udp_send(pair.client, data, len, &path));
}

TEST_WITH(pair, a_datagram_comes_with_its_sender)
{
    send_from_client("hello", 5);
    assert_int_equal(receive(pair.server), UDP_DATAGRAM);
    assert_int_equal(got.len, 5);
    assert_memory_equal(got.data, "hello", 5);
    assert_int_equal(got.from.peer.len, sizeof(struct sockaddr_in));
    assert_true(addr_equal(&got.from.peer, &pair.client_addr));
}

TEST_WITH(pair, what_is_sent_to_a_sender_arrives_there)
{
    send_from_client("?", 1);
    assert_int_equal(receive(pair.server), UDP_DATAGRAM);
    udp_send(pair.server, "answer", 6, &got.from);
    assert_int_equal(receive(pair.client), UDP_DATAGRAM);
    assert_int_equal(got.len, 6);
    assert_memory_equal(got.data, "answer", 6);
    assert_true(addr_equal(&got.from.peer, &pair.addr));
}

TEST_WITH(pair, no_datagram_is_no_reason_to_wait)
{
    assert_int_equal(receive(pair.server), UDP_EMPTY);
}

TEST(a_blocking_socket_is_not_waited_for_either)
{
    struct addr addr = address_of("127.0.0.1");
    int fd = socket_at(&addr, SOCK_DGRAM);

    assert_int_equal(receive(fd), UDP_EMPTY);
    close(fd);
}

TEST_WITH(pair, a_datagram_may_fill_the_room)
{
    send_from_client("0123456789abcdef", 16);
    assert_int_equal(receive(pair.server), UDP_DATAGRAM);
    assert_int_equal(got.len, 16);
}

TEST_WITH(pair, a_datagram_that_would_be_cut_is_skipped)
{
    send_from_client("0123456789abcdef+", 17);
    send_from_client("next", 4);
    assert_int_equal(receive(pair.server), UDP_SKIPPED);
    assert_int_equal(receive(pair.server), UDP_DATAGRAM);
    assert_int_equal(got.len, 4);
    assert_int_equal(receive(pair.server), UDP_EMPTY);
}

TEST_WITH(pair, an_empty_datagram_is_one)
{
    got.len = 1;
    send_from_client("", 0);
    assert_int_equal(receive(pair.server), UDP_DATAGRAM);
    assert_int_equal(got.len, 0);
    assert_int_equal(receive(pair.server), UDP_EMPTY);
}

TEST_WITH(pair, the_longest_datagram_is_read)
{
    static uint8_t data[65507], arrived[65535];
    size_t len;

    data[65506] = 7;
    send_from_client(data, sizeof data);
    assert_int_equal(udp_receive(pair.server, arrived, sizeof arrived, &len, &got.from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 65507);
    assert_int_equal(arrived[65506], 7);
}

/* The kernel reports on a connected socket that nobody took what it sent. */
TEST_WITH(pair, an_error_of_an_earlier_send_is_skipped_once)
{
    assert_int_equal(connect(pair.client, &pair.addr.sock.any, pair.addr.len), 0);
    close(pair.server);
    assert_true(udp_send(pair.client, "?", 1, &(struct udp_path){.peer = pair.addr}));
    assert_int_equal(receive(pair.client), UDP_SKIPPED);
    assert_int_equal(receive(pair.client), UDP_EMPTY);
    assert_int_equal(dup2(pair.client, pair.server), pair.server);
}

TEST_WITH(pair, what_is_too_long_for_the_path_is_told)
{
    static const uint8_t too_long[65508];

    assert_false(udp_send(pair.client, too_long, sizeof too_long,
                          &(struct udp_path){.peer = pair.addr}));
    send_from_client("next", 4);
    assert_int_equal(receive(pair.server), UDP_DATAGRAM);
    assert_int_equal(got.len, 4);
}

/* Only a raw socket can send such a datagram. */
TEST_WITH(pair, a_datagram_from_port_0_is_skipped)
{
    struct {
        struct udphdr head;
        uint8_t text[4];
    } raw = {.head = {.len = htons(sizeof raw)}, .text = "from"};
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
    struct addr to = pair.addr;

    if (fd == -1 && errno == EPERM)
        skip();
    assert_int_not_equal(fd, -1);
    raw.head.dest = pair.addr.sock.ip4.sin_port;
    addr_set_port(&to, 0);
    assert_int_equal(sendto(fd, &raw, sizeof raw, 0, &to.sock.any, to.len), sizeof raw);
    assert_int_equal(receive(pair.server), UDP_SKIPPED);
    assert_int_equal(receive(pair.server), UDP_EMPTY);
    close(fd);
}

TEST(ip6_datagrams_come_and_go)
{
    struct addr addr;
    int fd;

    need_ip6();
    addr = address_of("::1");
    fd = socket_at(&addr, SOCK_DGRAM);
    assert_true(udp_send(fd, "self", 4, &(struct udp_path){.peer = addr}));
    assert_int_equal(receive(fd), UDP_DATAGRAM);
    assert_int_equal(got.len, 4);
    assert_true(addr_equal(&got.from.peer, &addr));
    assert_int_equal(got.from.peer.len, sizeof(struct sockaddr_in6));
    close(fd);
}

/* A question to one of the addresses of a wildcard socket; where the answer comes from. */
static struct addr answered_from(const struct listener *listener, const char *text)
{
    struct addr to = address_of(text);
    struct udp_path client = {.peer = address_of(text)};
    int fd = socket_at(&client.peer, SOCK_DGRAM);

    addr_set_port(&to, addr_port(&listener->addr));
    assert_true(udp_send(fd, "?", 1, &(struct udp_path){.peer = to}));
    assert_int_equal(receive(listener->udp), UDP_DATAGRAM);
    assert_true(udp_send(listener->udp, "!", 1, &got.from));
    assert_int_equal(receive(fd), UDP_DATAGRAM);
    close(fd);
    return got.from.peer;
}

/* RFC 2181 section 4. */
TEST(a_wildcard_socket_answers_from_the_address_that_was_asked)
{
    static const char *const asked[] = {"127.0.0.1", "127.0.0.2", "127.9.8.7"};
    struct addr any = address_of("0.0.0.0"), from, expected;
    struct listener listener;

    assert_int_equal(listener_open(&listener, &any), 0);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        expected = address_of(asked[i]);
        addr_set_port(&expected, addr_port(&listener.addr));
        from = answered_from(&listener, asked[i]);
        assert_true(addr_equal(&from, &expected));
    }
    listener_close(&listener);
}

TEST(an_ipv6_wildcard_socket_answers_from_the_address_that_was_asked)
{
    struct addr any = address_of("::"), from, expected = address_of("::1");
    struct listener listener;

    need_ip6();
    assert_int_equal(listener_open(&listener, &any), 0);
    addr_set_port(&expected, addr_port(&listener.addr));
    from = answered_from(&listener, "::1");
    assert_true(addr_equal(&from, &expected));
    listener_close(&listener);
}

/* Many at a time. */

static void send_numbers(uint8_t count)
{
    for (uint8_t i = 0; i < count; i++)
        send_from_client(&i, 1);
}

TEST_WITH(pair, a_batch_has_what_is_there)
{
    struct udp_batch *batch = udp_batch_new(16);
    const struct udp_path *path;
    const uint8_t *data;
    size_t len;

    assert_int_equal(udp_batch_receive(batch, pair.server), 0);
    send_numbers(UDP_BATCH + 3);
    assert_int_equal(udp_batch_receive(batch, pair.server), UDP_BATCH);
    for (size_t i = 0; i < UDP_BATCH; i++) {
        data = udp_batch_datagram(batch, i, &len, &path);
        assert_int_equal(len, 1);
        assert_int_equal(*data, i);
        assert_true(addr_equal(&path->peer, &pair.client_addr));
    }
    assert_int_equal(udp_batch_receive(batch, pair.server), 3);
    assert_int_equal(*udp_batch_datagram(batch, 2, &len, &path), UDP_BATCH + 2);
    udp_batch_free(batch);
}

TEST_WITH(pair, useless_datagrams_of_a_batch_are_left_out)
{
    struct udp_batch *batch = udp_batch_new(4);
    const struct udp_path *path;
    size_t len;

    send_from_client("fits", 4);
    send_from_client("does not", 8);
    send_from_client("", 0);
    assert_int_equal(udp_batch_receive(batch, pair.server), 3);
    assert_non_null(udp_batch_datagram(batch, 0, &len, &path));
    assert_null(udp_batch_datagram(batch, 1, &len, &path));
    assert_non_null(udp_batch_datagram(batch, 2, &len, &path));
    assert_int_equal(len, 0);
    udp_batch_free(batch);
}
