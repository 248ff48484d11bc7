#include "sockets.h"

#include "net/udp.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

/* A server's socket at `addr`, and a client's. */
struct pair {
    struct addr addr, client_addr;
    int server, client;
};

static int open_pair(void **state)
{
    static struct pair pair;

    pair.addr = address_of("127.0.0.1");
    pair.client_addr = address_of("127.0.0.1");
    pair.server = socket_at(&pair.addr, SOCK_DGRAM | SOCK_NONBLOCK);
    pair.client = socket_at(&pair.client_addr, SOCK_DGRAM | SOCK_NONBLOCK);
    *state = &pair;
    return 0;
}

static int close_pair(void **state)
{
    const struct pair *pair = *state;

    close(pair->server);
    close(pair->client);
    return 0;
}

/* Sends from the client's socket to the server's. */
static void send_from_client(const struct pair *pair, const void *data, size_t len)
{
    udp_send(pair->client, data, len, &pair->addr);
}

static void a_datagram_comes_with_its_sender(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct addr from;
    size_t len;

    send_from_client(pair, "hello", 5);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 5);
    assert_memory_equal(data, "hello", 5);
    assert_int_equal(from.len, sizeof(struct sockaddr_in));
    assert_true(addr_equal(&from, &pair->client_addr));
}

static void what_is_sent_to_a_sender_arrives_there(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct addr from;
    size_t len;

    send_from_client(pair, "?", 1);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    udp_send(pair->server, "answer", 6, &from);
    assert_int_equal(udp_receive(pair->client, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 6);
    assert_memory_equal(data, "answer", 6);
    assert_true(addr_equal(&from, &pair->addr));
}

static void no_datagram_is_no_reason_to_wait(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct addr from;
    size_t len;

    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from), UDP_EMPTY);
}

static void a_blocking_socket_is_not_waited_for_either(void **state)
{
    struct addr addr = address_of("127.0.0.1"), from;
    int fd = socket_at(&addr, SOCK_DGRAM);
    uint8_t data[16];
    size_t len;

    (void)state;
    assert_int_equal(udp_receive(fd, data, sizeof data, &len, &from), UDP_EMPTY);
    close(fd);
}

static void a_datagram_may_fill_the_room(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct addr from;
    size_t len;

    send_from_client(pair, "0123456789abcdef", 16);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 16);
}

static void a_datagram_that_would_be_cut_is_skipped(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct addr from;
    size_t len;

    send_from_client(pair, "0123456789abcdef+", 17);
    send_from_client(pair, "next", 4);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_SKIPPED);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 4);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from), UDP_EMPTY);
}

static void an_empty_datagram_is_one(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct addr from;
    size_t len = 1;

    send_from_client(pair, "", 0);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 0);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from), UDP_EMPTY);
}

static void the_longest_datagram_is_read(void **state)
{
    static uint8_t data[65507], got[65535];
    const struct pair *pair = *state;
    struct addr from;
    size_t len;

    data[65506] = 7;
    send_from_client(pair, data, sizeof data);
    assert_int_equal(udp_receive(pair->server, got, sizeof got, &len, &from), UDP_DATAGRAM);
    assert_int_equal(len, 65507);
    assert_int_equal(got[65506], 7);
}

/* The kernel reports on a connected socket that nobody took what it sent. */
static void an_error_of_an_earlier_send_is_skipped_once(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct addr from;
    size_t len;

    assert_int_equal(connect(pair->client, &pair->addr.sock.any, pair->addr.len), 0);
    close(pair->server);
    udp_send(pair->client, "?", 1, &pair->addr);
    assert_int_equal(udp_receive(pair->client, data, sizeof data, &len, &from),
                     UDP_SKIPPED);
    assert_int_equal(udp_receive(pair->client, data, sizeof data, &len, &from), UDP_EMPTY);
    assert_int_equal(dup2(pair->client, pair->server), pair->server);
}

static void what_cannot_be_sent_is_lost_in_silence(void **state)
{
    static const uint8_t too_long[65508];
    const struct pair *pair = *state;
    uint8_t data[16];
    struct addr from;
    size_t len;

    send_from_client(pair, too_long, sizeof too_long);
    send_from_client(pair, "next", 4);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 4);
}

/* Only a raw socket can send such a datagram. */
static void a_datagram_from_port_0_is_skipped(void **state)
{
    const struct pair *pair = *state;
    struct {
        struct udphdr head;
        uint8_t text[4];
    } raw = {.head = {.len = htons(sizeof raw)}, .text = "from"};
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
    struct addr to = pair->addr, from;
    uint8_t data[16];
    size_t len;

    if (fd == -1 && errno == EPERM)
        skip();
    assert_int_not_equal(fd, -1);
    raw.head.dest = pair->addr.sock.ip4.sin_port;
    addr_set_port(&to, 0);
    assert_int_equal(sendto(fd, &raw, sizeof raw, 0, &to.sock.any, to.len), sizeof raw);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_SKIPPED);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from), UDP_EMPTY);
    close(fd);
}

static void ip6_datagrams_come_and_go(void **state)
{
    struct addr addr, from;
    uint8_t data[16];
    size_t len;
    int fd;

    (void)state;
    if (!host_has_ip6())
        skip();
    addr = address_of("::1");
    fd = socket_at(&addr, SOCK_DGRAM);
    udp_send(fd, "self", 4, &addr);
    assert_int_equal(udp_receive(fd, data, sizeof data, &len, &from), UDP_DATAGRAM);
    assert_int_equal(len, 4);
    assert_true(addr_equal(&from, &addr));
    assert_int_equal(from.len, sizeof(struct sockaddr_in6));
    close(fd);
}

#define PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR(a_datagram_comes_with_its_sender),
        PAIR(what_is_sent_to_a_sender_arrives_there),
        PAIR(no_datagram_is_no_reason_to_wait),
        cmocka_unit_test(a_blocking_socket_is_not_waited_for_either),
        PAIR(a_datagram_may_fill_the_room),
        PAIR(a_datagram_that_would_be_cut_is_skipped),
        PAIR(an_empty_datagram_is_one),
        PAIR(the_longest_datagram_is_read),
        PAIR(an_error_of_an_earlier_send_is_skipped_once),
        PAIR(what_cannot_be_sent_is_lost_in_silence),
        PAIR(a_datagram_from_port_0_is_skipped),
        cmocka_unit_test(ip6_datagrams_come_and_go),
    };
    return cmocka_run_group_tests_name("udp", tests, NULL, NULL);
}
