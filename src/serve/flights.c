#include "serve/flights.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/counters.h"
#include "dns/alias.h"
#include "serve/lookup_client.h"
#include "serve/notable.h"
#include "serve/pending.h"
#include "serve/respond.h"
#include "serve/stats.h"

enum {
    /* Seconds that an answer which nobody has got is kept, if there are no octets for a
     * cache. A client that gave up tries again soon, and one that asks for an address
     * family asks for the other at once. */
    LATE_TTL = 5,
    UNSOLICITED_TTL = 1,
};

struct flights {
    const struct serve_config *config;
    struct cache *cache;
    struct forwarders *forwarders;
    struct lookup_client lookup;
    struct pending_queries pending;
    bool was_flushed; /* answers of unknown flights may be older than that */
};

/* Answers. */

/* True if the host may have changed since the flight was sent. */
static bool is_outdated(const struct flights *flights, const struct flight *flight)
{
    return flight ? flight->is_closed : flights->was_flushed;
}

static void keep(struct flights *flights, const struct flight *flight,
                 const struct question *question, const struct answer *answer, int64_t now,
                 uint32_t uncached_ttl)
{
    if (!is_outdated(flights, flight))
        cache_put(flights->cache, question, answer, now, uncached_ttl);
}

/* False if there is no stale answer, or nobody waits for the reply. */
static bool reply_stale(struct flights *flights, struct query *query,
                        const struct question *question)
{
    struct cached cached;

    if (!cache_get_stale(flights->cache, question, clock_ms(), &cached))
        return false;
    query->origin = QUERYLOG_CACHE;
    if (!respond(query, &cached.answer, cached.age))
        return false;
    count(COUNT_CACHE_STALE);
    return true;
}

static bool reply(struct flights *flights, const struct flight *flight, struct query *query,
                  const struct answer *answer)
{
    if (answer_is_failure(answer) && reply_stale(flights, query, &flight->question))
        return true;
    query->origin = QUERYLOG_LOOKUP;
    query->steps = flight->steps;
    query->steps_len = flight->steps_len;
    return respond(query, answer, 0);
}

/* Replies to all queries that wait for the flight. True if a client has got the reply. */
static bool reply_to_all(struct flights *flights, const struct flight *flight,
                         const struct answer *answer)
{
    struct query *query;
    bool is_given = false;

    while ((query = list_first(&flight->queries, struct query, in_flight))) {
        is_given |= reply(flights, flight, query, answer);
        pending_leave(query);
    }
    return is_given;
}

/* The answer ages from now on, and not from when all have their replies: the machine may
 * sleep until then. */
static void finish(struct flights *flights, struct flight *flight,
                   const struct answer *answer)
{
    int64_t now_us = clock_us(), took_us = now_us - flight->begun_us;
    bool is_given;

    stats_lookup(answer, took_us);
    notable_lookup(counters_worst(), &flight->question, answer, now_us / 1000,
                   took_us / 1000);
    is_given = reply_to_all(flights, flight, answer);
    keep(flights, flight, &flight->question, answer, now_us / 1000,
         is_given ? 0 : LATE_TTL);
    pending_end(&flights->pending, flight);
}

/* The host may call a name an alias of one that is answered here. Then the alias is left
 * out, since a client that asked for its target would get another answer. */
static void check_alias(const struct flights *flights, const struct question *question,
                        struct answer *answer)
{
    const struct serve_config *config = flights->config;
    struct question target;

    if (answer_is_of_host(answer) && alias_target(question, answer, &target) &&
        (names_have(config->names, &target) ||
         special_is(&config->policy.special, &target)))
        alias_dissolve(answer);
}

static void answered(void *context, struct flight *flight, bool is_unsolicited,
                     const struct question *question, struct answer *answer)
{
    struct flights *flights = context;

    if (!is_outdated(flights, flight))
        cache_correct(flights->cache, question, answer, clock_ms());
    names_correct(flights->config->names, question, answer);
    check_alias(flights, question, answer);
    if (is_unsolicited)
        keep(flights, flight, question, answer, clock_ms(), UNSOLICITED_TTL);
    else if (flight)
        finish(flights, flight, answer);
}

/* Gives a stale answer to all queries that wait for the same flight. The lookup goes on. */
static void stale_timeout(void *context, struct query *query)
{
    struct flights *flights = context;
    struct flight *flight = query->flight;

    do
        query = list_first(&flight->queries, struct query, in_flight);
    while (reply_stale(flights, query, &flight->question) && pending_leave(query));
}

/* Questions. */

void flights_prefetch(struct flights *flights, const struct question *question)
{
    if (flights->config->cache.bytes > 0)
        pending_prefetch(&flights->pending, question);
}

static bool reply_from_cache(struct flights *flights, struct query *query,
                             const struct question *question)
{
    struct cached cached;

    if (!cache_get(flights->cache, question, query->received, &cached))
        return false;
    count(COUNT_CACHE_HITS);
    query->origin = QUERYLOG_CACHE;
    respond(query, &cached.answer, cached.age);
    if (cached.is_due)
        flights_prefetch(flights, question);
    return true;
}

