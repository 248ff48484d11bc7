#include "../net/sockets.h"

#include "lookup/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* A name server over TCP, driven by the same loop, and what the stream has told. */
static struct scene {
    struct loop *loop;
    struct addr server;
    int listening, connection;
    struct stream *stream;
    uint8_t query[64];
    size_t query_len;
    uint8_t reply[64];
    size_t reply_len;
    int error;
    unsigned told;
} scene;

static const uint8_t query[] = {1, 2, 3, 4, 5};

static void told(void *owner, const uint8_t *wire, size_t len, int error)
{
    struct scene *at = owner;

    if (wire)
        memcpy(at->reply, wire, len);
    at->reply_len = len;
    at->error = error;
    at->told++;
    stream_free(at->stream);
    at->stream = NULL;
    loop_stop(at->loop);
}

static int set_up(void **state)
{
    (void)state;
    scene = (struct scene){.server = address_of("127.0.0.1"), .connection = -1};
    scene.listening = socket_at(&scene.server, SOCK_STREAM);
    assert_int_equal(listen(scene.listening, 1), 0);
    scene.loop = loop_new();
    scene.stream =
        stream_open(scene.loop, &scene.server, query, sizeof query, told, &scene);
    assert_non_null(scene.stream);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stream_free(scene.stream);
    loop_free(scene.loop);
    close(scene.listening);
    if (scene.connection != -1)
        close(scene.connection);
    return 0;
}

static void server_ready(void *context, short revents)
{
    ssize_t got =
        recv(scene.connection, scene.query + scene.query_len, sizeof scene.query, 0);

    (void)context;
    (void)revents;
    assert_true(got > 0);
    scene.query_len += (size_t)got;
    if (scene.query_len >= 2 + sizeof query)
        loop_stop(scene.loop);
}

/* Until the server has the whole query. */
static void take_query(void)
{
    struct watch *watch;

    scene.connection = accept(scene.listening, NULL, NULL);
    assert_int_not_equal(scene.connection, -1);
    watch = loop_watch(scene.loop, scene.connection, POLLIN, server_ready, NULL);
    assert_int_equal(loop_run(scene.loop), 0);
    loop_unwatch(scene.loop, watch);
}

static void say(const void *octets, size_t count)
{
    assert_int_equal(send(scene.connection, octets, count, 0), count);
}

/* RFC 1035 section 4.2.2 */
static void the_query_has_its_length_before_it(void **state)
{
    const uint8_t expected[] = {0, 5, 1, 2, 3, 4, 5};

    (void)state;
    take_query();
    assert_int_equal(scene.query_len, sizeof expected);
    assert_memory_equal(scene.query, expected, sizeof expected);
}

static void the_reply_is_told_without_its_length(void **state)
{
    const uint8_t reply[] = {0, 3, 7, 8, 9};

    (void)state;
    take_query();
    say(reply, sizeof reply);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_int_equal(scene.error, 0);
    assert_int_equal(scene.reply_len, 3);
    assert_memory_equal(scene.reply, reply + 2, 3);
}

static void say_next_octet(void *context)
{
    static const uint8_t reply[] = {0, 3, 7, 8, 9};
    size_t *at = context;

    if (*at < sizeof reply)
        say(reply + (*at)++, 1);
}

static void a_reply_may_come_octet_by_octet(void **state)
{
    size_t at = 0;

    (void)state;
    take_query();
    while (!scene.told) {
        struct timer next;

        timer_init(&next, (void (*)(void *))loop_stop, scene.loop);
        say_next_octet(&at);
        timer_set(scene.loop, &next, 0);
        assert_int_equal(loop_run(scene.loop), 0);
        timer_cancel(&next);
    }
    assert_int_equal(scene.error, 0);
    assert_int_equal(scene.reply_len, 3);
}

static void a_server_that_closes_early_is_an_error(void **state)
{
    (void)state;
    take_query();
    say("\0", 1);
    close(scene.connection);
    scene.connection = -1;
    assert_int_equal(loop_run(scene.loop), 0);
    assert_int_equal(scene.error, ECONNRESET);
    assert_int_equal(scene.told, 1);
}

static void a_stream_may_be_given_up(void **state)
{
    (void)state;
    take_query();
    stream_free(scene.stream);
    scene.stream = NULL;
    assert_int_equal(scene.told, 0);
    assert_int_equal(recv(scene.connection, scene.reply, 1, 0), 0); /* it was closed */
}

static void a_closed_port_is_an_error(void **state)
{
    struct stream *stream;

    (void)state;
    stream_free(scene.stream);
    close(scene.listening);
    stream = stream_open(scene.loop, &scene.server, query, sizeof query, told, &scene);
    scene.stream = stream;
    if (stream) /* connect() may tell at once or later */
        assert_int_equal(loop_run(scene.loop), 0);
    else
        scene.error = errno;
    assert_int_equal(scene.error, ECONNREFUSED);
    scene.listening = socket_at(&scene.server, SOCK_STREAM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_query_has_its_length_before_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_reply_is_told_without_its_length, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_reply_may_come_octet_by_octet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_closes_early_is_an_error, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stream_may_be_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_closed_port_is_an_error, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
