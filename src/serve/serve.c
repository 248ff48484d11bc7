#include "serve/serve.h"

#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "base/shortage.h"
#include "channel/channel.h"
#include "dns/request.h"
#include "net/loop.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "net/udp_send_batch.h"
#include "serve/client_tap.h"
#include "serve/fastpath.h"
#include "serve/handler.h"

/* For a process that retires, since others listen now. */
enum {
    RETIRED_IDLE_MS =
        1000,              /* that a TCP connection may be idle; its client opens another */
    RETIRED_CHECK_MS = 20, /* how often it is checked whether any answer is owed */
    RETIRED_MOST_MS = 60000, /* then connections in use are closed, too */
};

enum {
    OTHER_DESCRIPTORS = 64, /* those of listeners and channels, and the standard ones */
    LEAST_IDLE_MS = 200,    /* that a TCP connection may be idle while all are in use */
};

struct serve {
    const struct serve_config *config;
    struct loop *loop;
    struct tcp *tcp;
    struct udp_batch *received;
    struct udp_send_batch *replies;
    struct cache *cache;
    struct forwarders forwarders;
    struct flights *flights;
    struct fastpath fastpath;
    struct handler handler;
    int supervisor;
    struct udp_listener *listeners;
    size_t listener_count;
    struct timer retirement; /* set while it is retired */
    int64_t retires_by;      /* clock_ms(): when it ends, whatever it owes */
};

struct udp_listener {
    struct serve *serve;
    int fd;
    struct addr addr;
    struct watch *watch; /* NULL once others listen */
};

/* A datagram from the address of our own socket is forged, to make us talk to ourselves. */
static bool is_own_address(const struct udp_listener *listener, const struct udp_path *path)
{
    const struct serve_config *config = listener->serve->config;
    struct addr local = path->local;

    for (size_t i = 0; i < config->listener_count; i++)
        if (addr_equal(&config->listeners[i].addr, &path->peer))
            return true;
    if (local.len == 0)
        return false;
    addr_set_port(&local, addr_port(&listener->addr));
    return addr_equal(&local, &path->peer);
}

static void take_slow_path(const struct udp_listener *listener, const uint8_t *wire,
                           size_t len, const struct udp_path *path, int64_t now_us)
{
    struct query query = {.fd = listener->fd,
                          .at = &listener->addr,
                          .config = listener->serve->config,
                          .path = *path,
                          .received = now_us / 1000,
                          .received_us = now_us};

    handler_request(&listener->serve->handler, &query, wire, len);
    query_end(&query);
}

static void handle_datagram(const struct udp_listener *listener, size_t i, int64_t now_us)
{
    struct serve *serve = listener->serve;
    uint8_t *out = udp_send_batch_room(serve->replies);
    const struct udp_path *path;
    const uint8_t *wire;
    size_t len, reply;

    wire = udp_batch_datagram(serve->received, i, &len, &path);
    if (!wire || is_own_address(listener, path))
        return;
    reply = fastpath_reply(&serve->fastpath, wire, len, &path->peer, now_us / 1000, out);
    if (reply == 0) {
        take_slow_path(listener, wire, len, path, now_us);
        return;
    }
    if (tap_is_on())
        client_tap_answered(&listener->addr, path, wire, len, out, reply);
    udp_send_batch_add(serve->replies, path, reply);
}

/* While a batch is full there may be more datagrams, and poll() would say nothing else. */
static void socket_ready(void *context, short revents)
{
    const struct udp_listener *listener = context;
    struct serve *serve = listener->serve;
    size_t count = UDP_BATCH;

    (void)revents; /* reading tells errors as well */
    for (int left = LOOP_BUDGET; left > 0 && count == UDP_BATCH; left -= UDP_BATCH) {
        int64_t now_us = clock_us();

        count = udp_batch_receive(serve->received, listener->fd);
        for (size_t j = 0; j < count; j++)
            handle_datagram(listener, j, now_us);
        udp_send_batch_flush(serve->replies, listener->fd);
        flights_send(serve->flights);
    }
}

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

