#include "upstream/upstream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "dns/upstream.h"
#include "upstream/loopcheck.h"
#include "upstream/tcp_query.h"
#include "upstream/udp_conn.h"

enum {
    TURNS_MS = 4200, /* every server has had its turns before the client gets SERVFAIL */
    LATE_MS = 10000, /* so long a late reply is waited for, if resolv.conf would */
};

struct upstream {
    struct loop *loop;
    struct lanes *lanes;
    struct loopcheck *check;
    struct list asks; /* under way, oldest first */
    struct list late; /* those of them that have had all their turns, oldest first */
    size_t count, most;   /* there are, but for loop checks, and there may be */
    struct timer surplus; /* set while there are more */
    size_t turn;          /* counts asks, for `rotate` */
};

static void take_turn(struct errand *ask);

static void drop_shot(struct shot *shot)
{
    lane_leave(shot);
    list_remove(&shot->in_ask);
    free(shot);
}

static void be_late(struct errand *ask)
{
    if (list_empty(&ask->in_late))
        list_append(&ask->upstream->late, &ask->in_late);
}

static void end(struct errand *ask)
{
    struct shot *shot;

    while ((shot = list_first(&ask->shots, struct shot, in_ask)))
        drop_shot(shot);
    stream_free(ask->stream);
    ask->stream = NULL;
    timer_cancel(&ask->timer);
    list_remove(&ask->in_late);
    list_remove(&ask->link);
    ask->upstream->count -= !ask->is_check;
    ask->done(ask);
}

__attribute__((format(printf, 3, 4))) static void
note_failure(struct errand *ask, enum ede ede, const char *format, ...)
{
    va_list args;

    ask->ede = ede;
    va_start(args, format);
    vsnprintf(ask->failure, sizeof ask->failure, format, args);
    va_end(args);
}

static void end_with(struct errand *ask, const uint8_t *wire, size_t len)
{
    ask->reply = malloc(len);
    if (ask->reply) {
        memcpy(ask->reply, wire, len);
        ask->reply_len = len;
    } else {
        note_failure(ask, EDE_OTHER, "no memory for a name server's reply");
    }
    end(ask);
}

static const char *server_text(const struct errand *ask, size_t server,
                               char text[ADDR_TEXT])
{
    return addr_format(&ask->servers.addr[server], text);
}

static bool leads_back(const struct errand *ask, size_t server)
{
    return !ask->is_check &&
           loopcheck_leads_back(ask->upstream->check, &ask->servers.addr[server]);
}

static bool is_usable(const struct errand *ask, size_t server)
{
    return !ask->failed[server] && !leads_back(ask, server);
}

/* No shot, no stream: nothing can come any more. */
static bool is_idle(const struct errand *ask)
{
    return list_empty(&ask->shots) && !ask->stream;
}

static void set_timer(struct errand *ask, int64_t at)
{
    timer_set(ask->upstream->loop, &ask->timer, at < ask->give_up ? at : ask->give_up);
}

static size_t write_query(const struct errand *ask, size_t server, uint16_t id,
                          uint8_t *wire)
{
    const struct upstream_query query = {
        .id = id,
        .edns = !ask->without_edns[server],
        .authentic_data = ask->servers.trust_ad,
    };

    return upstream_write_query(&query, &ask->question, wire);
}

static void handle_reply(struct errand *ask, size_t server, bool edns, const uint8_t *wire,
                         size_t len, bool tcp);

static size_t turns_of(const struct errand *ask)
{
    return ask->servers.count * ask->servers.attempts;
}

/* The server has failed; the next one if it was its turn, or the end if it was the last one
 * still awaited. */
static void server_failed(struct errand *ask, size_t server)
{
    ask->failed[server] = true;
    if (server == ask->current || ask->step == turns_of(ask))
        take_turn(ask);
}