/* A lookup that has failed lately would fail again. */
static bool reply_stale_at_once(struct flights *flights, struct query *query,
                                const struct question *question)
{
    return cache_has_stale(flights->cache) &&
           cache_has_failed(flights->cache, question, query->received) &&
           reply_stale(flights, query, question);
}

/* Repeats a failure of the last second. */
static bool reply_failure(struct flights *flights, struct query *query,
                          const struct question *question)
{
    struct cached cached;

    if (!cache_get_failure(flights->cache, question, query->received, &cached))
        return false;
    count(COUNT_CACHE_FAILURES);
    query->origin = QUERYLOG_CACHE;
    respond(query, &cached.answer, 0);
    return true;
}

static bool reply_at_once(struct flights *flights, struct query *query,
                          const struct question *question)
{
    return reply_from_cache(flights, query, question) ||
           reply_stale_at_once(flights, query, question) ||
           reply_failure(flights, query, question);
}

/* Queries that waited for a slow flight have got a stale answer, so one that comes later
 * need not wait for it first. */
static bool reply_for_slow_flight(struct flights *flights, struct query *query,
                                  const struct question *question)
{
    const struct flight *flight = NULL;

    if (cache_has_stale(flights->cache))
        flight = lookup_client_find(&flights->lookup, question);
    return flight && flight->begun_us / 1000 + STALE_TIMEOUT_MS <= query->received &&
           reply_stale(flights, query, question);
}

void flights_ask(struct flights *flights, struct query *query,
                 const struct question *wanted)
{
    struct question question;
    struct cached cached;

    question_fold(&question, wanted);
    if (reply_at_once(flights, query, &question))
        return;
    if (forwarders_mark(flights->forwarders, query, &question) &&
        reply_at_once(flights, query, &question))
        return;
    if (reply_for_slow_flight(flights, query, &question))
        return;
    query = pending_add(&flights->pending, query, &question);
    if (query && cache_get_stale(flights->cache, &question, clock_ms(), &cached))
        pending_prefer_stale(query);
}

void flights_send(struct flights *flights)
{
    lookup_client_send(&flights->lookup);
}

size_t flights_waiting(const struct flights *flights)
{
    return pending_count(&flights->pending);
}

/* Changes of the host, and the death of lookup. */

size_t flights_flush(struct flights *flights)
{
    flights->was_flushed = true;
    lookup_client_close(&flights->lookup, NULL);
    return cache_clear(flights->cache);
}

size_t flights_forget(struct flights *flights, struct name name)
{
    lookup_client_close(&flights->lookup, &name);
    return cache_forget(flights->cache, name);
}

void flights_lookup_died(struct flights *flights)
{
    struct answer answer;
    struct flight *flight;

    lookup_client_died(&flights->lookup);
    while ((flight = lookup_client_next_sent(&flights->lookup, NULL))) {
        answer_init(&answer, &flight->question, NULL, 0);
        answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER, "the lookup process died");
        reply_to_all(flights, flight, &answer);
        pending_end(&flights->pending, flight);
    }
    flights_send(flights);
}

size_t flights_show_hung(const struct flights *flights, struct worst_lookups *worst,
                         int64_t now)
{
    const struct flight *flight = NULL;
    size_t count = 0;

    while ((flight = lookup_client_next_sent(&flights->lookup, flight))) {
        int64_t ms = now - flight->begun_us / 1000;

        if (ms < FLIGHT_HUNG_MS)
            continue;
        if (count < WORST_ROWS)
            notable_hung(worst, (unsigned)count, &flight->question, now, ms);
        count++;
    }
    for (size_t row = count; row < WORST_ROWS; row++)
        worst_clear(worst, WORST_HUNG, (unsigned)row);
    return count;
}

/* Start and end. */

struct flights *flights_new(const struct serve_config *config, struct loop *loop,
                            int channel, struct cache *cache, struct forwarders *forwarders)
{
    struct flights *flights = calloc(1, sizeof *flights);
    int lookup, pending;

    if (!flights)
        return NULL;
    flights->config = config;
    flights->cache = cache;
    flights->forwarders = forwarders;
    flights->lookup = (struct lookup_client){.loop = loop,
                                             .channel = channel,
                                             .clients = &flights->pending.clients,
                                             .cache = cache,
                                             .answered = answered,
                                             .context = flights};
    flights->pending.timed_out = stale_timeout;
    flights->pending.context = flights;
    lookup = lookup_client_init(&flights->lookup);
    pending = pending_init(&flights->pending, loop, &flights->lookup, config);
    if (lookup == 0 && pending == 0)
        return flights;
    flights_free(flights);
    return NULL;
}

void flights_free(struct flights *flights)
{
    if (!flights)
        return;
    pending_free(&flights->pending);
    lookup_client_free(&flights->lookup);
    free(flights);
}
