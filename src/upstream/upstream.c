#include "upstream/upstream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/counters.h"
#include "dns/upstream.h"
#include "upstream/loopcheck.h"
#include "upstream/loops.h"
#include "upstream/tcp_query.h"
#include "upstream/udp_conn.h"

enum {
    TURNS_MS = 4200,   /* every server has had its turns before the client gets SERVFAIL */
    LATE_MS = 10000,   /* so long a late reply is waited for, if resolv.conf would */
    PROMPT_MS = 40,    /* a server that is slower may have asked us */
    SOON_MS = 5,       /* likewise, where names like it have come back */
    SETTLED_MS = 15,   /* so long a server is waited for that has asked us for the same */
    CHECKS_MOST = 256, /* under way */
};

struct upstream {
    struct loop *loop;
    struct udp_conns *conns;
    struct loopcheck *check;
    struct loops *loops;
    struct list checks; /* loop checks under way, oldest first */
    size_t check_count;
    struct list queries;  /* under way, oldest first */
    struct list late;     /* those of them that have had all their turns, oldest first */
    size_t count, most;   /* there are, and there may be */
    struct timer surplus; /* set while there are more */
    size_t turn;          /* counts questions, for `rotate` */
};

/* What the server whose turn it is does, or may. */
enum stage {
    STAGE_WAIT,  /* it has been asked, and has until the turn ends */
    STAGE_WATCH, /* likewise; but who does not answer at once may have asked us */
    STAGE_LEAVE, /* it has asked us: what it knows by itself has come by now, or does not */
};

/* A question under way. */
struct upstream_query {
    struct upstream *upstream;
    struct question question;
    struct resolv_conf conf;
    struct upstream_result *result;
    upstream_done *done; /* NULL: a loop check, which asks one server once */
    void *owner;

    struct list link, in_late;
    size_t first;      /* the server to begin with: changes with `rotate` */
    size_t step;       /* turns taken */
    size_t current;    /* the server whose turn it is */
    int64_t give_up;   /* clock_ms() */
    int64_t try_ms;    /* a turn's share of the time */
    int64_t turn_ends; /* clock_ms() */
    enum stage stage;
    bool failed[SERVERS_MAX], without_edns[SERVERS_MAX];
    bool checked[SERVERS_MAX];         /* needs no loop check (any more) */
    bool asks_us[SERVERS_MAX];         /* for this very name */
    struct upstream_query *check;      /* the loop check that is under way for it */
    struct upstream_query *checks_for; /* of a check: the question, or NULL */
    bool is_answered;                  /* of a check */
    struct list udp_queries;
    struct tcp_query *tcp; /* NULL, or to this server with this id */
    size_t tcp_server;
    uint16_t tcp_id;
    struct timer timer;
};

static void take_turn(struct upstream_query *query);

static bool is_check(const struct upstream_query *query)
{
    return !query->done;
}

static void drop_udp(struct udp_query *udp)
{
    udp_conn_detach(udp);
    list_remove(&udp->in_owner);
    free(udp);
}

static void be_late(struct upstream_query *query)
{
    if (list_empty(&query->in_late))
        list_append(&query->upstream->late, &query->in_late);
}

static void drop_tcp(struct upstream_query *query)
{
    tcp_query_free(query->tcp);
    query->tcp = NULL;
}

/* No reply of this server is waited for any more. */
static void drop_all_to(struct upstream_query *query, size_t server)
{
    for (struct list *link = query->udp_queries.next, *next; link != &query->udp_queries;
         link = next) {
        struct udp_query *udp = list_item(link, struct udp_query, in_owner);

        next = link->next;
        if (udp->server == server)
            drop_udp(udp);
    }
    if (query->tcp_server == server)
        drop_tcp(query);
}

/* It goes on, for what it may find out. */
static void leave_check(struct upstream_query *query)
{
    if (query->check)
        query->check->checks_for = NULL;
    query->check = NULL;
}

static void check_is_over(struct upstream_query *check);
static void deny_loop(struct upstream_query *query);