static void stream_ended(void *owner, const uint8_t *wire, size_t len, int error)
{
    struct errand *ask = owner;
    struct stream *stream = ask->stream;
    size_t server = ask->stream_server;
    char text[ADDR_TEXT];

    ask->stream = NULL;
    if (wire && upstream_is_reply(&ask->question, wire, len) &&
        upstream_id(wire) == ask->stream_id) {
        handle_reply(ask, server, !ask->without_edns[server], wire, len, true);
    } else {
        note_failure(ask, EDE_NETWORK_ERROR, "name server %s over TCP: %s",
                     server_text(ask, server, text),
                     error ? strerror(error) : "no reply to the question");
        server_failed(ask, server);
    }
    stream_free(stream);
}

/* 0, or -1 with errno. */
static int shoot_tcp(struct errand *ask, size_t server)
{
    uint8_t wire[UPSTREAM_QUERY_MAX];
    size_t len;
    if (ask->stream && ask->stream_server == server)
        return 0; /* it may be slow, but a second one would be no faster */
    if (getrandom(&ask->stream_id, sizeof ask->stream_id, 0) != sizeof ask->stream_id)
        return -1;
    stream_free(ask->stream);
    len = write_query(ask, server, ask->stream_id, wire);
    ask->stream_server = server;
    ask->stream = stream_open(ask->upstream->loop, &ask->servers.addr[server], wire, len,
                              stream_ended, ask);
    return ask->stream ? 0 : -1;
}

static int shoot_udp(struct errand *ask, size_t server)
{
    uint8_t wire[UPSTREAM_QUERY_MAX];
    struct shot *shot = calloc(1, sizeof *shot);
    int saved;

    if (!shot)
        return -1;
    list_init(&shot->in_lane);
    list_init(&shot->in_ask);
    shot->owner = ask;
    shot->server = (unsigned)server;
    shot->edns = !ask->without_edns[server];
    if (lane_board(ask->upstream->lanes, &ask->servers.addr[server], shot) == 0) {
        list_append(&ask->shots, &shot->in_ask);
        if (lane_send(shot, wire, write_query(ask, server, shot->id, wire)) == 0)
            return 0;
    }
    saved = errno;
    drop_shot(shot);
    errno = saved;
    return -1;
}

static bool shoot(struct errand *ask, size_t server, bool tcp)
{
    char text[ADDR_TEXT];

    if ((tcp ? shoot_tcp(ask, server) : shoot_udp(ask, server)) == 0)
        return true;
    note_failure(ask, EDE_NETWORK_ERROR, "name server %s: %s",
                 server_text(ask, server, text), strerror(errno));
    ask->failed[server] = true;
    return false;
}

static bool any_usable(const struct errand *ask)
{
    for (size_t i = 0; i < ask->servers.count; i++)
        if (is_usable(ask, i))
            return true;
    return false;
}

/* Every turn has been taken: what is still to come may come until it is time to give up. */
static void no_more_turns(struct errand *ask)
{
    if (is_idle(ask) || !any_usable(ask)) {
        end(ask);
    } else {
        be_late(ask);
        set_timer(ask, ask->give_up);
    }
}

/* Asks the server whose turn is next, leaving out those that cannot help. */
static void take_turn(struct errand *ask)
{
    size_t count = ask->servers.count, turns = turns_of(ask);

    while (ask->step < turns) {
        ask->current = (ask->first + ask->step++) % count;
        if (!is_usable(ask, ask->current))
            continue;
        if (shoot(ask, ask->current, ask->servers.use_tcp)) {
            set_timer(ask, clock_ms() + ask->try_ms);
            return;
        }
    }
    no_more_turns(ask);
}

static void ring(void *context)
{
    struct errand *ask = context;
    char text[ADDR_TEXT];

    if (ask->ede == EDE_NONE)
        note_failure(ask, EDE_NO_REACHABLE_AUTHORITY, "name server %s does not answer",
                     server_text(ask, ask->current, text));
    if (clock_ms() >= ask->give_up)
        end(ask);
    else
        take_turn(ask);
}

