/* Readers of /events: real ones, of a server in the same process. */
#include "../turn.h"
#include "records.h"

#include "base/counters.h"
#include "net/listen.h"
#include "web/http.h"
#include "web/http_events.h"
#include "web/mhd.h"

static struct loop *loop;
static struct listener listener;
static struct web_config config;
static struct figures figures;
static const struct site site = {&config, &figures};
static struct http *http;

static void open_library(void)
{
    const char *why;

    assert_true(mhd_load(&why));
    assert_int_not_equal(counters_open(-1), -1);
    counters_use(0);
}

static void begin(void)
{
    struct addr addr;

    assert_true(addr_parse(&addr, "127.0.0.1:0", 0));
    config = (struct web_config){.socket = listener_open_tcp(&addr)};
    assert_int_not_equal(config.socket, -1);
    listener.addr.len = sizeof listener.addr.sock;
    assert_int_equal(
        getsockname(config.socket, &listener.addr.sock.any, &listener.addr.len), 0);
    loop = loop_new();
    http = http_new(loop, &site);
    assert_non_null(http);
}

static void end(void)
{
    http_free(http);
    loop_free(loop);
    close(config.socket);
}

static int connect_client(void)
{
    int fd = socket(listener.addr.sock.any.sa_family, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, &listener.addr.sock.any, listener.addr.len), 0);
    return fd;
}

static void begin_empty(void)
{
    int fd = recent_open(-1, false);

    assert_int_not_equal(fd, -1);
    close(fd);
    records_begin();
    begin();
}

GROUP(open_library, NULL);
FIXTURE(events, begin_empty, end);

static int reader_of_events(const char *headers)
{
    char request[200];
    int fd = connect_client();

    snprintf(request, sizeof request, "GET /events HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
             headers);
    assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
    return fd;
}

/* Reads until this has come, or the stream has ended. */
static bool comes(int fd, const char *wanted)
{
    static char text[65536];
    size_t len = 0;
    ssize_t got;

    do {
        turn_until_readable(loop, fd);
        got = recv(fd, text + len, sizeof text - 1 - len, 0);
        len += got > 0 ? (size_t)got : 0;
        text[len] = '\0';
    } while (got > 0 && !strstr(text, wanted));
    return got > 0;
}

TEST_WITH(events, a_question_comes_to_each_reader)
{
    int one = reader_of_events(""), other = reader_of_events("");

    assert_true(comes(one, "retry: "));
    assert_true(comes(other, "retry: "));
    recent_write(&record);
    assert_true(comes(one, "\nid: 1\n"));
    assert_true(comes(other, "\nid: 1\n"));
    close(one);
    close(other);
}

TEST_WITH(events, the_type_is_that_of_event_streams)
{
    int fd = reader_of_events("");

    assert_true(comes(fd, "\r\nContent-Type: text/event-stream\r\n"));
    close(fd);
}

TEST_WITH(events, a_reader_names_its_last_question)
{
    int fd;

    recent_write(&record);
    recent_write(&record);
    fd = reader_of_events("Last-Event-ID: 1\r\n");
    assert_true(comes(fd, "\nid: 2\n"));
    close(fd);
}

TEST_WITH(events, one_reader_too_many_is_told_so)
{
    int fds[HTTP_EVENTS_READERS], fd;

    for (int i = 0; i < HTTP_EVENTS_READERS; i++) {
        fds[i] = reader_of_events("");
        assert_true(comes(fds[i], "retry: "));
    }
    fd = reader_of_events("");
    assert_true(comes(fd, "HTTP/1.1 503 "));
    close(fd);
    for (int i = 0; i < HTTP_EVENTS_READERS; i++)
        close(fds[i]);
}

/* It connects again, to the process that listens then. */
TEST_WITH(events, a_stream_ends_when_its_server_retires)
{
    int fd = reader_of_events("");

    assert_true(comes(fd, "retry: "));
    http_retire(http);
    assert_false(comes(fd, "never"));
    close(fd);
    while (http_count(http) > 0)
        turn(loop);
}

TEST_WITH(events, readers_do_not_keep_a_server_from_ending)
{
    int fd = reader_of_events("");

    assert_true(comes(fd, "retry: "));
    http_free(http);
    http = NULL;
    assert_false(comes(fd, "never"));
    close(fd);
}
