/* The web process in a thread; the test has the supervisor's end of its channel. */
#include "../check.h"

#include "base/clock.h"
#include "base/counters.h"
#include "channel/channel.h"
#include "web/web.h"

#include <pthread.h>

static struct web_config config;
static struct channel supervisor; /* left: the web process's; right: the test's */
static struct addr address;
static pthread_t thread;
static int result;

/* Filters would stay with the whole test. */
static void stay_free(void)
{
}

static void *run(void *context)
{
    result = web_run(&config, supervisor.left);
    return context;
}

static void begin(void)
{
    assert_int_not_equal(counters_open(-1), -1);
    assert_true(addr_parse(&address, "127.0.0.1:0", 0));
    config = (struct web_config){
        .socket = listener_open_tcp(&address), .started = clock_ms(), .confine = stay_free};
    assert_int_equal(getsockname(config.socket, &address.sock.any, &address.len), 0);
    assert_int_equal(channel_open(&supervisor), 0);
    result = 42;
    assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
}

static void end(void)
{
    channel_close(&supervisor);
    close(config.socket);
}

FIXTURE(web, begin, end);

static enum control_message heard(void)
{
    enum control_message message;

    assert_int_equal(channel_receive_control(supervisor.right, &message, NULL, NULL, NULL,
                                             CHANNEL_BLOCK),
                     CHANNEL_DONE);
    return message;
}

static int connect_client(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, &address.sock.any, address.len), 0);
    return fd;
}

static bool is_answered(int fd)
{
    static const char request[] = "GET /figures HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    char start[15];

    assert_int_equal(send(fd, BYTES(request) - 1, MSG_NOSIGNAL), sizeof request - 1);
    return recv(fd, BYTES(start), MSG_WAITALL) == sizeof start &&
           memcmp(start, "HTTP/1.1 200 OK", sizeof start) == 0;
}

TEST_WITH(web, it_is_ready_answers_and_leaves_with_the_supervisor)
{
    int client;

    assert_int_equal(heard(), CONTROL_READY);
    client = connect_client();
    assert_true(is_answered(client));
    close(client);
    channel_close_end(&supervisor.right);
    pthread_join(thread, NULL);
    assert_int_equal(result, 0);
}

TEST_WITH(web, it_answers_a_ping)
{
    assert_int_equal(heard(), CONTROL_READY);
    channel_send_control(supervisor.right, CONTROL_PING, NULL, 0);
    assert_int_equal(heard(), CONTROL_PONG);
    channel_close_end(&supervisor.right);
    pthread_join(thread, NULL);
}

TEST_WITH(web, it_retires_when_nobody_is_connected)
{
    assert_int_equal(heard(), CONTROL_READY);
    channel_send_control(supervisor.right, CONTROL_RETIRE, NULL, 0);
    pthread_join(thread, NULL);
    assert_int_equal(result, 0);
}

TEST_WITH(web, its_socket_still_listens_when_it_has_left)
{
    int client;

    assert_int_equal(heard(), CONTROL_READY);
    channel_send_control(supervisor.right, CONTROL_RETIRE, NULL, 0);
    pthread_join(thread, NULL);
    client = connect_client();
    assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0); /* the next one */
    assert_true(is_answered(client));
    close(client);
    channel_close_end(&supervisor.right);
    pthread_join(thread, NULL);
}
