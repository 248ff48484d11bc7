#include "serve/serve.h"

#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "base/shortage.h"
#include "channel/channel.h"
#include "dns/request.h"
#include "net/loop.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "net/volley.h"
#include "serve/flights.h"
#include "serve/hot.h"
#include "serve/ratelimit.h"

/* One socket is read this often at the most before others have their turn. */
enum { BATCHES_A_ROUND = 8 };

/* Once others listen. */
enum {
    RETIRED_IDLE_MS = 1000,  /* for a TCP connection; its client opens another */
    RETIRED_LOOK_MS = 20,    /* how often it looks whether it is done */
    RETIRED_MOST_MS = 60000, /* then connections in use are closed too */
};

enum {
    HEADER_SIZE = 12,       /* of a DNS message, which is no shorter */
    OTHER_DESCRIPTORS = 64, /* besides connections: listeners, channels, standard ones */
};

struct serve {
    const struct serve_config *config;
    struct loop *loop;
    struct tcp *tcp;
    struct udp_batch *batch;
    struct volley *volley;
    struct flights flights;
    struct ratelimit errors;
    int supervisor;
    struct door *doors;
    size_t door_count;
    struct timer retirement; /* set while it is retired */
    int64_t retires;         /* clock_ms() at which it leaves whatever it owes */
};

/* What a listener's watch needs to know. */
struct door {
    struct serve *serve;
    struct listener listener;
    struct watch *watch; /* of its UDP socket; NULL if there is none */
};

/* Errors are limited: they may be what a forged address brings upon somebody. */
static bool is_within_rate(struct serve *serve, const struct query *query,
                           const struct answer *answer)
{
    return answer->rcode == RCODE_NOERROR || answer->rcode == RCODE_NXDOMAIN ||
           ratelimit_allows(&serve->errors, &query->path.peer, query->received);
}

/* A question for the host, unless the name is special. */
static void ask_host(struct serve *serve, struct query *query,
                     const struct question *question)
{
    uint8_t records[SPECIAL_RECORDS];
    struct answer answer;

    answer_init(&answer, question, records, sizeof records);
    if (special_settles(&serve->config->policy.special, question, &answer))
        query_reply(query, &answer, 0);
    else
        flights_ask_for(&serve->flights, query, question);
}

/* A name of the operator's, or one that has to be looked up, perhaps on its behalf. */
static void look_up(struct serve *serve, struct query *query)
{
    static uint8_t records[ANSWER_RECORDS_MAX];
    const struct question *asked = &query->request.question;
    struct question target;
    struct answer answer;

    answer_init(&answer, asked, records, sizeof records);
    switch (names_ask(&serve->config->names, asked, &answer, &target)) {
    case NAMES_NOTHING:
        ask_host(serve, query, asked);
        break;
    case NAMES_ALL:
        query_reply(query, &answer, 0);
        break;
    case NAMES_ALIAS:
        query->is_alias = true;
        ask_host(serve, query, &target);
    }
}

static void log_dropped(const struct query *query, const char *why)
{
    char from[ADDR_TEXT];

    if (log_shows(LOG_LEVEL_DEBUG))
        log_debug("%s: not answered: %s", addr_format(&query->path.peer, from), why);
}

/* False if it is nothing that could be answered. */
static bool handle(struct serve *serve, struct query *query, const uint8_t *wire,
                   size_t len)
{
    int rcode = request_parse(&query->request, wire, len);
    uint8_t records[POLICY_RECORDS];
    struct answer answer;

    if (rcode == -1) {
        count(COUNT_DROPPED_MALFORMED);
        log_dropped(query, "malformed");
        return false;
    }
    answer_init(&answer, &query->request.question, records, sizeof records);
    if (!policy_settles(&serve->config->policy, &query->request, &query->path.peer, rcode,
                        &answer)) {
        look_up(serve, query);
    } else if (query->over_tcp || is_within_rate(serve, query, &answer)) {
        query_reply(query, &answer, 0);
    } else {
        count(COUNT_DROPPED_RATE);
        log_dropped(query, "over the rate of errors");
    }
    return true;
}

/* A datagram from one of our own sockets can only be forged, to make us talk to ourselves.
 */
