#include "sockets.h"

#include "net/listen.h"
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
    const struct udp_path path = {.peer = pair->addr};

    assert_true(udp_send(pair->client, data, len, &path));
}

static void a_datagram_comes_with_its_sender(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct udp_path from;
    size_t len;

    send_from_client(pair, "hello", 5);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 5);
    assert_memory_equal(data, "hello", 5);
    assert_int_equal(from.peer.len, sizeof(struct sockaddr_in));
    assert_true(addr_equal(&from.peer, &pair->client_addr));
}

static void what_is_sent_to_a_sender_arrives_there(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct udp_path from;
    size_t len;

    send_from_client(pair, "?", 1);
    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    udp_send(pair->server, "answer", 6, &from);
    assert_int_equal(udp_receive(pair->client, data, sizeof data, &len, &from),
                     UDP_DATAGRAM);
    assert_int_equal(len, 6);
    assert_memory_equal(data, "answer", 6);
    assert_true(addr_equal(&from.peer, &pair->addr));
}

static void no_datagram_is_no_reason_to_wait(void **state)
{
    const struct pair *pair = *state;
    uint8_t data[16];
    struct udp_path from;
    size_t len;

    assert_int_equal(udp_receive(pair->server, data, sizeof data, &len, &from), UDP_EMPTY);
}

static void a_blocking_socket_is_not_waited_for_either(void **state)
{
    struct addr addr = address_of("127.0.0.1");
    struct udp_path from;
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
    struct udp_path from;
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
    struct udp_path from;
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
    struct udp_path from;
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
    struct udp_path from;
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
    struct udp_path from;
    size_t len;

    assert_int_equal(connect(pair->client, &pair->addr.sock.any, pair->addr.len), 0);
    close(pair->server);
    assert_true(udp_send(pair->client, "?", 1, &(struct udp_path){.peer = pair->addr}));
    assert_int_equal(udp_receive(pair->client, data, sizeof data, &len, &from),
                     UDP_SKIPPED);
    assert_int_equal(udp_receive(pair->client, data, sizeof data, &len, &from), UDP_EMPTY);
    assert_int_equal(dup2(pair->client, pair->server), pair->server);
}

static void what_is_too_long_for_the_path_is_told(void **state)
{
    static const uint8_t too_long[65508];
    const struct pair *pair = *state;
    uint8_t data[16];
    struct udp_path from;
    size_t len;

    assert_false(udp_send(pair->client, too_long, sizeof too_long,
                          &(struct udp_path){.peer = pair->addr}));
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
    struct addr to = pair->addr;
    struct udp_path from;
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
    struct addr addr;
    struct udp_path from;
    uint8_t data[16];
    size_t len;
    int fd;

    (void)state;
    if (!host_has_ip6())
        skip();
    addr = address_of("::1");
    fd = socket_at(&addr, SOCK_DGRAM);
    assert_true(udp_send(fd, "self", 4, &(struct udp_path){.peer = addr}));
    assert_int_equal(udp_receive(fd, data, sizeof data, &len, &from), UDP_DATAGRAM);
    assert_int_equal(len, 4);
    assert_true(addr_equal(&from.peer, &addr));
    assert_int_equal(from.peer.len, sizeof(struct sockaddr_in6));
    close(fd);
}

#define PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

/* A question to one of the addresses of a wildcard socket; where the answer comes from. */
static struct addr answered_from(const struct listener *listener, const char *text)
{
    struct addr to = address_of(text);
    struct udp_path client = {.peer = address_of(text)}, path, answer;
    int fd = socket_at(&client.peer, SOCK_DGRAM);
    uint8_t data[16];
    size_t len;

    addr_set_port(&to, addr_port(&listener->addr));
    assert_true(udp_send(fd, "?", 1, &(struct udp_path){.peer = to}));
    assert_int_equal(udp_receive(listener->udp, data, sizeof data, &len, &path),
                     UDP_DATAGRAM);
    assert_true(udp_send(listener->udp, "!", 1, &path));
    assert_int_equal(udp_receive(fd, data, sizeof data, &len, &answer), UDP_DATAGRAM);
    close(fd);
    return answer.peer;
}

/* RFC 2181 section 4. */
static void a_wildcard_socket_answers_from_the_address_that_was_asked(void **state)
{
    static const char *const asked[] = {"127.0.0.1", "127.0.0.2", "127.9.8.7"};
    struct addr any = address_of("0.0.0.0"), from, expected;
    struct listener listener;

    (void)state;
    assert_int_equal(listener_open(&listener, &any), 0);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        expected = address_of(asked[i]);
        addr_set_port(&expected, addr_port(&listener.addr));
        from = answered_from(&listener, asked[i]);
        assert_true(addr_equal(&from, &expected));
    }
    listener_close(&listener);
}

static void so_does_one_of_ipv6(void **state)
{
    struct addr any = address_of("::"), from, expected = address_of("::1");
    struct listener listener;

    (void)state;
    if (!host_has_ip6())
        skip();
    assert_int_equal(listener_open(&listener, &any), 0);
    addr_set_port(&expected, addr_port(&listener.addr));
    from = answered_from(&listener, "::1");
    assert_true(addr_equal(&from, &expected));
    listener_close(&listener);
}

/* Many at a time. */

static void send_numbers(const struct pair *pair, uint8_t count)
{
    for (uint8_t i = 0; i < count; i++)
        send_from_client(pair, &i, 1);
}

static void a_batch_has_what_is_there(void **state)
{
    struct udp_batch *batch = udp_batch_new(16);
    const struct pair *pair = *state;
    const struct udp_path *path;
    const uint8_t *data;
    size_t len;

    assert_int_equal(udp_batch_receive(batch, pair->server), 0);
    send_numbers(pair, UDP_BATCH + 3);
    assert_int_equal(udp_batch_receive(batch, pair->server), UDP_BATCH);
    for (size_t i = 0; i < UDP_BATCH; i++) {
        data = udp_batch_datagram(batch, i, &len, &path);
        assert_int_equal(len, 1);
        assert_int_equal(*data, i);
        assert_true(addr_equal(&path->peer, &pair->client_addr));
    }
    assert_int_equal(udp_batch_receive(batch, pair->server), 3);
    assert_int_equal(*udp_batch_datagram(batch, 2, &len, &path), UDP_BATCH + 2);
    udp_batch_free(batch);
}

static void of_a_batch_the_useless_are_left_out(void **state)
{
    struct udp_batch *batch = udp_batch_new(4);
    const struct pair *pair = *state;
    const struct udp_path *path;
    size_t len;

    send_from_client(pair, "fits", 4);
    send_from_client(pair, "does not", 8);
    send_from_client(pair, "", 0);
    assert_int_equal(udp_batch_receive(batch, pair->server), 3);
    assert_non_null(udp_batch_datagram(batch, 0, &len, &path));
    assert_null(udp_batch_datagram(batch, 1, &len, &path));
    assert_non_null(udp_batch_datagram(batch, 2, &len, &path));
    assert_int_equal(len, 0);
    udp_batch_free(batch);
}

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
        PAIR(what_is_too_long_for_the_path_is_told),
        PAIR(a_datagram_from_port_0_is_skipped),
        cmocka_unit_test(ip6_datagrams_come_and_go),
        cmocka_unit_test(a_wildcard_socket_answers_from_the_address_that_was_asked),
        cmocka_unit_test(so_does_one_of_ipv6),
        PAIR(a_batch_has_what_is_there),
        PAIR(of_a_batch_the_useless_are_left_out),
    };
    return cmocka_run_group_tests_name("udp", tests, NULL, NULL);
}
