#include "serve/serve.h"

#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/shortage.h"
#include "channel/channel.h"
#include "dns/wire.h"
#include "net/loop.h"
#include "net/tcp.h"
#include "serve/datagrams.h"
#include "serve/handler.h"
#include "serve/serve_control.h"

enum {
    OTHER_DESCRIPTORS = 64, /* those of listeners and channels, and the standard ones */
    LEAST_IDLE_MS = 200,    /* that a TCP connection may be idle while all are in use */
};

struct serve {
    const struct serve_config *config;
    struct loop *loop;
    struct tcp *tcp;
    struct cache *cache;
    struct forwarders forwarders;
    struct flights *flights;
    struct handler handler;
    struct datagrams datagrams;
    struct serve_control control;
};

/* The connection ends if a message cannot be answered, since it is no client's. */
static void message_arrived(void *context, struct tcp_conn *conn, const uint8_t *wire,
                            size_t len)
{
    struct serve *serve = context;
    int64_t now_us = clock_us();
    struct query query = {.over_tcp = true,
                          .config = serve->config,
                          .path = {.peer = *tcp_conn_peer(conn)},
                          .received = now_us / 1000,
                          .received_us = now_us};

    tcp_conn_owe(conn, &query.claim);
    if (!handler_request(&serve->handler, &query, wire, len))
        tcp_conn_close(conn);
    flights_send(serve->flights);
    query_end(&query);
}

/* The supervisor comes first: a question that was read before its message that lookup died
 * would fail with those that lookup had. */
static bool watch_all(struct serve *serve)
{
    if (!serve_control_open(&serve->control))
        return false;
    for (size_t i = 0; i < serve->config->listener_count; i++) {
        const struct listener *listener = &serve->config->listeners[i];

        if (listener->udp != -1 &&
            !datagrams_listen(&serve->datagrams, listener->udp, &listener->addr))
            return false;
        if (listener->tcp != -1 && tcp_listen(serve->tcp, listener->tcp) == -1)
            return false;
    }
    return true;
}

/* The limit becomes what the connections may need, as far as the hard limit allows. */
static void raise_descriptor_limit(size_t connections)
{
    rlim_t wanted = connections + OTHER_DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= wanted)
        return;
    if (limit.rlim_max < wanted)
        log_warning(
            "the limit of %lu descriptors is too low for %zu TCP connections: raise it "
            "or lower tcp-clients",
            (unsigned long)limit.rlim_max, connections);
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static struct tcp *tcp_for(struct serve *serve)
{
    const struct tcp_limits limits = {
        .connections = serve->config->tcp_clients,
        .per_client = serve->config->tcp_per_client,
        .idle_ms = (int64_t)serve->config->tcp_idle * 1000,
        .least_idle_ms = LEAST_IDLE_MS,
        .shortest = WIRE_HEADER,
    };

    return tcp_new(serve->loop, &limits, message_arrived, serve);
}

/* Makes the parts that need memory. False if it is short. */
static bool make_parts(struct serve *serve, int lookup)
{
    const struct serve_config *config = serve->config;

    serve->loop = loop_new();
    serve->cache = cache_new(&config->cache);
    if (serve->loop && serve->cache)
        serve->flights =
            flights_new(config, serve->loop, lookup, serve->cache, &serve->forwarders);
    if (!serve->flights)
        return false;
    serve->handler.flights = serve->flights;
    serve->tcp = tcp_for(serve);
    return serve->tcp && datagrams_open(&serve->datagrams);
}

/* Each part learns which others it needs. */
static void join_parts(struct serve *serve, int supervisor)
{
    const struct serve_config *config = serve->config;

    serve->datagrams.config = config;
    serve->datagrams.loop = serve->loop;
    serve->datagrams.handler = &serve->handler;
    serve->datagrams.fastpath = (struct fastpath){config, serve->cache, serve->flights};
    serve->control = (struct serve_control){
        .supervisor = supervisor,
        .loop = serve->loop,
        .flights = serve->flights,
        .datagrams = &serve->datagrams,
        .tcp = serve->tcp,
    };
}

static void free_parts(struct serve *serve)
{
    flights_free(serve->flights);
    tcp_free(serve->tcp);
    datagrams_close(&serve->datagrams);
    cache_free(serve->cache);
    loop_free(serve->loop);
}

/* Reads packets and obeys the supervisor until the process is to end. */
static int work(struct serve *serve, int supervisor)
{
    int result = -1;

    join_parts(serve, supervisor);
    if (watch_all(serve)) {
        querylog_open(serve->loop);
        serve->config->confine();
        shortage_wait(false);
        if (channel_send_control(supervisor, CONTROL_READY, NULL, 0) == CHANNEL_DONE)
            result = loop_run(serve->loop);
    }
    serve_control_close(&serve->control);
    querylog_close();
    return result;
}

int serve_run(const struct serve_config *config, int lookup, int supervisor)
{
    struct serve serve = {.config = config, .handler.config = config};
    uint64_t *seed = &serve.handler.errors.seed;
    int result = -1;

    prctl(PR_SET_NAME, "hostdnsd-serve");
    forwarders_open(&serve.forwarders);
    raise_descriptor_limit(config->tcp_clients);
    if (getrandom(seed, sizeof *seed, 0) == sizeof *seed && make_parts(&serve, lookup))
        result = work(&serve, supervisor);
    free_parts(&serve);
    forwarders_close(&serve.forwarders);
    return result;
}