static bool is_own_address(const struct serve *serve, const struct listener *listener,
                           const struct udp_path *path)
{
    struct addr local = path->local;

    for (size_t i = 0; i < serve->config->listener_count; i++)
        if (addr_equal(&serve->config->listeners[i].addr, &path->peer))
            return true;
    if (local.len == 0)
        return false;
    addr_set_port(&local, addr_port(&listener->addr));
    return addr_equal(&local, &path->peer);
}

static void take_the_long_way(const struct door *door, const uint8_t *wire, size_t len,
                              const struct udp_path *path, int64_t now)
{
    struct query query = {.fd = door->listener.udp,
                          .config = door->serve->config,
                          .path = *path,
                          .received = now};

    handle(door->serve, &query, wire, len);
}

static void handle_datagram(const struct door *door, size_t i, int64_t now)
{
    struct serve *serve = door->serve;
    const struct udp_path *path;
    const uint8_t *wire;
    size_t len, reply;

    wire = udp_batch_datagram(serve->batch, i, &len, &path);
    if (!wire || is_own_address(serve, &door->listener, path))
        return;
    reply = hot_reply(serve->config, &serve->flights, wire, len, &path->peer, now,
                      volley_room(serve->volley));
    if (reply > 0)
        volley_put(serve->volley, path, reply);
    else
        take_the_long_way(door, wire, len, path, now);
}

/* While datagrams come faster than they are answered, poll() would say nothing new. */
static void socket_ready(void *context, short revents)
{
    const struct door *door = context;
    struct udp_batch *batch = door->serve->batch;
    size_t count = UDP_BATCH;

    (void)revents; /* reading tells more */
    for (int i = 0; i < BATCHES_A_ROUND && count == UDP_BATCH; i++) {
        int64_t now = clock_ms();

        count = udp_batch_receive(batch, door->listener.udp);
        for (size_t j = 0; j < count; j++)
            handle_datagram(door, j, now);
        volley_send(door->serve->volley, door->listener.udp);
        flights_send(&door->serve->flights);
    }
}

/* Who sends replies to a server is no client: the connection ends. */
static void message_arrived(void *context, struct tcp_conn *conn, const uint8_t *wire,
                            size_t len)
{
    struct serve *serve = context;
    struct query query = {
        .over_tcp = true, .config = serve->config, .path = {.peer = *tcp_peer(conn)}};

    query.received = clock_ms();
    tcp_owe(conn, &query.claim);
    if (!handle(serve, &query, wire, len))
        tcp_close(conn);
    flights_send(&serve->flights);
    tcp_forgo(&query.claim); /* unless it was answered, or somebody else owes it now */
}

static bool is_done(const struct serve *serve)
{
    return serve->flights.waiting_count == 0 && tcp_count(serve->tcp) == 0;
}

static void look_whether_done(void *context)
{
    struct serve *serve = context;
    int64_t now = clock_ms();

    if (is_done(serve) || now >= serve->retires)
        loop_stop(serve->loop);
    else
        timer_set(serve->loop, &serve->retirement, now + RETIRED_LOOK_MS);
}

/* What has come to the sockets and was not read yet is for those who listen now. */
static void retire(struct serve *serve)
{
    for (size_t i = 0; i < serve->door_count; i++) {
        loop_unwatch(serve->loop, serve->doors[i].watch);
        serve->doors[i].watch = NULL;
    }
    tcp_retire(serve->tcp, RETIRED_IDLE_MS);
    serve->retires = clock_ms() + RETIRED_MOST_MS;
    look_whether_done(serve);
}

static int watch_door(struct serve *serve, const struct listener *listener)
{
    struct door *door = &serve->doors[serve->door_count];

    if (serve->door_count == LISTENERS_MAX)
        return -1;
    *door = (struct door){.serve = serve, .listener = *listener};
    if (listener->udp != -1 &&
        !(door->watch = loop_watch(serve->loop, listener->udp, POLLIN, socket_ready, door)))
        return -1;
    serve->door_count++;
    return 0;
}

/* Questions go to a new socket of ours that is not read here, for want of descriptors or
 * memory. The process that is started next has it from the start. */
static void miss_door(struct serve *serve)
{
    if (timer_is_set(&serve->retirement))
        return;
    log_error("no descriptor or memory is left for a new socket");
    loop_stop(serve->loop);
}

/* One more UDP socket, at one of our addresses. */
static void open_door(struct serve *serve, const uint8_t *data, size_t len, int fd)
{
    struct listener listener = {.udp = fd, .tcp = -1};

    if (len == sizeof listener.addr)
        memcpy(&listener.addr, data, len);
    if (len == sizeof listener.addr && !timer_is_set(&serve->retirement) &&
        watch_door(serve, &listener) == 0)
        return;
    close(fd);
    miss_door(serve);
}

