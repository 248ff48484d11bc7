#include "sockets.h"

#include "net/listen.h"
#include "net/udp_send_batch.h"

#include <netinet/udp.h>

enum { CLIENTS = 12 };

/* A server's socket and clients that get what it sends. */
static struct scene {
    struct udp_send_batch *batch;
    int server, clients[CLIENTS];
    struct udp_path paths[CLIENTS];
} scene;

static void set_up_at(const char *address)
{
    struct addr addr = address_of(address);

    memset(&scene, 0, sizeof scene);
    scene.batch = udp_send_batch_new();
    scene.server = socket_at(&addr, SOCK_DGRAM);
    for (int i = 0; i < CLIENTS; i++) {
        scene.paths[i].peer = address_of(address);
        scene.clients[i] = socket_at(&scene.paths[i].peer, SOCK_DGRAM | SOCK_NONBLOCK);
    }
    assert_non_null(scene.batch);
}

static void set_up(void)
{
    set_up_at("127.0.0.1");
}

static void tear_down(void)
{
    udp_send_batch_free(scene.batch);
    close(scene.server);
    for (int i = 0; i < CLIENTS; i++)
        close(scene.clients[i]);
}

FIXTURE(batch, set_up, tear_down);

static void put(int client, const char *text)
{
    memcpy(udp_send_batch_room(scene.batch), text, strlen(text));
    udp_send_batch_add(scene.batch, &scene.paths[client], strlen(text));
}

static void send_all(void)
{
    udp_send_batch_flush(scene.batch, scene.server);
}

/* The next datagram's text; "" if there is none. */
static const char *heard(int client)
{
    static char text[1024];
    ssize_t got = recv(scene.clients[client], text, sizeof text - 1, MSG_DONTWAIT);

    text[got > 0 ? got : 0] = '\0';
    return text;
}

/* This number of replies to the first client, "000" and on. */
static void put_numbers(int count)
{
    char text[16];

    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%03d", i);
        put(0, text);
    }
}

static void assert_numbers_heard(int count)
{
    char text[16];

    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%03d", i);
        assert_string_equal(heard(0), text);
    }
    assert_string_equal(heard(0), "");
}

/* From now on the first client can be told several datagrams at once, if they came so. */
static void let_join(void)
{
    int one = 1;

    assert_int_equal(setsockopt(scene.clients[0], SOL_UDP, UDP_GRO, &one, sizeof one), 0);
}

TEST_WITH(batch, each_goes_to_its_peer)
{
    for (int round = 0; round < 2; round++) {
        put(0, "first");
        put(1, "second");
        put(0, "third");
        send_all();
        assert_string_equal(heard(0), "first");
        assert_string_equal(heard(0), "third");
        assert_string_equal(heard(0), "");
        assert_string_equal(heard(1), "second");
        assert_string_equal(heard(1), "");
    }
}

TEST_WITH(batch, nothing_to_send_is_nothing_sent)
{
    send_all();
    assert_string_equal(heard(0), "");
}

TEST_WITH(batch, many_to_one_peer_are_datagrams_all_the_same)
{
    put_numbers(UDP_BATCH);
    send_all();
    assert_numbers_heard(UDP_BATCH);
}

TEST_WITH(batch, many_of_one_length_leave_as_one)
{
    let_join();
    put_numbers(UDP_SEND_BATCH_JOINED);
    send_all();
    assert_string_equal(heard(0), "000001002003004005006007");
}

/* A person who watches sees packets as they are, while there are few. */
TEST_WITH(batch, a_few_of_one_length_leave_one_by_one)
{
    let_join();
    put_numbers(UDP_SEND_BATCH_JOINED - 1);
    send_all();
    assert_numbers_heard(UDP_SEND_BATCH_JOINED - 1);
}