/* Nothing is to come of it any more. */
static void leave(struct upstream_query *query)
{
    struct udp_query *udp;

    while ((udp = list_first(&query->udp_queries, struct udp_query, in_owner)))
        drop_udp(udp);
    drop_tcp(query);
    timer_cancel(&query->timer);
    list_remove(&query->in_late);
    list_remove(&query->link);
    leave_check(query);
    if (is_check(query))
        query->upstream->check_count--;
    else
        count_set(COUNT_AT_NAME_SERVERS, --query->upstream->count);
}

static void end(struct upstream_query *query)
{
    leave(query);
    if (is_check(query)) {
        check_is_over(query);
    } else {
        query->result->query = NULL;
        deny_loop(query);
        query->done(query->owner);
    }
    free(query);
}

__attribute__((format(printf, 3, 4))) static void
note_failure(struct upstream_query *query, enum ede ede, const char *format, ...)
{
    va_list args;

    if (is_check(query))
        return;
    query->result->ede = ede;
    va_start(args, format);
    vsnprintf(query->result->failure, sizeof query->result->failure, format, args);
    va_end(args);
}

static bool has_no_failure(const struct upstream_query *query)
{
    return !is_check(query) && query->result->ede == EDE_NONE;
}

static void end_with(struct upstream_query *query, const uint8_t *wire, size_t len)
{
    uint8_t *reply = is_check(query) ? NULL : malloc(len);

    query->is_answered = true;
    if (reply) {
        query->result->reply = memcpy(reply, wire, len);
        query->result->reply_len = len;
    } else {
        note_failure(query, EDE_OTHER, "no memory for a name server's reply");
    }
    end(query);
}

static const char *server_text(const struct upstream_query *query, size_t server,
                               char text[ADDR_TEXT])
{
    return addr_format(&query->conf.servers[server], text);
}

/* The network's own, such as a port that nobody has open. */
static void note_error(struct upstream_query *query, size_t server, int error)
{
    char text[ADDR_TEXT];

    note_failure(query, EDE_NETWORK_ERROR, "name server %s: %s",
                 server_text(query, server, text), strerror(error));
    if (!is_check(query))
        query->result->error = error;
}

static bool leads_back(const struct upstream_query *query, size_t server)
{
    return !is_check(query) &&
           loopcheck_leads_back(query->upstream->check, &query->conf.servers[server]);
}

static size_t write_query(const struct upstream_query *query, size_t server, uint16_t id,
                          uint8_t *wire)
{
    const struct query_header header = {
        .id = id,
        .edns = !query->without_edns[server],
        .authentic_data = query->conf.trust_ad,
    };

    return upstream_write_query(&header, &query->question, wire);
}

static struct route route_to(const struct upstream_query *query, size_t server)
{
    return (struct route){&query->conf.servers[server], query->question.name,
                          query->question.name_len};
}

/* True if all servers ask us for this name, so that what we know is all there is to know.
 */
static bool is_loop(const struct upstream_query *query)
{
    bool any = false;

    for (size_t i = 0; i < query->conf.server_count; i++) {
        if (!query->asks_us[i] && !leads_back(query, i))
            return false;
        any |= query->asks_us[i];
    }
    return any;
}

/* Then nobody has such a name, and the reply that no server can give is made here. */
static void deny_loop(struct upstream_query *query)
{
    struct upstream_result *result = query->result;
    uint8_t asked[UPSTREAM_QUERY_MAX], reply[UPSTREAM_QUERY_MAX];
    size_t len;

    if (result->reply || !is_loop(query))
        return;
    len = write_query(query, 0, 0, asked);
    len = upstream_make_reply(asked, len, RCODE_NXDOMAIN, reply, sizeof reply);
    result->reply = len > 0 ? malloc(len) : NULL;
    if (!result->reply)
        return;
    memcpy(result->reply, reply, len);
    result->reply_len = len;
    result->is_denial = true;
}

static bool is_usable(const struct upstream_query *query, size_t server)
{
    return !query->failed[server] && !leads_back(query, server);
}

