#include "web/http.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/acceptor.h"
#include "web/http_connections.h"
#include "web/http_events.h"
#include "web/mhd.h"

enum {
    REQUEST_OCTETS = 16384, /* of the first line and all headers of a request */
    IDLE_S = 5,             /* that a client may pause */
    /* Connections that have been shut down still count until the library has seen it. */
    LIMIT = HTTP_CONNECTIONS_MAX + 16,
};

struct http {
    struct loop *loop;
    const struct site *site;
    struct http_connections connections;
    struct http_events events;
    struct acceptor acceptor;
    struct MHD_Daemon *daemon;
    struct watch *watch;
    struct timer timer; /* when the library has to look at its connections */
};

/* Nothing from elsewhere, no other site may show or read it, and nobody keeps it. */
static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
     "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Connection", "close"}, /* web/http_connections */
};

static bool add_headers(struct MHD_Response *response, const struct reply *reply)
{
    bool done = mhd.add_response_header(response, "Content-Type", reply->type) == MHD_YES &&
                (!reply->allow ||
                 mhd.add_response_header(response, "Allow", reply->allow) == MHD_YES);

    for (size_t i = 0; done && i < sizeof headers / sizeof *headers; i++)
        done = mhd.add_response_header(response, headers[i][0], headers[i][1]) == MHD_YES;
    return done;
}

/* The library keeps the response for as long as it sends it. */
static enum MHD_Result queue(struct MHD_Connection *connection,
                             struct MHD_Response *response, const struct reply *reply)
{
    enum MHD_Result result = MHD_NO;

    if (add_headers(response, reply))
        result = mhd.queue_response(connection, reply->status, response);
    mhd.destroy_response(response);
    return result;
}

/* The connection is closed if memory is too short. */
static enum MHD_Result send_reply(struct MHD_Connection *connection,
                                  const struct reply *reply)
{
    struct MHD_Response *response =
        mhd.create_response_from_buffer(reply->len, reply->body, MHD_RESPMEM_MUST_FREE);

    if (response)
        return queue(connection, response, reply);
    free(reply->body);
    return MHD_NO;
}

/* Browsers connect again after a while if there are too many. */
static enum MHD_Result send_events(struct http *http, struct MHD_Connection *connection,
                                   const char *last_event_id)
{
    static const struct http_refusal too_many = {503, "There are too many readers.\n",
                                                 NULL};
    const union MHD_ConnectionInfo *info =
        mhd.get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct MHD_Response *response =
        http_events_reply(&http->events, connection, last_event_id);
    struct reply reply = {.status = 200, .type = "text/event-stream"};

    if (!response)
        return routes_refuse(&too_many, &reply) ? send_reply(connection, &reply) : MHD_NO;
    http_connection_keep(info ? info->socket_context : NULL);
    return queue(connection, response, &reply);
}

/* No path here has anything to unescape, least of all a NUL. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static enum MHD_Result read_header(void *context, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    struct http_request *request = context;

    (void)kind;
    if (strcasecmp(key, "Host") == 0) {
        request->host = value;
        request->host_count++;
    }
    if (strcasecmp(key, "Last-Event-ID") == 0)
        request->last_event_id = value;
    if (strcasecmp(key, "Transfer-Encoding") == 0 ||
        (strcasecmp(key, "Content-Length") == 0 && (!value || strcmp(value, "0") != 0)))
        request->has_body = true;
    return MHD_YES;
}

/* Called when the headers are there. A body is not waited for. */
static enum MHD_Result request_came(void *context, struct MHD_Connection *connection,
                                    const char *path, const char *method,
                                    const char *version, const char *body, size_t *body_len,
                                    void **own)
{
    struct http_request request = {.method = method, .version = version};
    struct http *http = context;
    struct http_refusal refusal;
    struct reply reply;
    bool done;

    (void)body;
    (void)body_len;
    (void)own;
    mhd.get_connection_values(connection, MHD_HEADER_KIND, read_header, &request);
    refusal = http_request_check(&request, &http->site->config->hosts);
    if (refusal.status == 0 && strcmp(path, ROUTES_EVENTS) == 0)
        return send_events(http, connection, request.last_event_id);
    done = refusal.status != 0 ? routes_refuse(&refusal, &reply)
                               : routes_answer(http->site, path, &reply);
    return done ? send_reply(connection, &reply) : MHD_NO;
}

static void connection_changed(void *context, struct MHD_Connection *connection, void **own,
                               enum MHD_ConnectionNotificationCode code)
{
    struct http *http = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            mhd.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        *own = info ? http_connection_new(&http->connections, info->connect_fd) : NULL;
    } else {
        http_connection_free(*own);
        *own = NULL;
    }
}

static void run(void *context)
{
    struct http *http = context;
    MHD_UNSIGNED_LONG_LONG ms;

    mhd.run(http->daemon);
    if (mhd.get_timeout(http->daemon, &ms) == MHD_YES)
        timer_set(http->loop, &http->timer, clock_ms() + (int64_t)ms);
    else
        timer_cancel(&http->timer);
}

static void descriptors_ready(void *context, short revents)
{
    (void)revents;
    run(context);
}

/* The library closes it if it cannot take it. */
static void accepted(void *context, int fd, const struct addr *peer)
{
    struct http *http = context;

    mhd.add_connection(http->daemon, fd, &peer->sock.any, peer->len);
    run(http);
}

/* A connection that is shut down keeps its descriptor until the library has seen it. */
static bool close_none(void *context)
{
    (void)context;
    return false;
}

/* We accept, since the library stops listening when it is short of descriptors or memory,
 * and begins again only when another connection ends: a page that stays open, with its
 * events, would keep everybody else out. */
static bool listen_at(struct http *http, int fd)
{
    http->acceptor = (struct acceptor){
        .loop = http->loop, .accepted = accepted, .close_one = close_none, .context = http};
    acceptor_init(&http->acceptor);
    return acceptor_listen(&http->acceptor, fd) == 0;
}

static bool start(struct http *http)
{
    const union MHD_DaemonInfo *info;

    http->daemon = mhd.start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
        request_came, http, MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)REQUEST_OCTETS, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, http,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    info =
        http->daemon ? mhd.get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (!info)
        return false;
    http->watch = loop_watch(http->loop, info->epoll_fd, POLLIN, descriptors_ready, http);
    return http->watch && listen_at(http, http->site->config->socket);
}

struct http *http_new(struct loop *loop, const struct site *site)
{
    struct http *http = calloc(1, sizeof *http);

    if (!http)
        return NULL;
    http->loop = loop;
    http->site = site;
    http_connections_init(&http->connections, loop);
    timer_init(&http->timer, run, http);
    http_events_init(&http->events, loop, site, run, http);
    if (start(http))
        return http;
    http_free(http);
    return NULL;
}

void http_retire(struct http *http)
{
    acceptor_close(&http->acceptor);
    http_events_end(&http->events);
}

unsigned http_count(const struct http *http)
{
    return http->connections.count;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    loop_unwatch(http->loop, http->watch);
    if (http->daemon) {
        http_retire(http);
        mhd.stop_daemon(http->daemon);
    }
    timer_cancel(&http->timer); /* the library was just asked when it wants to run again */
    http_connections_free(&http->connections);
    free(http);
}
