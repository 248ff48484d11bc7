/* One query over TCP to a server that the case plays. */
#include "../servers.h"

#include "upstream/tcp_query.h"

#include <time.h>

static struct scene {
    struct loop *loop;
    int listener, server;
    struct tcp_query *query;
} scene;

static struct {
    int done, error;
    size_t len;
    uint8_t wire[65535];
} said;

static void note_done(void *owner, const uint8_t *wire, size_t len, int error)
{
    (void)owner;
    said.done++;
    said.error = error;
    said.len = len;
    if (wire)
        memcpy(said.wire, wire, len);
    tcp_query_free(scene.query);
    scene.query = NULL;
}

static const uint8_t query[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};

static void set_up(void)
{
    const struct timeval patience = {.tv_sec = 60};
    struct addr addr;

    memset(&said, 0, sizeof said);
    scene.loop = loop_new();
    scene.listener = server_open("127.0.0.1:0", SOCK_STREAM);
    addr = bound_addr(scene.listener);
    scene.query = tcp_query_start(scene.loop, &addr, BYTES(query), note_done, NULL);
    assert_non_null(scene.query);
    scene.server = accept(scene.listener, NULL, NULL);
    assert_int_not_equal(scene.server, -1);
    setsockopt(scene.server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

static void tear_down(void)
{
    tcp_query_free(scene.query);
    loop_free(scene.loop);
    close(scene.listener);
    if (scene.server != -1)
        close(scene.server);
}

FIXTURE(query, set_up, tear_down);

static void hang_up(void)
{
    close(scene.server);
    scene.server = -1;
}

static void say(const void *data, size_t len)
{
    assert_int_equal(send(scene.server, data, len, MSG_NOSIGNAL), len);
}

TEST_WITH(query, the_query_goes_out_behind_its_length)
{
    uint8_t got[64];

    turn_until_readable(scene.loop, scene.server);
    assert_int_equal(recv(scene.server, got, sizeof got, 0), 2 + sizeof query);
    assert_int_equal(got[0] << 8 | got[1], sizeof query);
    assert_memory_equal(got + 2, query, sizeof query);
}

TEST_WITH(query, the_reply_comes_without_its_length)
{
    turn_until_readable(scene.loop, scene.server);
    say("\0\5hello", 7);
    turn_until(scene.loop, &said.done, 1);
    assert_int_equal(said.error, 0);
    assert_int_equal(said.len, 5);
    assert_memory_equal(said.wire, "hello", 5);
}

TEST_WITH(query, a_reply_that_comes_byte_by_byte_is_put_together)
{
    static const char reply[] = "\0\5hello";

    turn_until_readable(scene.loop, scene.server);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(said.done, 0);
        say(reply + i, 1);
        turn(scene.loop);
    }
    turn_until(scene.loop, &said.done, 1);
    assert_int_equal(said.len, 5);
    assert_memory_equal(said.wire, "hello", 5);
}

TEST_WITH(query, what_stands_behind_the_reply_is_left_alone)
{
    turn_until_readable(scene.loop, scene.server);
    say("\0\5helloand more", 15);
    turn_until(scene.loop, &said.done, 1);
    turn(scene.loop);
    assert_int_equal(said.len, 5);
    assert_int_equal(said.done, 1);
}

TEST_WITH(query, a_reply_of_65535_octets_comes_whole)
{
    static uint8_t reply[2 + 65535];
    size_t sent = 0;

    for (size_t i = 0; i < sizeof reply; i++)
        reply[i] = (uint8_t)(i * 7);
    reply[0] = reply[1] = 0xff;
    turn_until_readable(scene.loop, scene.server);
    while (sent < sizeof reply) {
        ssize_t part = send(scene.server, reply + sent, sizeof reply - sent,
                            MSG_DONTWAIT | MSG_NOSIGNAL);

        if (part > 0)
            sent += (size_t)part;
        turn(scene.loop);
    }
    turn_until(scene.loop, &said.done, 1);
    assert_int_equal(said.len, 65535);
    assert_memory_equal(said.wire, reply + 2, 65535);
}

TEST_WITH(query, a_reply_of_no_octets_is_one)
{
    turn_until_readable(scene.loop, scene.server);
    say("\0\0", 2);
    turn_until(scene.loop, &said.done, 1);
    assert_int_equal(said.error, 0);
    assert_int_equal(said.len, 0);
}

/* The server closes after this many octets of length and reply. */
static void closes_after(size_t octets)
{
    uint8_t got[64];

    tear_down();
    set_up();
    turn_until_readable(scene.loop, scene.server);
    recv(scene.server, got, sizeof got, 0); /* or closing would reset */
    if (octets > 0)
        say("\0\5hello", octets);
    hang_up();
    turn_until(scene.loop, &said.done, 1);
    assert_int_equal(said.error, ECONNRESET);
    assert_int_equal(said.done, 1);
}

TEST_WITH(query, a_server_that_closes_early_is_told)
{
    closes_after(0);
    closes_after(1);
    closes_after(2);
    closes_after(6);
}

TEST_WITH(query, a_reset_is_told)
{
    const struct linger reset = {.l_onoff = 1};

    turn_until_readable(scene.loop, scene.server);
    setsockopt(scene.server, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    hang_up();
    turn_until(scene.loop, &said.done, 1);
    assert_int_equal(said.error, ECONNRESET);
}

TEST_WITH(query, a_closed_port_is_told_or_fails_at_once)
{
    struct addr addr = bound_addr(scene.listener);

    tcp_query_free(scene.query);
    hang_up();
    close(scene.listener);
    errno = 0;
    scene.query = tcp_query_start(scene.loop, &addr, BYTES(query), note_done, NULL);
    if (scene.query) {
        turn_until(scene.loop, &said.done, 1);
        assert_int_equal(said.error, ECONNREFUSED);
    } else {
        assert_int_equal(errno, ECONNREFUSED);
    }
    scene.listener = server_open("127.0.0.1:0", SOCK_STREAM);
}

TEST_WITH(query, a_silent_server_is_waited_for_without_spinning)
{
    struct timer timer;
    clock_t before;

    turn_until_readable(scene.loop, scene.server);
    turn(scene.loop);
    before = clock();
    timer_init(&timer, stop_loop, scene.loop);
    timer_set(scene.loop, &timer, clock_ms() + 300);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_true(clock() - before < CLOCKS_PER_SEC / 10);
    assert_int_equal(said.done, 0);
}

TEST_WITH(query, a_query_may_be_freed_at_any_time)
{
    uint8_t got[64];

    turn_until_readable(scene.loop, scene.server);
    say("\0\5hel", 5);
    turn(scene.loop);
    tcp_query_free(scene.query);
    scene.query = NULL;
    assert_int_equal(recv(scene.server, got, sizeof got, 0), 2 + sizeof query);
    assert_int_equal(recv(scene.server, got, 1, 0), 0); /* it was closed */
    say("lo", 2);
    turn(scene.loop);
    assert_int_equal(said.done, 0);
}

TEST(no_query_may_be_freed)
{
    tcp_query_free(NULL);
}
