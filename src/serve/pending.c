#include "serve/pending.h"

#include "base/clock.h"
#include "base/counters.h"
#include "serve/notable.h"
#include "serve/respond.h"

enum {
    PLACES = 16384,
    /* At most one in 32 of the queries that wait is told at once, or LOOP_BUDGET if that is
     * more, so that no flood comes faster than it is answered. */
    TIMEOUTS_SHARE = 32,
};

static void reply_servfail(struct query *query, enum ede ede, const char *reason)
{
    struct answer answer;

    answer_init(&answer, &query->request.question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, ede, "%s", reason);
    query->origin = QUERYLOG_ITSELF;
    respond(query, &answer, 0);
    notable_failure(counters_worst(), &query->request.question, reason, clock_ms(),
                    clock_ms() - query->received);
}

/* Flights that nobody waits for. */

static void enter_idle(struct pending_queries *pending, struct flight *flight)
{
    list_append(&pending->idle, &flight->in_idle);
    pending->idle_count++;
}

static void leave_idle(struct pending_queries *pending, struct flight *flight)
{
    pending->idle_count -= !list_empty(&flight->in_idle);
    list_remove(&flight->in_idle);
}

void pending_end(struct pending_queries *pending, struct flight *flight)
{
    leave_idle(pending, flight);
    lookup_client_end(pending->lookup, flight);
}

/* The end of waiting. */

bool pending_leave(struct query *query)
{
    struct pending_queries *pending = query->pending;
    struct flight *flight = query->flight;

    if (flight->leader == query)
        flight->leader = NULL;
    count_set(COUNT_WAITING, --pending->waiting_count);
    clients_give_back(&pending->clients, &query->place);
    query_free(query);
    if (!list_empty(&flight->queries))
        return true;
    if (flight->is_sent)
        enter_idle(pending, flight);
    else
        lookup_client_end(pending->lookup, flight);
    return false;
}

static void set_deadline(struct pending_queries *pending)
{
    struct query *oldest = list_first(&pending->waiting, struct query, in_deadline);

    if (oldest)
        timer_set(pending->loop, &pending->deadline,
                  oldest->received + pending->timeout_ms);
    else
        timer_cancel(&pending->deadline);
}

static size_t timeouts_at_once(const struct pending_queries *pending)
{
    size_t share = pending->waiting_count / TIMEOUTS_SHARE;

    return share > LOOP_BUDGET ? share : LOOP_BUDGET;
}

static void deadline_expired(void *context)
{
    struct pending_queries *pending = context;
    struct query *query;
    int64_t now = clock_ms();

    for (size_t left = timeouts_at_once(pending);
         left > 0 && (query = list_first(&pending->waiting, struct query, in_deadline)) &&
         query->received + pending->timeout_ms <= now;
         left--) {
        reply_servfail(query, EDE_NO_REACHABLE_AUTHORITY,
                       "host resolver: no answer yet, still waiting");
        pending_leave(query);
    }
    set_deadline(pending);
}

static void set_stale_timeout(struct pending_queries *pending)
{
    const struct query *query =
        list_first(&pending->could_be_stale, struct query, in_stale_timeout);

    if (query)
        timer_set(pending->loop, &pending->stale_timeout,
                  query->received + STALE_TIMEOUT_MS);
    else
        timer_cancel(&pending->stale_timeout);
}

static void stale_timeout_expired(void *context)
{
    struct pending_queries *pending = context;
    struct query *query;
    int64_t now = clock_ms();

    while ((query = list_first(&pending->could_be_stale, struct query, in_stale_timeout)) &&
           query->received + STALE_TIMEOUT_MS <= now) {
        list_remove(&query->in_stale_timeout);
        pending->timed_out(pending->context, query);
    }
    set_stale_timeout(pending);
}

size_t pending_count(const struct pending_queries *pending)
{
    return pending->waiting_count;
}

void pending_prefer_stale(struct query *query)
{
    list_append(&query->pending->could_be_stale, &query->in_stale_timeout);
    set_stale_timeout(query->pending);
}

/* The client's connection is gone. */
static void client_left(struct tcp_claim *claim)
{
    pending_leave(list_item(claim, struct query, claim));
}

/* Places. */

static bool has_room(const struct pending_queries *pending)
{
    return pending->waiting_count + pending->idle_count < PLACES;
}

static bool make_room(struct pending_queries *pending)
{
    struct flight *idle;

    while (!has_room(pending) &&
           (idle = list_first(&pending->idle, struct flight, in_idle))) {
        leave_idle(pending, idle);
        lookup_client_cancel(pending->lookup, idle);
    }
    return has_room(pending);
}

