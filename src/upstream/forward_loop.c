#include "upstream/forward_loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/transaction.h"
#include "dns/way.h"
#include "upstream/loopcheck_query.h"

enum {
    PROMPT_MS = 40, /* a slower server may have asked us */
    SOON_MS = 5,    /* the same, if names like this one have come back */
    BY_ITSELF_MS =
        1000,        /* the same, if we would recognise its question and have seen none */
    SETTLED_MS = 15, /* a server that has asked us for the same is waited for this long */
};

static bool leads_back(const struct upstream_query *query, size_t server)
{
    return loopcheck_leads_back(query->upstream->loopcheck, &query->conf.servers[server]);
}

/* True if all servers ask us for this name, so that nobody else knows of it. */
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

void forward_loop_deny(struct upstream_query *query)
{
    struct upstream_result *result = query->result;
    uint8_t asked[TRANSACTION_QUERY_MAX], reply[TRANSACTION_QUERY_MAX];
    size_t len;

    if (result->reply || !is_loop(query))
        return;
    len = upstream_query_write(query, 0, 0, asked);
    len = transaction_make_reply(asked, len, RCODE_NXDOMAIN, reply, sizeof reply);
    result->reply = len > 0 ? malloc(len) : NULL;
    if (!result->reply)
        return;
    memcpy(result->reply, reply, len);
    result->reply_len = len;
    result->is_denial = true;
}

bool forward_loop_may_lead_back(const struct upstream_query *query, size_t server)
{
    return !query->loop_checked[server] &&
           loopcheck_may_lead_back(query->upstream->loopcheck,
                                   &query->conf.servers[server]);
}

/* True if the server has sent us a name like this, or another server has sent us this very
 * name: it may be the same server at its other address. */
static bool expects_loop(const struct upstream_query *query, size_t server)
{
    struct route route = upstream_query_route(query, server);
    bool any = loops_expect(query->upstream->loops, &route, clock_ms());

    for (size_t i = 0; i < query->conf.server_count; i++)
        any |= query->asks_us[i];
    return any;
}

static bool is_proven(const struct upstream_query *query, size_t server, unsigned number)
{
    return number != 0 &&
           number == loopcheck_proven_forwarder(query->upstream->loopcheck,
                                                &query->conf.servers[server], clock_ms());
}

/* True if we would recognise the server's question, should it ask us for the name.
 * Questions over TCP are not recognised. */
static bool is_seen_when_it_asks(const struct upstream_query *query, size_t server)
{
    struct route route = upstream_query_route(query, server);
    struct upstream *upstream = query->upstream;

    return !upstream_query_awaits(query, server, true, false) &&
           is_proven(query, server,
                     loopcheck_forwarder(upstream->loopcheck, route.server)) &&
           loops_expect(upstream->loops, &route, clock_ms());
}

int64_t forward_loop_prompt_ms(const struct upstream_query *query, size_t server)
{
    if (is_seen_when_it_asks(query, server))
        return BY_ITSELF_MS;
    return expects_loop(query, server) ? SOON_MS : PROMPT_MS;
}

/* The forwarder with this number has asked us for the name: true if it is this server, and
 * if such names come back from it. */
static bool is_waiting_for_us(const struct upstream_query *query, size_t server,
                              unsigned number)
{
    struct route route = upstream_query_route(query, server);

    return is_proven(query, server, number) &&
           loops_expect(query->upstream->loops, &route, clock_ms());
}

/* True if the question may be the server's own. */
static bool may_be_asker(const struct upstream_query *query, size_t server)
{
    unsigned asker = question_forwarder(&query->question);
    unsigned forwarder =
        loopcheck_forwarder(query->upstream->loopcheck, &query->conf.servers[server]);

    return asker != 0 && (forwarder == asker || forwarder == 0);
}

/* If the question is the server's own, the server would only ask it again. */
bool forward_loop_holds_back(struct upstream_query *query, size_t server)
{
    struct upstream *upstream = query->upstream;
    struct route route = upstream_query_route(query, server);

    if (!may_be_asker(query, server) || !forward_loop_may_lead_back(query, server))
        return false;
    if (loopcheck_query_covers(upstream, &route))
        return true;
    if (!loops_renew(upstream->loops, &route, clock_ms()) &&
        !loops_suspect(upstream->loops, &route, clock_ms()))
        return false;
    loopcheck_query_name(query, server);
    return true;
}

/* The server has asked us for this name and type within the minute. */
static bool is_settled(const struct upstream_query *query, size_t server)
{
    struct route route = upstream_query_route(query, server);

    return loops_are_settled(query->upstream->loops, &route, query->question.type,
                             clock_ms());
}

/* If the server knows a reply by itself, it has sent that before it asked us, or will by
 * then; we may still have to read it. */
static void leave_in(struct upstream_query *query, int64_t ms)
{
    query->stage = STAGE_LEAVE;
    upstream_query_set_timer(query, clock_ms() + ms);
}