/* Nothing is on its way: nothing can come any more. */
static bool is_idle(const struct upstream_query *query)
{
    return list_empty(&query->udp_queries) && !query->tcp;
}

static void set_timer(struct upstream_query *query, int64_t at)
{
    timer_set(query->upstream->loop, &query->timer,
              at < query->give_up ? at : query->give_up);
}

static void handle_reply(struct upstream_query *query, size_t server, bool edns,
                         const uint8_t *wire, size_t len, bool tcp);

static int64_t lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static size_t turns_of(const struct upstream_query *query)
{
    return query->conf.server_count * query->conf.attempts;
}

/* The server has failed; the next one if it was its turn, or the end if it was the last one
 * still awaited. */
static void server_failed(struct upstream_query *query, size_t server)
{
    query->failed[server] = true;
    if (server == query->current || query->step == turns_of(query))
        take_turn(query);
}

static void tcp_ended(void *owner, const uint8_t *wire, size_t len, int error)
{
    struct upstream_query *query = owner;
    struct tcp_query *tcp = query->tcp;
    size_t server = query->tcp_server;
    char text[ADDR_TEXT];

    query->tcp = NULL;
    if (wire && upstream_is_reply(&query->question, wire, len) &&
        upstream_id(wire) == query->tcp_id) {
        handle_reply(query, server, !query->without_edns[server], wire, len, true);
    } else {
        note_failure(query, EDE_NETWORK_ERROR, "name server %s over TCP: %s",
                     server_text(query, server, text),
                     error ? strerror(error) : "no reply to the question");
        server_failed(query, server);
    }
    tcp_query_free(tcp);
}

/* 0, or -1 with errno. */
static int send_tcp(struct upstream_query *query, size_t server)
{
    uint8_t wire[UPSTREAM_QUERY_MAX];
    size_t len;
    if (query->tcp && query->tcp_server == server)
        return 0; /* it may be slow, but a second one would be no faster */
    if (getrandom(&query->tcp_id, sizeof query->tcp_id, 0) != sizeof query->tcp_id)
        return -1;
    tcp_query_free(query->tcp);
    len = write_query(query, server, query->tcp_id, wire);
    query->tcp_server = server;
    query->tcp = tcp_query_start(query->upstream->loop, &query->conf.servers[server], wire,
                                 len, tcp_ended, query);
    return query->tcp ? 0 : -1;
}

static int send_udp(struct upstream_query *query, size_t server)
{
    uint8_t wire[UPSTREAM_QUERY_MAX];
    struct udp_query *udp = calloc(1, sizeof *udp);
    int saved;

    if (!udp)
        return -1;
    list_init(&udp->in_conn);
    list_init(&udp->in_owner);
    udp->owner = query;
    udp->server = (unsigned)server;
    udp->edns = !query->without_edns[server];
    if (udp_conn_attach(query->upstream->conns, &query->conf.servers[server], udp) == 0) {
        list_append(&query->udp_queries, &udp->in_owner);
        if (udp_conn_send(udp, wire, write_query(query, server, udp->id, wire)) == 0)
            return 0;
    }
    saved = errno;
    drop_udp(udp);
    errno = saved;
    return -1;
}

static bool send_to(struct upstream_query *query, size_t server, bool tcp)
{
    if ((tcp ? send_tcp(query, server) : send_udp(query, server)) == 0)
        return true;
    note_error(query, server, errno);
    query->failed[server] = true;
    return false;
}

static bool any_usable(const struct upstream_query *query)
{
    for (size_t i = 0; i < query->conf.server_count; i++)
        if (is_usable(query, i))
            return true;
    return false;
}

/* Every turn has been taken: what is still to come may come until it is time to give up. */
static void no_more_turns(struct upstream_query *query)
{
    query->stage = STAGE_WAIT;
    if (is_idle(query) || !any_usable(query)) {
        end(query);
    } else {
        be_late(query);
        set_timer(query, query->give_up);
    }
}

static bool may_lead_back(const struct upstream_query *query, size_t server)
{
    return !is_check(query) && !query->checked[server] &&
           loopcheck_may_lead_back(query->upstream->check, &query->conf.servers[server]);
}