static bool owes_nothing(const struct serve *serve)
{
    return flights_waiting(serve->flights) == 0 && tcp_count(serve->tcp) == 0;
}

static void check_retirement(void *context)
{
    struct serve *serve = context;
    int64_t now = clock_ms();

    if (owes_nothing(serve) || now >= serve->retires_by)
        loop_stop(serve->loop);
    else
        timer_set(serve->loop, &serve->retirement, now + RETIRED_CHECK_MS);
}

/* Datagrams that were not read yet are left to the processes that listen now. Each reload
 * tells it again. */
static void retire(struct serve *serve)
{
    if (serve->retires_by != 0)
        return;
    for (size_t i = 0; i < serve->listener_count; i++) {
        loop_unwatch(serve->loop, serve->listeners[i].watch);
        serve->listeners[i].watch = NULL;
    }
    tcp_retire(serve->tcp, RETIRED_IDLE_MS);
    serve->retires_by = clock_ms() + RETIRED_MOST_MS;
    check_retirement(serve);
}

static int listen_udp(struct serve *serve, int fd, const struct addr *addr)
{
    struct udp_listener *listener = &serve->listeners[serve->listener_count];

    if (serve->listener_count == LISTENERS_MAX)
        return -1;
    *listener = (struct udp_listener){.serve = serve, .fd = fd, .addr = *addr};
    listener->watch = loop_watch(serve->loop, fd, POLLIN, socket_ready, listener);
    if (!listener->watch)
        return -1;
    serve->listener_count++;
    return 0;
}

/* Questions go to a new socket of ours that is not read here. The process that takes the
 * place of this one has it from the start. */
static void stop_to_be_replaced(struct serve *serve)
{
    if (timer_is_set(&serve->retirement))
        return;
    log_error("no descriptor or memory is left to listen at a new address: "
              "this process is replaced");
    loop_stop(serve->loop);
}

/* Reads one more UDP socket, at one of our addresses. */
static void add_listener(struct serve *serve, const uint8_t *data, size_t len, int fd)
{
    struct addr addr;

    if (len == sizeof addr)
        memcpy(&addr, data, len);
    if (len == sizeof addr && !timer_is_set(&serve->retirement) &&
        listen_udp(serve, fd, &addr) == 0)
        return;
    close(fd);
    stop_to_be_replaced(serve);
}

static void send_count(const struct serve *serve, uint32_t serial, uint64_t number)
{
    uint8_t octets[sizeof serial + sizeof number];
    struct writer out = writer_of(octets, sizeof octets);

    put_u32(&out, serial);
    put_u64(&out, number);
    channel_send_control(serve->supervisor, CONTROL_COUNT, octets, out.pos);
}

/* Behind the serial number stands a name; without one everything is forgotten. */
static void flush(struct serve *serve, const uint8_t *data, size_t len)
{
    struct flights *flights = serve->flights;
    struct reader in = reader_of(data, len);
    struct name name;
    uint32_t serial;

    if (!get_u32(&in, &serial))
        return;
    name.len = reader_left(&in);
    get_bytes(&in, &name.wire, name.len);
    send_count(serve, serial,
               name.len > 0 ? flights_forget(flights, name) : flights_flush(flights));
}

static void show_hung(const struct serve *serve, const uint8_t *data, size_t len)
{
    struct reader in = reader_of(data, len);
    uint32_t serial;

    if (get_u32(&in, &serial))
        send_count(serve, serial,
                   flights_show_hung(serve->flights, counters_worst(), clock_ms()));
}

