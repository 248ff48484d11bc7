/* The server and a client in one process: the loop is turned until the reply has ended. */
#include "../turn.h"

#include "base/counters.h"
#include "net/listen.h"
#include "web/http.h"
#include "web/http_connections.h"
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

FIXTURE(http, begin, end);

static int connect_client(void)
{
    int fd = socket(listener.addr.sock.any.sa_family, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, &listener.addr.sock.any, listener.addr.len), 0);
    return fd;
}

/* Reads until the server closes the connection. */
static const char *reply_of(int fd)
{
    static char text[65536];
    size_t len = 0;
    ssize_t got;

    do {
        turn_until_readable(loop, fd);
        got = recv(fd, text + len, sizeof text - 1 - len, 0);
        if (got > 0)
            len += (size_t)got;
    } while (got > 0);
    text[len] = '\0';
    close(fd);
    return text;
}

static const char *ask(const char *request)
{
    int fd = connect_client();

    assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
    return reply_of(fd);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

TEST_WITH(http, a_path_is_answered_and_the_connection_ends)
{
    const char *reply = ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assert_true(begins(reply, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(reply, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
    assert_non_null(strstr(reply, "\r\nContent-Length: 3\r\n"));
    assert_non_null(strstr(reply, "\r\nConnection: close\r\n"));
    assert_non_null(strstr(reply, "\r\n\r\nok\n"));
    assert_int_equal(http_count(http), 0);
}

TEST_WITH(http, every_reply_forbids_what_a_page_does_not_need)
{
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    };

    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        const char *reply = ask(requests[i]);

        assert_non_null(strstr(
            reply, "\r\nContent-Security-Policy: default-src 'none'; style-src 'self'; "
                   "script-src 'self'; connect-src 'self'; img-src 'self'; base-uri "
                   "'none'; form-action 'none'; frame-ancestors 'none'\r\n"));
        assert_non_null(strstr(reply, "\r\nX-Content-Type-Options: nosniff\r\n"));
        assert_non_null(strstr(reply, "\r\nReferrer-Policy: no-referrer\r\n"));
        assert_non_null(strstr(reply, "\r\nCache-Control: no-store\r\n"));
        assert_non_null(strstr(reply, "\r\nCross-Origin-Resource-Policy: same-origin\r\n"));
    }
}

TEST_WITH(http, head_has_the_length_and_no_body)
{
    const char *reply = ask("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assert_true(begins(reply, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(reply, "\r\nContent-Length: 3\r\n"));
    assert_string_equal(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
}

TEST_WITH(http, what_is_refused_has_its_status)
{
    const char *reply = ask("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assert_true(begins(reply, "HTTP/1.1 405 "));
    assert_non_null(strstr(reply, "\r\nAllow: GET, HEAD\r\n"));
    assert_true(
        begins(ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), "HTTP/1.1 421 "));
    assert_true(begins(ask("GET / HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n\r\n"),
                       "HTTP/1.1 400 "));
    assert_true(
        begins(ask("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"),
               "HTTP/1.1 413 "));
    assert_true(begins(
        ask("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"),
        "HTTP/1.1 413 "));
    assert_true(
        begins(ask("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"),
               "HTTP/1.1 200 "));
    assert_true(begins(ask("GET /healthz HTTP/1.0\r\n\r\n"), "HTTP/1.1 200 "));
}

TEST_WITH(http, a_request_may_come_octet_by_octet)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    int fd = connect_client();

    for (size_t i = 0; i < sizeof request - 1; i++) {
        assert_int_equal(send(fd, &request[i], 1, 0), 1);
        turn(loop);
    }
    assert_non_null(strstr(reply_of(fd), "\r\n\r\nok\n"));
}

TEST_WITH(http, a_request_that_is_too_long_ends_with_an_error)
{
    static char request[32768];
    int fd = connect_client(), status;

    strcpy(request, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
    memset(request + strlen(request), 'x', sizeof request - 1 - strlen(request));
    assert_int_equal(send(fd, request, sizeof request, 0), sizeof request);
    assert_int_equal(sscanf(reply_of(fd), "HTTP/1.1 %d ", &status), 1);
    assert_in_range(status, 400, 499);
}

TEST_WITH(http, the_library_is_told_of_connections_that_end_without_a_request)
{
    int fd = connect_client();

    while (http_count(http) == 0)
        turn(loop);
    close(fd);
    while (http_count(http) > 0)
        turn(loop);
}

TEST_WITH(http, one_that_retires_accepts_nothing_and_finishes_what_it_has)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    int old = connect_client(), new;

    while (http_count(http) == 0)
        turn(loop);
    http_retire(http);
    new = connect_client();
    assert_int_equal(send(new, BYTES(request) - 1, 0), sizeof request - 1);
    assert_int_equal(send(old, BYTES(request) - 1, 0), sizeof request - 1);
    assert_non_null(strstr(reply_of(old), "\r\n\r\nok\n"));
    assert_int_equal(http_count(http), 0);
    http_free(http);
    http = http_new(loop, &site); /* the next one takes the socket and its queue over */
    assert_non_null(http);
    assert_non_null(strstr(reply_of(new), "\r\n\r\nok\n"));
}

TEST_WITH(http, many_connections_that_say_nothing_do_not_keep_others_out)
{
    int fds[HTTP_CONNECTIONS_MAX + 40];

    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        fds[i] = connect_client();
        turn(loop);
    }
    assert_non_null(
        strstr(ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), "\r\n\r\nok\n"));
    assert_true(http_count(http) <= HTTP_CONNECTIONS_MAX);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        close(fds[i]);
}

GROUP(open_library, NULL);