static void send_check(struct upstream *upstream, const struct route *route,
                       struct upstream_query *checks_for);

/* Finds out whether the server asks us for this name. */
static void check_name(struct upstream_query *query, size_t server)
{
    struct route route = route_to(query, server);

    leave_check(query);
    query->checked[server] = true;
    send_check(query->upstream, &route, query);
}

/* True if the server has sent us a name like this, or another server this very name: that
 * may be the same one at its other address. */
static bool expects_loop(const struct upstream_query *query, size_t server)
{
    struct route route = route_to(query, server);
    bool any = loops_expect(query->upstream->loops, &route, clock_ms());

    for (size_t i = 0; i < query->conf.server_count; i++)
        any |= query->asks_us[i];
    return any;
}

static int64_t prompt_ms(const struct upstream_query *query, size_t server)
{
    return expects_loop(query, server) ? SOON_MS : PROMPT_MS;
}

/* False if the server cannot be asked. */
static bool begin_turn(struct upstream_query *query, size_t server)
{
    int64_t now = clock_ms();

    query->turn_ends = now + query->try_ms;
    query->stage = may_lead_back(query, server) ? STAGE_WATCH : STAGE_WAIT;
    if (!send_to(query, server, query->conf.use_tcp))
        return false;
    set_timer(query, query->stage == STAGE_WAIT
                         ? query->turn_ends
                         : lower(query->turn_ends, now + prompt_ms(query, server)));
    return true;
}

/* Asks the server whose turn is next, leaving out those that cannot help. */
static void take_turn(struct upstream_query *query)
{
    size_t count = query->conf.server_count, turns = turns_of(query);

    leave_check(query);
    while (query->step < turns) {
        query->current = (query->first + query->step++) % count;
        if (is_usable(query, query->current) && begin_turn(query, query->current))
            return;
    }
    no_more_turns(query);
}

/* The server has asked us for this name and type within the minute. */
static bool is_settled(const struct upstream_query *query, size_t server)
{
    struct route route = route_to(query, server);

    return loops_are_settled(query->upstream->loops, &route, query->question.type,
                             clock_ms());
}

/* What the server knows by itself it has said before it asked us, or says until then; the
 * reply may wait to be read. */
static void leave_in(struct upstream_query *query, int64_t ms)
{
    query->stage = STAGE_LEAVE;
    set_timer(query, clock_ms() + ms);
}

/* It does not answer at once: it may have asked us, and wait for our answer. */
static void suspect(struct upstream_query *query)
{
    size_t server = query->current;
    struct route route = route_to(query, server);

    query->stage = STAGE_WAIT;
    set_timer(query, query->turn_ends);
    if (!may_lead_back(query, server))
        return;
    if (is_settled(query, server))
        leave_in(query, SETTLED_MS);
    else if (expects_loop(query, server) ||
             loops_suspect(query->upstream->loops, &route, clock_ms()))
        check_name(query, server);
}

static void end_turn(struct upstream_query *query)
{
    char text[ADDR_TEXT];

    if (has_no_failure(query))
        note_failure(query, EDE_NO_REACHABLE_AUTHORITY, "name server %s does not answer",
                     server_text(query, query->current, text));
    if (clock_ms() >= query->give_up)
        end(query);
    else
        take_turn(query);
}

static void leave_server(struct upstream_query *query, size_t server);

static void ring(void *context)
{
    struct upstream_query *query = context;

    switch (query->stage) {
    case STAGE_LEAVE:
        leave_server(query, query->current);
        break;
    case STAGE_WATCH:
        suspect(query);
        break;
    case STAGE_WAIT:
        end_turn(query);
    }
}