static void handle_reply(struct errand *ask, size_t server, bool edns, const uint8_t *wire,
                         size_t len, bool tcp)
{
    enum upstream_kind kind = upstream_kind(wire, edns);
    char text[ADDR_TEXT];

    if (kind == UPSTREAM_ANSWER || (kind == UPSTREAM_TRUNCATED && tcp)) {
        end_with(ask, wire, len);
        return;
    }
    if (kind == UPSTREAM_TRUNCATED || kind == UPSTREAM_NO_EDNS) {
        ask->without_edns[server] |= kind == UPSTREAM_NO_EDNS;
        if (!shoot(ask, server, tcp || kind == UPSTREAM_TRUNCATED))
            server_failed(ask, server);
        return;
    }
    if (upstream_rcode(wire) == RCODE_NOERROR)
        note_failure(ask, EDE_NO_REACHABLE_AUTHORITY,
                     "name server %s is lame: no recursion and no answer",
                     server_text(ask, server, text));
    else
        note_failure(ask, EDE_NO_REACHABLE_AUTHORITY, "name server %s says %s",
                     server_text(ask, server, text), rcode_text(upstream_rcode(wire)));
    server_failed(ask, server);
}

/* A server that could not read the question for its OPT record does not repeat it either.
 */
static void handle_bare_error(struct errand *ask, size_t server, bool edns)
{
    char text[ADDR_TEXT];

    if (edns) {
        ask->without_edns[server] = true;
        if (shoot(ask, server, false))
            return;
    } else {
        note_failure(ask, EDE_NO_REACHABLE_AUTHORITY, "name server %s says FORMERR",
                     server_text(ask, server, text));
    }
    server_failed(ask, server);
}

static void shot_replied(struct shot *shot, const uint8_t *wire, size_t len)
{
    struct errand *ask = shot->owner;
    size_t server = shot->server;
    bool edns = shot->edns;
    if (upstream_is_bare_error(wire, len)) {
        drop_shot(shot);
        handle_bare_error(ask, server, edns);
        return;
    }
    if (!upstream_is_reply(&ask->question, wire, len))
        return; /* a forgery or a stray: the true one may still come */
    drop_shot(shot);
    handle_reply(ask, server, edns, wire, len, false);
}

static void shot_refused(struct shot *shot, int error)
{
    struct errand *ask = shot->owner;
    size_t server = shot->server;
    char text[ADDR_TEXT];

    drop_shot(shot);
    note_failure(ask, EDE_NETWORK_ERROR, "name server %s: %s",
                 server_text(ask, server, text), strerror(error));
    server_failed(ask, server);
}

/* For most late ones nobody waits any more. Loop checks are few and let be. */
static struct errand *next_to_give_way(const struct upstream *upstream)
{
    struct errand *ask = list_first(&upstream->late, struct errand, in_late);

    for (struct list *link = upstream->asks.next; !ask || ask->is_check; link = link->next)
        ask = list_item(link, struct errand, link);
    return ask;
}

/* Names that hang, asked for without end, must not fill the memory. By a timer, because
 * `done` may ask again. */
static void ring_surplus(void *context)
{
    struct upstream *upstream = context;

    while (upstream->count > upstream->most) {
        struct errand *ask = next_to_give_way(upstream);

        if (ask->ede == EDE_NONE)
            note_failure(ask, EDE_NOT_READY, "too many questions wait for name servers");
        end(ask);
    }
}

struct upstream *upstream_new(struct loop *loop, const struct addr *own, size_t own_count,
                              size_t most)
{
    struct upstream *upstream = calloc(1, sizeof *upstream);

    if (!upstream)
        return NULL;
    upstream->loop = loop;
    upstream->most = most;
    upstream->lanes = lanes_new(loop, shot_replied, shot_refused);
    upstream->check = loopcheck_new(own, own_count);
    list_init(&upstream->asks);
    list_init(&upstream->late);
    timer_init(&upstream->surplus, ring_surplus, upstream);
    if (upstream->lanes && upstream->check)
        return upstream;
    upstream_free(upstream);
    return NULL;
}