/* The server may have asked us, and wait for our answer. */
void forward_loop_suspect(struct upstream_query *query)
{
    struct upstream *upstream = query->upstream;
    size_t server = query->current;
    struct route route = upstream_query_route(query, server);
    int64_t patience = query->turn_ends - query->turn_ms + BY_ITSELF_MS;

    if (is_seen_when_it_asks(query, server) && clock_ms() < patience) {
        upstream_query_set_timer(query, patience); /* it was recognised in the meantime */
        return;
    }
    query->stage = STAGE_WAIT;
    upstream_query_set_timer(query, query->turn_ends);
    if (!forward_loop_may_lead_back(query, server))
        return;
    if (is_settled(query, server))
        leave_in(query, SETTLED_MS);
    else if (expects_loop(query, server) ||
             (!loopcheck_query_covers(upstream, &route) &&
              loops_suspect(upstream->loops, &route, clock_ms())))
        loopcheck_query_name(query, server);
}

/* A check of this name has come back from the server whose turn it is. `is_news`: that was
 * not expected. */
static void note_loop(struct upstream_query *query, const struct route *found, bool is_news)
{
    size_t server = query->current;
    struct route route = upstream_query_route(query, server);

    if (query->stage == STAGE_HOLD) {
        if (is_waiting_for_us(query, server, question_forwarder(&query->question)))
            leave_in(query, 0);
    } else if (name_equal(route.name, found->name) ||
               is_waiting_for_us(query, server, query->asked_by)) {
        leave_in(query, SOON_MS);
    } else if (is_news && query->stage == STAGE_WAIT &&
               forward_loop_may_lead_back(query, server) && expects_loop(query, server) &&
               !is_seen_when_it_asks(query, server)) {
        loopcheck_query_name(query, server);
    }
}

static void note_asks_us(struct upstream_query *query, size_t server)
{
    char text[ADDR_TEXT];

    query->asks_us[server] = true;
    result_note_failure(query->result, EDE_NETWORK_ERROR,
                        "loop: name server %s asks this server for it",
                        upstream_query_server_text(query, server, text));
}

void forward_loop_leave_server(struct upstream_query *query, size_t server)
{
    struct route route = upstream_query_route(query, server);

    loops_settle(query->upstream->loops, &route, query->question.type, clock_ms());
    result_note_outcome(query->result, server, WAY_ASKS_US);
    note_asks_us(query, server);
    upstream_query_drop(query, server);
}

void forward_loop_leave_out_asker(struct upstream_query *query)
{
    for (size_t i = 0; i < query->conf.server_count; i++) {
        if (!is_waiting_for_us(query, i, question_forwarder(&query->question)))
            continue;
        note_asks_us(query, i);
        query->failed[i] = true;
    }
}

void forward_loop_note_why_unusable(struct upstream_query *query)
{
    char text[ADDR_TEXT];

    if (query->conf.server_count == 0)
        result_note_failure(query->result, EDE_NETWORK_ERROR,
                            "the host has no name server");
    for (size_t i = 0; i < query->conf.server_count; i++)
        if (leads_back(query, i))
            result_note_failure(query->result, EDE_NETWORK_ERROR,
                                "loop: name server %s leads back to this server",
                                upstream_query_server_text(query, i, text));
}

/* Other questions at the same server may be waiting for us as well. */
static void tell_others(struct upstream *upstream, const struct route *found, bool is_news)
{
    list_each(&upstream->questions.queries, struct upstream_query, query, link)
        if (upstream_query_is_usable(query, query->current) &&
            addr_equal(&query->conf.servers[query->current], found->server))
            note_loop(query, found, is_news);
}

void forward_loop_check_came_back(struct upstream *upstream, const struct route *found,
                                  const struct question *question)
{
    bool was_expected = loops_expect(upstream->loops, found, clock_ms());
    struct upstream_query *check = loopcheck_query_find(upstream, question);
    struct upstream_query *query = check ? check->check_for : NULL;

    if (loops_came_back(upstream->loops, found, clock_ms()))
        loopcheck_suspect(upstream->loopcheck, found->server,
                          query ? query->begun : clock_ms());
    if (check)
        upstream_query_end(check); /* now, since what follows may begin other checks */
    if (query && query->stage != STAGE_HOLD &&
        addr_equal(&query->conf.servers[query->current], found->server))
        leave_in(query, SOON_MS);
    tell_others(upstream, found, !was_expected);
}

void forward_loop_forwarder_asks(struct upstream *upstream, const struct question *question)
{
    unsigned number = question_forwarder(question);

    if (number == 0)
        return;
    list_each(&upstream->questions.queries, struct upstream_query, query, link) {
        if (query->question.type != question->type ||
            !name_equal(question_name(&query->question), question_name(question)))
            continue;
        query->asked_by = number;
        if (upstream_query_is_usable(query, query->current) &&
            is_waiting_for_us(query, query->current, number))
            leave_in(query, SOON_MS);
    }
}
