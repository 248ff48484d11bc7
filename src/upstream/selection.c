#include "upstream/selection.h"

#include "base/clock.h"
#include "upstream/fallback.h"
#include "upstream/forward_loop.h"

enum {
    LATE_MS =
        10000, /* a late reply is waited for as long as resolv.conf would, up to this */
    HOLD_MS = 1000, /* a loop check that goes first may take as long */
};

static int64_t lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static size_t turns_of(const struct upstream_query *query)
{
    return query->conf.server_count * query->conf.attempts;
}

static bool any_usable(const struct upstream_query *query)
{
    for (size_t i = 0; i < query->conf.server_count; i++)
        if (upstream_query_is_usable(query, i))
            return true;
    return false;
}

/* Every turn has been taken: a reply may still come until it is time to give up. */
static void wait_for_late_replies(struct upstream_query *query)
{
    query->stage = STAGE_WAIT;
    if (list_empty(&query->sent) || !any_usable(query)) {
        upstream_query_end(query);
        return;
    }
    if (list_empty(&query->in_late))
        list_append(&query->upstream->late, &query->in_late);
    upstream_query_set_timer(query, query->give_up);
}

/* False if the server cannot be asked. */
static bool ask(struct upstream_query *query, size_t server)
{
    int64_t now = clock_ms();

    query->turn_ends = now + query->turn_ms;
    query->stage = forward_loop_may_lead_back(query, server) ? STAGE_WATCH : STAGE_WAIT;
    if (!upstream_query_send(query, server, fallback_choose(query, server)))
        return false;
    fallback_watch(query);
    upstream_query_set_timer(
        query, query->stage == STAGE_WAIT
                   ? query->turn_ends
                   : lower(query->turn_ends, now + forward_loop_prompt_ms(query, server)));
    return true;
}

/* False if the server cannot be asked. */
static bool begin_turn(struct upstream_query *query, size_t server)
{
    if (!forward_loop_holds_back(query, server))
        return ask(query, server);
    query->stage = STAGE_HOLD;
    upstream_query_set_timer(query, clock_ms() + HOLD_MS);
    return true;
}

static void take_turn(struct upstream_query *query)
{
    size_t count = query->conf.server_count, turns = turns_of(query);

    upstream_query_detach_check(query);
    while (query->step < turns) {
        query->current = query->order[query->step++ % count];
        if (upstream_query_is_usable(query, query->current) &&
            begin_turn(query, query->current))
            return;
    }
    wait_for_late_replies(query);
}

void selection_next(struct upstream_query *query)
{
    if (any_usable(query)) {
        take_turn(query);
    } else {
        forward_loop_note_why_unusable(query);
        upstream_query_end(query);
    }
}

static void end_turn(struct upstream_query *query)
{
    char text[ADDR_TEXT];

    if (result_lacks_failure(query->result))
        result_note_failure(query->result, EDE_NO_REACHABLE_AUTHORITY,
                            "name server %s does not answer",
                            upstream_query_server_text(query, query->current, text));
    if (list_empty(&query->in_late) && !query->replied[query->current])
        infra_note_timeout(upstream_query_infra(query, query->current));
    if (clock_ms() >= query->give_up)
        upstream_query_end(query);
    else
        take_turn(query);
}

static void timer_expired(void *context)
{
    struct upstream_query *query = context;

    switch (query->stage) {
    case STAGE_HOLD:
        if (!ask(query, query->current))
            take_turn(query);
        break;
    case STAGE_LEAVE:
        forward_loop_leave_server(query, query->current);
        upstream_query_server_failed(query, query->current);
        break;
    case STAGE_WATCH:
        forward_loop_suspect(query);
        break;
    case STAGE_WAIT:
        end_turn(query);
    }
}

/* The next server is asked if it was this one's turn; the question ends if this was the
 * last one that might still reply. */
static void server_failed(struct upstream_query *query, size_t server)
{
    if (server == query->current || query->step == turns_of(query))
        take_turn(query);
}

static void ended(struct upstream_query *query)
{
    fallback_stop(query);
    query->result->query = NULL;
    result_note_silence(query->result);
    if (!query->done)
        return;
    forward_loop_deny(query);
    query->done(query->owner);
}

struct upstream_query *selection_new(struct upstream *upstream,
                                     const struct resolv_conf *conf,
                                     const struct question *question)
{
    struct upstream_query *query =
        upstream_query_new(upstream, &upstream->questions, conf, question);

    if (!query)
        return NULL;
    timer_init(&query->timer, timer_expired, query);
    query->server_failed = server_failed;
    query->ended = ended;
    return query;
}

static size_t add_to_order(struct upstream_query *query, bool silent, size_t at)
{
    size_t count = query->conf.server_count;

    for (size_t i = 0; i < count; i++) {
        size_t server = (query->first + i) % count;

        if (infra_is_silent(upstream_query_infra(query, server)) == silent)
            query->order[at++] = server;
    }
    return at;
}

/* The order is that of resolv.conf, but silent servers come last. */
void selection_begin(struct upstream_query *query)
{
    int64_t turns = (int64_t)turns_of(query);

    add_to_order(query, true, add_to_order(query, false, 0));
    query->turn_ms = turns ? lower(query->conf.timeout_ms, TURNS_MS / turns) : 0;
    query->give_up = query->begun + lower(turns * query->conf.timeout_ms, LATE_MS);
    fallback_start(query);
}

void selection_leave_loops(struct upstream *upstream)
{
    list_each(&upstream->questions.queries, struct upstream_query, query, link)
        if (loopcheck_leads_back(upstream->loopcheck, &query->conf.servers[query->current]))
            selection_next(query);
}