/* The client that has most gives a place up, unless that is the asker. */
static bool make_room_for(struct pending_queries *pending, const struct addr *asker)
{
    struct place *place;
    struct query *query;

    if (make_room(pending))
        return true;
    place = clients_most(&pending->clients, asker);
    if (!place)
        return false;
    query = list_item(place, struct query, place);
    reply_servfail(query, EDE_NOT_READY, "too many questions are waiting");
    pending_leave(query);
    return make_room(pending);
}

/* One client must not take all places. */
static bool has_used_up_share(const struct pending_queries *pending,
                              const struct query *query)
{
    const struct client *client = clients_find(&pending->clients, &query->path.peer);

    return client && client_has(client) >= pending->per_client;
}

/* The beginning of waiting. */

/*
 * NULL when memory is short. If clients have waited for the flight in vain, its answer may
 * have been lost, since the kernel or lookup was short of memory when it was sent; or
 * lookup still works on it.
 */
static struct flight *flight_for(struct pending_queries *pending,
                                 const struct question *question, int64_t now)
{
    struct flight *flight = lookup_client_find(pending->lookup, question);

    if (!flight)
        return lookup_client_begin(pending->lookup, question);
    if (flight->is_sent && flight->sent + pending->timeout_ms <= now)
        lookup_client_ask_again(pending->lookup, flight);
    return flight;
}

/* A flight is sent at the first turn of the queries that wait for it. */
static void join(struct pending_queries *pending, struct query *query,
                 struct flight *flight)
{
    query->pending = pending;
    query->flight = flight;
    query->has_joined = flight->is_sent || !list_empty(&flight->queries);
    flight->wants_way |= query->wants_way || query->shown;
    query->claim.lost = client_left;
    leave_idle(pending, flight);
    if (!flight->is_sent)
        place_await_turn(&query->place);
    list_append(&flight->queries, &query->in_flight);
    list_append(&pending->waiting, &query->in_deadline);
    count(COUNT_CACHE_MISSES);
    count_set(COUNT_WAITING, ++pending->waiting_count);
    set_deadline(pending);
}

/* NULL if there is no place, or memory is short. */
static struct query *wait_for(struct pending_queries *pending, struct query *asked,
                              const struct question *question)
{
    struct flight *flight = NULL;
    struct query *query;

    if (!make_room_for(pending, &asked->path.peer) || !(query = query_new(asked)))
        return NULL;
    if (clients_take(&pending->clients, &query->path.peer, &query->place))
        flight = flight_for(pending, question, query->received);
    if (flight) {
        join(pending, query, flight);
        return query;
    }
    if (query->over_tcp)
        tcp_claim_move(&asked->claim, &query->claim);
    clients_give_back(&pending->clients, &query->place);
    query_free(query);
    return NULL;
}

struct query *pending_add(struct pending_queries *pending, struct query *asked,
                          const struct question *question)
{
    struct query *query;

    if (has_used_up_share(pending, asked)) {
        reply_servfail(asked, EDE_NOT_READY,
                       "too many questions of this client are waiting");
        return NULL;
    }
    query = wait_for(pending, asked, question);
    if (!query)
        reply_servfail(asked, EDE_NOT_READY, "too many questions are waiting");
    return query;
}

void pending_prefetch(struct pending_queries *pending, const struct question *question)
{
    struct flight *flight;

    if (lookup_client_find(pending->lookup, question) || !make_room(pending) ||
        !(flight = lookup_client_prefetch(pending->lookup, question)))
        return;
    enter_idle(pending, flight);
    count(COUNT_CACHE_PREFETCHES);
}

/* Start and end. */

int pending_init(struct pending_queries *pending, struct loop *loop,
                 struct lookup_client *lookup, const struct serve_config *config)
{
    pending->loop = loop;
    pending->lookup = lookup;
    pending->per_client = config->per_client;
    pending->timeout_ms = config->timeout;
    list_init(&pending->waiting);
    list_init(&pending->idle);
    list_init(&pending->could_be_stale);
    timer_init(&pending->deadline, deadline_expired, pending);
    timer_init(&pending->stale_timeout, stale_timeout_expired, pending);
    return clients_init(&pending->clients);
}

void pending_free(struct pending_queries *pending)
{
    struct query *query;

    while ((query = list_first(&pending->waiting, struct query, in_deadline)))
        pending_leave(query);
    timer_cancel(&pending->deadline);
    timer_cancel(&pending->stale_timeout);
    clients_free(&pending->clients);
}