void upstream_free(struct upstream *upstream)
{
    struct errand *check;

    if (!upstream)
        return;
    while ((check = list_first(&upstream->asks, struct errand, link)))
        end(check);
    timer_cancel(&upstream->surplus);
    lanes_free(upstream->lanes);
    loopcheck_free(upstream->check);
    free(upstream);
}

static int64_t lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void begin(struct upstream *upstream, struct errand *ask)
{
    int64_t now = clock_ms();
    int64_t turns = (int64_t)turns_of(ask);

    ask->upstream = upstream;
    ask->ede = EDE_NONE;
    list_init(&ask->shots);
    list_init(&ask->link);
    list_init(&ask->in_late);
    list_append(&upstream->asks, &ask->link);
    upstream->count += !ask->is_check;
    if (upstream->count > upstream->most)
        timer_set(upstream->loop, &upstream->surplus, 0);
    timer_init(&ask->timer, ring, ask);
    ask->try_ms = turns ? lower(ask->servers.timeout_ms, TURNS_MS / turns) : 0;
    ask->give_up = now + lower(turns * ask->servers.timeout_ms, LATE_MS);
}

static void check_done(struct errand *ask)
{
    free(ask->reply);
    free(ask);
}

/* Asks one server for a random name; whether that comes back to us is all that matters. */
static void send_check(struct upstream *upstream, const struct addr *server,
                       const struct question *question)
{
    struct errand *ask = calloc(1, sizeof *ask);

    if (!ask)
        return;
    ask->question = *question;
    ask->done = check_done;
    ask->is_check = true;
    ask->servers = (struct servers){
        .addr = {*server}, .count = 1, .attempts = 1, .timeout_ms = TURNS_MS};
    begin(upstream, ask);
    take_turn(ask);
}

static void check_servers(struct upstream *upstream, const struct servers *servers)
{
    struct question question;

    for (size_t i = 0; i < servers->count; i++)
        if (loopcheck_is_due(upstream->check, &servers->addr[i], clock_ms(), &question))
            send_check(upstream, &servers->addr[i], &question);
}

static void note_why_unusable(struct errand *ask)
{
    char text[ADDR_TEXT];

    if (ask->servers.count == 0)
        note_failure(ask, EDE_NETWORK_ERROR, "the host has no name server");
    for (size_t i = 0; i < ask->servers.count; i++)
        if (leads_back(ask, i))
            note_failure(ask, EDE_NETWORK_ERROR, "loop: name server %s is this server",
                         server_text(ask, i, text));
}

void upstream_ask(struct upstream *upstream, struct errand *ask)
{
    if (servers_read(&ask->servers) == -1)
        ask->servers.count = 0;
    if (ask->servers.rotate && ask->servers.count > 0)
        ask->first = upstream->turn++ % ask->servers.count;
    begin(upstream, ask);
    check_servers(upstream, &ask->servers);
    if (any_usable(ask)) {
        take_turn(ask);
    } else {
        note_why_unusable(ask);
        end(ask);
    }
}

/* Nobody is to wait for a server that leads back. */
static void leave_loops(struct upstream *upstream)
{
    for (struct list *link = upstream->asks.next, *next; link != &upstream->asks;
         link = next) {
        struct errand *ask = list_item(link, struct errand, link);
        next = link->next;
        if (ask->is_check || !leads_back(ask, ask->current))
            continue;
        if (any_usable(ask)) {
            take_turn(ask);
            continue;
        }
        note_why_unusable(ask);
        end(ask);
    }
}

bool upstream_is_own_check(struct upstream *upstream, const struct question *question)
{
    if (!loopcheck_recognises(upstream->check, question))
        return false;
    leave_loops(upstream);
    return true;
}

void upstream_host_changed(struct upstream *upstream)
{
    loopcheck_forget(upstream->check);
}