static void obey(struct serve *serve, enum word word, const uint8_t *data, size_t len)
{
    switch (word) {
    case WORD_LOOKUP_DIED:
        flights_lookup_died(&serve->flights);
        break;
    case WORD_HOST_CHANGED:
        flights_flush(&serve->flights);
        break;
    case WORD_FORGET:
        flights_forget(&serve->flights, data, len);
        break;
    case WORD_RETIRE:
        retire(serve);
        break;
    case WORD_LOG_LEVEL:
        if (len == 1)
            log_set_level((enum log_level)data[0]);
        break;
    case WORD_DO_YOU_LIVE:
        channel_send_word(serve->supervisor, WORD_I_LIVE);
        break;
    case WORD_LISTEN: /* without the descriptor that it is about */
        miss_door(serve);
        break;
    case WORD_READY: /* ours */
    case WORD_I_LIVE:
        break;
    }
}

static void supervisor_speaks(void *context, short revents)
{
    struct serve *serve = context;
    uint8_t data[WORD_DATA_MAX];
    enum word word;
    size_t len;
    int descriptor;

    (void)revents;
    switch (channel_receive_descriptor(serve->supervisor, &word, data, &len, &descriptor,
                                       CHANNEL_TRY)) {
    case CHANNEL_DONE:
        if (descriptor == -1)
            obey(serve, word, data, len);
        else
            open_door(serve, data, len, descriptor);
        break;
    case CHANNEL_BUSY:
        break;
    case CHANNEL_CLOSED:
        loop_stop(serve->loop); /* without a supervisor there is no service */
    }
}

/* The supervisor first: a question read before its word that lookup died would share the
 * fate of those that died with it. */
static int watch_all(struct serve *serve)
{
    if (!loop_watch(serve->loop, serve->supervisor, POLLIN, supervisor_speaks, serve))
        return -1;
    for (size_t i = 0; i < serve->config->listener_count; i++) {
        const struct listener *listener = &serve->config->listeners[i];

        if (watch_door(serve, listener) == -1)
            return -1;
        if (listener->tcp != -1 && tcp_listen(serve->tcp, listener->tcp) == -1)
            return -1;
    }
    return 0;
}

/* As many descriptors as the connections may need, if that can be had. */
static void raise_descriptor_limit(size_t connections)
{
    rlim_t wanted = connections + OTHER_DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= wanted)
        return;
    if (limit.rlim_max < wanted)
        log_warning("no more than %lu descriptors: not enough for %zu TCP connections",
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
        .shortest = HEADER_SIZE,
    };

    return tcp_new(serve->loop, &limits, message_arrived, serve);
}

int serve_run(const struct serve_config *config, int lookup, int supervisor)
{
    struct door doors[LISTENERS_MAX];
    struct serve serve = {.config = config, .supervisor = supervisor, .doors = doors};
    int result = -1;

    prctl(PR_SET_NAME, "hostdnsd-serve");
    timer_init(&serve.retirement, look_whether_done, &serve);
    raise_descriptor_limit(config->tcp_clients);
    if (getrandom(&serve.errors.seed, sizeof serve.errors.seed, 0) !=
        sizeof serve.errors.seed)
        return -1;
    serve.loop = loop_new();
    if (!serve.loop ||
        flights_init(&serve.flights, serve.loop, lookup, &config->cache) == -1)
        return -1;
    serve.flights.per_client = config->per_client;
    serve.flights.deadline_ms = config->timeout;
    serve.flights.names = config->names.names;
    serve.flights.special = &config->policy.special;
    serve.batch = udp_batch_new(REQUEST_UDP_MAX);
    serve.volley = volley_new();
    serve.tcp = tcp_for(&serve);
    if (serve.batch && serve.volley && serve.tcp && watch_all(&serve) == 0) {
        shortage_wait(false);
        config->confine();
        if (channel_send_word(supervisor, WORD_READY) == CHANNEL_DONE)
            result = loop_run(serve.loop);
    }
    timer_cancel(&serve.retirement);
    flights_free(&serve.flights);
    tcp_free(serve.tcp);
    udp_batch_free(serve.batch);
    volley_free(serve.volley);
    loop_free(serve.loop);
    return result;
}
