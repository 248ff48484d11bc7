#include "upstream/fallback.h"

#include "base/clock.h"

enum {
    /* A server that may drop queries with EDNS is asked without as well after this time:
     * firewalls and old servers do so. */
    EDNS_MS = 300,
    /* Later if the client needs what only EDNS brings (RFC 3225), or if the server has
     * answered with EDNS before and may ask one that does not. */
    EDNS_LATE_MS = 1500,
    /* TCP is tried if no server has replied over UDP by then. That leaves as much time
     * again before the client must be told. */
    TCP_MS = 2000,
    TCP_TRIALS_MAX = 64, /* under way: a connection holds a descriptor */
};

static int64_t lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool wants_dnssec(const struct upstream_query *query)
{
    return (query->question.flags & QUESTION_DNSSEC_OK) != 0;
}

static void set_edns_timer(struct upstream_query *query)
{
    enum infra_edns edns = upstream_query_infra(query, query->current)->edns;
    int64_t ms = wants_dnssec(query) || edns == EDNS_WORKS ? EDNS_LATE_MS : EDNS_MS;

    timer_set(query->upstream->loop, &query->edns_timer,
              clock_ms() + lower(ms, query->turn_ms / 4 * 3));
}

/* True if a query with EDNS is unanswered, and EDNS may be the reason. A server whose EDNS
 * works has more likely lost a packet; then a client that wants signatures would miss them.
 */
static bool is_better_without_edns(const struct upstream_query *query, size_t server)
{
    return query->edns_since[server] != 0 &&
           (upstream_query_infra(query, server)->edns != EDNS_WORKS ||
            !wants_dnssec(query));
}

static void edns_timer_expired(void *context)
{
    struct upstream_query *query = context;
    size_t server = query->current;

    if (!upstream_query_is_usable(query, server) || query->without_edns[server] ||
        query->only_tcp[server] || !is_better_without_edns(query, server))
        return;
    if (query->stage != STAGE_WAIT) { /* it may be silent because it asks us */
        set_edns_timer(query);
        return;
    }
    query->without_edns[server] = true;
    upstream_query_resend(query, server, false);
}

/* False if a server has replied over UDP before: then it, or the name, is slow. */
static bool none_uses_udp(const struct upstream_query *query)
{
    for (size_t i = 0; i < query->conf.server_count; i++)
        if (query->replied[i] || upstream_query_infra(query, i)->udp_works)
            return false;
    return true;
}

/* True if each server has had time to reply over UDP. */
static bool all_are_silent(const struct upstream_query *query)
{
    int64_t asked = query->turn_ends - query->turn_ms; /* the last server, or earlier */

    return query->step >= query->conf.server_count && clock_ms() >= asked + EDNS_MS;
}

/* How the server treats EDNS over UDP says nothing about TCP. */
static void tcp_timer_expired(void *context)
{
    struct upstream_query *query = context;

    if (!none_uses_udp(query))
        return;
    if (!all_are_silent(query)) {
        timer_set(query->upstream->loop, &query->tcp_timer, clock_ms() + EDNS_MS);
        return;
    }
    for (size_t i = 0; i < query->conf.server_count; i++) {
        if (!upstream_query_is_usable(query, i) ||
            query->upstream->tcp_trials >= TCP_TRIALS_MAX)
            continue;
        query->without_edns[i] = upstream_query_infra(query, i)->edns == EDNS_MISSING;
        upstream_query_send_trial(query, i);
    }
}

void fallback_start(struct upstream_query *query)
{
    int64_t turns = (int64_t)(query->conf.server_count * query->conf.attempts);

    timer_init(&query->edns_timer, edns_timer_expired, query);
    timer_init(&query->tcp_timer, tcp_timer_expired, query);
    if (!query->conf.use_tcp && turns * query->turn_ms > TCP_MS && none_uses_udp(query))
        timer_set(query->upstream->loop, &query->tcp_timer, query->begun + TCP_MS);
}

void fallback_stop(struct upstream_query *query)
{
    timer_cancel(&query->edns_timer);
    timer_cancel(&query->tcp_timer);
}

bool fallback_choose(struct upstream_query *query, size_t server)
{
    query->without_edns[server] |= is_better_without_edns(query, server);
    return query->conf.use_tcp || query->only_tcp[server] ||
           upstream_query_infra(query, server)->udp_fails;
}

void fallback_watch(struct upstream_query *query)
{
    if (!upstream_query_awaits(query, query->current, true, false))
        set_edns_timer(query);
}