static void handle_reply(struct upstream_query *query, size_t server, bool edns,
                         const uint8_t *wire, size_t len, bool tcp)
{
    enum upstream_kind kind = upstream_kind(wire, edns);
    char text[ADDR_TEXT];

    query->checked[server] = true; /* it does not wait for us */
    if (kind == UPSTREAM_ANSWER || (kind == UPSTREAM_TRUNCATED && tcp)) {
        end_with(query, wire, len);
        return;
    }
    if (kind == UPSTREAM_TRUNCATED || kind == UPSTREAM_NO_EDNS) {
        query->without_edns[server] |= kind == UPSTREAM_NO_EDNS;
        if (!send_to(query, server, tcp || kind == UPSTREAM_TRUNCATED))
            server_failed(query, server);
        return;
    }
    if (!is_check(query))
        query->result->rcode = upstream_rcode(wire);
    if (upstream_rcode(wire) == RCODE_NOERROR)
        note_failure(query, EDE_NO_REACHABLE_AUTHORITY,
                     "name server %s is lame: no recursion and no answer",
                     server_text(query, server, text));
    else
        note_failure(query, EDE_NO_REACHABLE_AUTHORITY, "name server %s says %s",
                     server_text(query, server, text), rcode_text(upstream_rcode(wire)));
    server_failed(query, server);
}

/* A server that could not read the question for its OPT record does not repeat it either.
 */
static void handle_bare_error(struct upstream_query *query, size_t server, bool edns)
{
    char text[ADDR_TEXT];

    if (edns) {
        query->without_edns[server] = true;
        if (send_to(query, server, false))
            return;
    } else {
        note_failure(query, EDE_NO_REACHABLE_AUTHORITY, "name server %s says FORMERR",
                     server_text(query, server, text));
    }
    server_failed(query, server);
}

static void udp_replied(struct udp_query *udp, const uint8_t *wire, size_t len)
{
    struct upstream_query *query = udp->owner;
    size_t server = udp->server;
    bool edns = udp->edns;
    if (upstream_is_bare_error(wire, len)) {
        drop_udp(udp);
        handle_bare_error(query, server, edns);
        return;
    }
    if (!upstream_is_reply(&query->question, wire, len))
        return; /* a forgery or a stray: the true one may still come */
    drop_udp(udp);
    handle_reply(query, server, edns, wire, len, false);
}

static void udp_refused(struct udp_query *udp, int error)
{
    struct upstream_query *query = udp->owner;
    size_t server = udp->server;

    drop_udp(udp);
    note_error(query, server, error);
    server_failed(query, server);
}

/* For most late ones nobody waits any more. */
static struct upstream_query *next_to_give_way(const struct upstream *upstream)
{
    struct upstream_query *query =
        list_first(&upstream->late, struct upstream_query, in_late);

    return query ? query : list_first(&upstream->queries, struct upstream_query, link);
}

/* Names that hang, asked for without end, must not fill the memory. By a timer, because
 * `done` may ask again. */
