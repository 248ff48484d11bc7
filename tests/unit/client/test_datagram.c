#include "responder.h"

#include "client/datagram.h"
#include "client/exchange.h"

static struct addr addr;
static int server, client;
static struct ask ask;
static uint8_t wire[DATAGRAM_MAX];

static void open_both(void)
{
    server = responder_socket(&addr);
    client = datagram_open(&addr);
    assert_int_equal(ask_build(&ask, "host.test", TYPE_A, &(struct ask_form){0}), 0);
}

static void close_both(void)
{
    close(server);
    close(client);
}

FIXTURE(both, open_both, close_both);

static void answer(const void *octets, size_t size)
{
    struct addr to = {.len = sizeof to.sock};

    assert_int_equal(getsockname(client, &to.sock.any, &to.len), 0);
    assert_int_equal(sendto(server, octets, size, 0, &to.sock.any, to.len), size);
}

TEST_WITH(both, the_query_is_what_is_sent)
{
    assert_int_equal(datagram_send(client, &ask), 0);
    assert_int_equal(recv(server, wire, sizeof wire, 0), ask.size);
    assert_memory_equal(wire, ask.wire, ask.size);
}

TEST_WITH(both, what_is_there_is_received_and_nothing_is_waited_for)
{
    assert_int_equal(datagram_receive(client, wire), -1);
    assert_int_equal(errno, EAGAIN);
    answer("one", 3);
    answer("", 0);
    assert_int_equal(datagram_receive(client, wire), 3);
    assert_memory_equal(wire, "one", 3);
    assert_int_equal(datagram_receive(client, wire), 0);
    assert_int_equal(datagram_receive(client, wire), -1);
}

TEST_WITH(both, a_refusal_is_told_once_or_forgotten)
{
    close(server);
    server = -1;
    assert_int_equal(datagram_send(client, &ask), 0);
    assert_int_equal(datagram_receive(client, wire), -1);
    assert_int_equal(errno, ECONNREFUSED);
    assert_int_equal(datagram_send(client, &ask), 0);
    datagram_forget_error(client);
    assert_int_equal(datagram_receive(client, wire), -1);
    assert_int_equal(errno, EAGAIN);
}

/* As many as come together where 64 names are asked at once, A and AAAA. */
TEST_WITH(both, there_is_room_for_many_replies)
{
    static const char reply[1232];

    datagram_make_room(client);
    for (int i = 0; i < 128; i++)
        answer(reply, sizeof reply);
    for (int i = 0; i < 128; i++)
        assert_int_equal(datagram_receive(client, wire), sizeof reply);
}