TEST_WITH(batch, lengths_and_peers_do_not_mix)
{
    static const char *const words[] = {"one", "four", "seven"};

    for (int i = 0; i < UDP_BATCH; i++)
        put(i % 2, words[i % 3]);
    send_all();
    for (int client = 0; client < 2; client++) {
        int counts[3] = {0};

        for (const char *text; *(text = heard(client));)
            for (int i = 0; i < 3; i++)
                counts[i] += strcmp(text, words[i]) == 0;
        assert_int_equal(counts[0] + counts[1] + counts[2], UDP_BATCH / 2);
        for (int i = 0; i < 3; i++)
            assert_in_range(counts[i], 5, 6);
    }
}

/* More than a reply is compared with. */
TEST_WITH(batch, many_peers_get_theirs)
{
    for (int i = 0; i < 2 * CLIENTS; i++)
        put(i % CLIENTS, i < CLIENTS ? "early" : "later");
    send_all();
    for (int i = 0; i < CLIENTS; i++) {
        assert_string_equal(heard(i), "early");
        assert_string_equal(heard(i), "later");
        assert_string_equal(heard(i), "");
    }
}

/* Without checksums the kernel joins none, as on some devices. */
TEST_WITH(batch, what_cannot_leave_as_one_leaves_one_by_one)
{
    int one = 1;

    assert_int_equal(setsockopt(scene.server, SOL_SOCKET, SO_NO_CHECK, &one, sizeof one),
                     0);
    let_join();
    put(1, "before");
    put_numbers(UDP_SEND_BATCH_JOINED + 2);
    put(1, "behind");
    send_all();
    assert_numbers_heard(UDP_SEND_BATCH_JOINED + 2);
    assert_string_equal(heard(1), "before");
    assert_string_equal(heard(1), "behind");
}

TEST_WITH(batch, a_peer_that_is_gone_costs_the_others_nothing)
{
    close(scene.clients[1]);
    for (int round = 0; round < 3; round++) { /* its refusal is told to the next to send */
        put(1, "nobody");
        put(0, "somebody");
        send_all();
    }
    scene.clients[1] = socket(AF_INET, SOCK_DGRAM, 0);
    assert_string_equal(heard(0), "somebody");
}

TEST_WITH(batch, ip6_replies_leave_as_one_too)
{
    need_ip6();
    tear_down();
    set_up_at("::1");
    let_join();
    put_numbers(UDP_SEND_BATCH_JOINED);
    send_all();
    assert_string_equal(heard(0), "000001002003004005006007");
}

/* RFC 2181 section 4. A question to one of a wildcard socket's addresses gets `count`
 * replies, all from there. */
static void assert_answered_from(const char *any, const char *text, int count)
{
    struct addr wildcard = address_of(any), to = address_of(text), own = address_of(text);
    int client = socket_at(&own, SOCK_DGRAM | SOCK_NONBLOCK);
    struct listener listener;
    struct udp_path path, from;
    uint8_t data[16];
    size_t len;

    assert_int_equal(listener_open(&listener, &wildcard), 0);
    addr_set_port(&to, addr_port(&listener.addr));
    assert_true(udp_send(client, "?", 1, &(struct udp_path){.peer = to}));
    assert_int_equal(udp_receive(listener.udp, data, sizeof data, &len, &path),
                     UDP_DATAGRAM);
    for (int i = 0; i < count; i++) {
        *udp_send_batch_room(scene.batch) = '!';
        udp_send_batch_add(scene.batch, &path, 1);
    }
    udp_send_batch_flush(scene.batch, listener.udp);
    for (int i = 0; i < count; i++) {
        assert_int_equal(udp_receive(client, data, sizeof data, &len, &from), UDP_DATAGRAM);
        assert_int_equal(len, 1);
        assert_true(addr_equal(&from.peer, &to));
    }
    listener_close(&listener);
    close(client);
}

TEST_WITH(batch, replies_of_a_wildcard_socket_leave_from_the_address_asked)
{
    assert_answered_from("0.0.0.0", "127.0.0.2", 1);
    assert_answered_from("0.0.0.0", "127.0.0.2", UDP_BATCH);
    if (!host_has_ip6())
        return;
    assert_answered_from("::", "::1", 1);
    assert_answered_from("::", "::1", UDP_BATCH);
}