static void handle_control(struct serve *serve, enum control_message message,
                           const uint8_t *data, size_t len)
{
    switch (message) {
    case CONTROL_LOOKUP_DIED:
        flights_lookup_died(serve->flights);
        break;
    case CONTROL_HOST_CHANGED:
        flights_flush(serve->flights);
        break;
    case CONTROL_FLUSH:
        flush(serve, data, len);
        break;
    case CONTROL_SHOW_HUNG:
        show_hung(serve, data, len);
        break;
    case CONTROL_RETIRE:
        retire(serve);
        break;
    case CONTROL_LOG_LEVEL:
        if (len == 1)
            log_set_level((enum log_level)data[0]);
        break;
    case CONTROL_PING:
        if (channel_send_control(serve->supervisor, CONTROL_PONG, NULL, 0) == CHANNEL_BUSY)
            loop_stop(serve->loop); /* it would be taken for hung, and all for broken */
        break;
    case CONTROL_LISTEN: /* its descriptor could not be received */
        stop_to_be_replaced(serve);
        break;
    case CONTROL_READY: /* from a child, not to one */
    case CONTROL_PONG:
    case CONTROL_COUNT:
    case CONTROL_CONNECT:
    case CONTROL_CONNECTED: /* to dnstap */
        break;
    }
}

static void control_ready(void *context, short revents)
{
    struct serve *serve = context;
    uint8_t data[CONTROL_DATA_MAX];
    enum control_message message;
    size_t len;
    int descriptor;

    (void)revents;
    switch (channel_receive_control(serve->supervisor, &message, data, &len, &descriptor,
                                    CHANNEL_TRY)) {
    case CHANNEL_DONE:
        if (descriptor == -1)
            handle_control(serve, message, data, len);
        else
            add_listener(serve, data, len, descriptor);
        break;
    case CHANNEL_BUSY:
        break;
    case CHANNEL_CLOSED:
        loop_stop(serve->loop); /* without a supervisor there is no service */
    }
}

/* The supervisor comes first: a question that was read before its message that lookup died
 * would fail with those that lookup had. */
static int watch_all(struct serve *serve)
{
    if (!loop_watch(serve->loop, serve->supervisor, POLLIN, control_ready, serve))
        return -1;
    for (size_t i = 0; i < serve->config->listener_count; i++) {
        const struct listener *listener = &serve->config->listeners[i];

        if (listener->udp != -1 && listen_udp(serve, listener->udp, &listener->addr) == -1)
            return -1;
        if (listener->tcp != -1 && tcp_listen(serve->tcp, listener->tcp) == -1)
            return -1;
    }
    return 0;
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
    serve->fastpath = (struct fastpath){config, serve->cache, serve->flights};
    serve->received = udp_batch_new(REQUEST_UDP_MAX);
    serve->replies = udp_send_batch_new();
    serve->tcp = tcp_for(serve);
    return serve->received && serve->replies && serve->tcp;
}

static void free_parts(struct serve *serve)
{
    flights_free(serve->flights);
    tcp_free(serve->tcp);
    udp_batch_free(serve->received);
    udp_send_batch_free(serve->replies);
    cache_free(serve->cache);
    loop_free(serve->loop);
}

int serve_run(const struct serve_config *config, int lookup, int supervisor)
{
    struct udp_listener listeners[LISTENERS_MAX];
    struct serve serve = {.config = config,
                          .handler.config = config,
                          .supervisor = supervisor,
                          .listeners = listeners};
    uint64_t *seed = &serve.handler.errors.seed;
    int result = -1;

    prctl(PR_SET_NAME, "hostdnsd-serve");
    timer_init(&serve.retirement, check_retirement, &serve);
    forwarders_open(&serve.forwarders);
    raise_descriptor_limit(config->tcp_clients);
    if (getrandom(seed, sizeof *seed, 0) == sizeof *seed && make_parts(&serve, lookup) &&
        watch_all(&serve) == 0) {
        querylog_open(serve.loop);
        config->confine();
        shortage_wait(false);
        if (channel_send_control(supervisor, CONTROL_READY, NULL, 0) == CHANNEL_DONE)
            result = loop_run(serve.loop);
    }
    timer_cancel(&serve.retirement);
    querylog_close();
    free_parts(&serve);
    forwarders_close(&serve.forwarders);
    return result;
}