static void ring_surplus(void *context)
{
    struct upstream *upstream = context;

    while (upstream->count > upstream->most) {
        struct upstream_query *query = next_to_give_way(upstream);

        if (has_no_failure(query))
            note_failure(query, EDE_NOT_READY, "too many questions wait for name servers");
        end(query);
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
    upstream->conns = udp_conns_new(loop, udp_replied, udp_refused);
    upstream->check = loopcheck_new(own, own_count);
    upstream->loops = loops_new();
    list_init(&upstream->checks);
    list_init(&upstream->queries);
    list_init(&upstream->late);
    timer_init(&upstream->surplus, ring_surplus, upstream);
    if (upstream->conns && upstream->check && upstream->loops)
        return upstream;
    upstream_free(upstream);
    return NULL;
}

void upstream_free(struct upstream *upstream)
{
    struct upstream_query *query;

    if (!upstream)
        return;
    while ((query = list_first(&upstream->queries, struct upstream_query, link)) ||
           (query = list_first(&upstream->checks, struct upstream_query, link)))
        end(query);
    timer_cancel(&upstream->surplus);
    udp_conns_free(upstream->conns);
    loopcheck_free(upstream->check);
    loops_free(upstream->loops);
    free(upstream);
}

/* NULL when memory is short. */
static struct upstream_query *query_new(struct upstream *upstream,
                                        const struct resolv_conf *conf,
                                        const struct question *question)
{
    struct upstream_query *query = calloc(1, sizeof *query);

    if (!query)
        return NULL;
    query->upstream = upstream;
    query->question = *question;
    query->conf = *conf;
    list_init(&query->udp_queries);
    list_init(&query->link);
    list_init(&query->in_late);
    timer_init(&query->timer, ring, query);
    return query;
}

static void begin(struct upstream_query *query)
{
    struct upstream *upstream = query->upstream;
    int64_t turns = (int64_t)turns_of(query);

    if (is_check(query)) {
        list_append(&upstream->checks, &query->link);
        upstream->check_count++;
    } else {
        list_append(&upstream->queries, &query->link);
        count_set(COUNT_AT_NAME_SERVERS, ++upstream->count);
        if (upstream->count > upstream->most)
            timer_set(upstream->loop, &upstream->surplus, 0);
    }
    query->try_ms = turns ? lower(query->conf.timeout_ms, TURNS_MS / turns) : 0;
    query->give_up = clock_ms() + lower(turns * query->conf.timeout_ms, LATE_MS);
}

/* It has not come back. An answer says that the name leads elsewhere. */
static void check_is_over(struct upstream_query *check)
{
    struct upstream_query *query = check->checks_for;
    struct route route;

    if (!query)
        return;
    query->check = NULL;
    route = (struct route){&check->conf.servers[0], query->question.name,
                           query->question.name_len};
    if (check->is_answered)
        loops_led_elsewhere(check->upstream->loops, &route, clock_ms());
}

static void give_up_check(struct upstream_query *check)
{
    if (check->checks_for)
        leave_check(check->checks_for);
    end(check);
}

/* Asks one server for a random name; whether that comes back to us is all that matters. */
static void send_check(struct upstream *upstream, const struct route *route,
                       struct upstream_query *checks_for)
{
    const struct resolv_conf conf = {.servers = {*route->server},
                                     .server_count = 1,
                                     .attempts = 1,
                                     .timeout_ms = TURNS_MS};
    struct question question;
    struct upstream_query *check;

    if (!loopcheck_draw(upstream->check, route, &question) ||
        !(check = query_new(upstream, &conf, &question)))
        return;
    if (upstream->check_count >= CHECKS_MOST)
        give_up_check(list_first(&upstream->checks, struct upstream_query, link));
    check->checks_for = checks_for;
    if (checks_for)
        checks_for->check = check;
    begin(check);
    take_turn(check);
}

static void check_servers(struct upstream *upstream, const struct resolv_conf *conf)
{
    static const uint8_t root[] = "";

    for (size_t i = 0; i < conf->server_count; i++) {
        const struct route all = {&conf->servers[i], root, sizeof root};

        if (loopcheck_is_due(upstream->check, all.server, clock_ms()))
            send_check(upstream, &all, NULL);
    }
}

static void note_why_unusable(struct upstream_query *query)
{
    char text[ADDR_TEXT];

    if (query->conf.server_count == 0)
        note_failure(query, EDE_NETWORK_ERROR, "the host has no name server");
    for (size_t i = 0; i < query->conf.server_count; i++)
        if (leads_back(query, i))
            note_failure(query, EDE_NETWORK_ERROR,
                         "loop: name server %s leads back to this server",
                         server_text(query, i, text));
}

void upstream_ask(struct upstream *upstream, const struct resolv_conf *conf,
                  const struct question *question, struct upstream_result *result,
                  upstream_done *done, void *owner)
{
    struct upstream_query *query = query_new(upstream, conf, question);

    *result = (struct upstream_result){.ede = EDE_NONE};
    if (!query) {
        result->ede = EDE_OTHER;
        snprintf(result->failure, sizeof result->failure, "no memory for the question");
        done(owner);
        return;
    }
    query->result = result;
    result->query = query;
    query->done = done;
    query->owner = owner;
    if (conf->rotate && conf->server_count > 0)
        query->first = upstream->turn++ % conf->server_count;
    begin(query);
    check_servers(upstream, conf);
    if (any_usable(query)) {
        take_turn(query);
    } else {
        note_why_unusable(query);
        end(query);
    }
}

void upstream_cancel(struct upstream_result *result)
{
    if (!result->query)
        return;
    leave(result->query);
    free(result->query);
    result->query = NULL;
}

/* Nobody is to wait for a server that leads back. */
static void leave_loops(struct upstream *upstream)
{
    for (struct list *link = upstream->queries.next, *next; link != &upstream->queries;
         link = next) {
        struct upstream_query *query = list_item(link, struct upstream_query, link);
        next = link->next;
        if (!leads_back(query, query->current))
            continue;
        if (any_usable(query)) {
            take_turn(query);
            continue;
        }
        note_why_unusable(query);
        end(query);
    }
}

static struct upstream_query *find_check(const struct upstream *upstream,
                                         const struct question *question)
{
    for (struct list *link = upstream->checks.next; link != &upstream->checks;
         link = link->next) {
        struct upstream_query *check = list_item(link, struct upstream_query, link);

        if (name_equal(check->question.name, check->question.name_len, question->name,
                       question->name_len))
            return check;
    }
    return NULL;
}

static size_t server_at(const struct upstream_query *query, const struct addr *addr)
{
    size_t server = 0;

    while (server + 1 < query->conf.server_count &&
           !addr_equal(&query->conf.servers[server], addr))
        server++;
    return server;
}

/* It asks us for this very name. What it says of it in the end comes from us, too. */
static void leave_server(struct upstream_query *query, size_t server)
{
    struct route route = route_to(query, server);
    char text[ADDR_TEXT];

    loops_settle(query->upstream->loops, &route, query->question.type, clock_ms());
    query->asks_us[server] = true;
    note_failure(query, EDE_NETWORK_ERROR, "loop: name server %s asks this server for it",
                 server_text(query, server, text));
    drop_all_to(query, server);
    server_failed(query, server);
}

/* A name has come back that was not expected to: others at the same server may be waiting
 * for us as well. */
static void suspect_others(struct upstream *upstream, const struct route *found)
{
    for (struct list *link = upstream->queries.next, *next; link != &upstream->queries;
         link = next) {
        struct upstream_query *query = list_item(link, struct upstream_query, link);
        size_t server = query->current;
        struct route route = route_to(query, server);

        next = link->next;
        if (!is_usable(query, server) || !addr_equal(route.server, found->server))
            continue;
        if (name_equal(route.name, route.name_len, found->name, found->name_len))
            leave_in(query, SOON_MS);
        else if (query->stage == STAGE_WAIT && may_lead_back(query, server) &&
                 expects_loop(query, server))
            check_name(query, server);
    }
}

static void name_came_back(struct upstream *upstream, const struct route *found,
                           const struct question *question)
{
    bool is_news = !loops_expect(upstream->loops, found, clock_ms());
    struct upstream_query *check = find_check(upstream, question);
    struct upstream_query *query = check ? check->checks_for : NULL;

    loops_came_back(upstream->loops, found, clock_ms());
    if (check)
        give_up_check(check);
    if (query && server_at(query, found->server) == query->current)
        leave_in(query, SOON_MS);
    if (is_news)
        suspect_others(upstream, found);
}

bool upstream_is_own_check(struct upstream *upstream, const struct question *question)
{
    struct question checked;
    struct addr server;
    struct route route;

    if (!loopcheck_recognises(upstream->check, question, &server, &checked))
        return false;
    route = (struct route){&server, checked.name, checked.name_len};
    if (checked.name_len == 1)
        leave_loops(upstream);
    else
        name_came_back(upstream, &route, question);
    return true;
}

bool upstream_leads_back(const struct upstream *upstream, const struct addr *server,
                         bool *is_us)
{
    *is_us = loopcheck_is_own(upstream->check, server);
    return loopcheck_leads_back(upstream->check, server);
}

void upstream_host_changed(struct upstream *upstream)
{
    loopcheck_forget(upstream->check);
    loops_forget(upstream->loops);
}
