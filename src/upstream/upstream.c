#include "upstream/upstream.h"

#include <stdlib.h>

#include "base/clock.h"
#include "upstream/forward_loop.h"
#include "upstream/loopcheck_query.h"
#include "upstream/recheck.h"
#include "upstream/selection.h"
#include "upstream/upstream_response.h"

/* The client of a late question has usually stopped waiting. */
static struct upstream_query *next_to_give_way(const struct upstream *upstream)
{
    struct upstream_query *query =
        list_first(&upstream->late, struct upstream_query, in_late);

    return query ? query
                 : list_first(&upstream->questions.queries, struct upstream_query, link);
}

/* Questions that hang must not fill the memory, however many are asked. A timer ends
 * them, because `done` may ask again. */
static void surplus_expired(void *context)
{
    struct upstream *upstream = context;

    while (upstream->questions.count > upstream->most_questions) {
        struct upstream_query *query = next_to_give_way(upstream);

        if (result_lacks_failure(query->result))
            result_note_failure(query->result, EDE_NOT_READY,
                                "too many questions wait for name servers");
        upstream_query_end(query);
    }
}

struct upstream *upstream_new(struct loop *loop, const struct upstream_config *config)
{
    struct upstream *upstream = calloc(1, sizeof *upstream);

    if (!upstream)
        return NULL;
    upstream->loop = loop;
    upstream->most_questions = config->most;
    upstream->mixed_case = config->mixed_case;
    upstream->conns =
        udp_conns_new(loop, &(struct udp_conn_events){upstream_query_udp_replied,
                                                      upstream_query_udp_refused,
                                                      upstream_query_udp_attacked});
    upstream->loopcheck = loopcheck_new(config->own, config->own_count);
    upstream->loops = loops_new();
    upstream->infra = infra_new();
    upstream->replied = upstream_response_take;
    list_init(&upstream->questions.queries);
    list_init(&upstream->loop_checks.queries);
    list_init(&upstream->rechecks.queries);
    list_init(&upstream->late);
    timer_init(&upstream->surplus, surplus_expired, upstream);
    if (upstream->conns && upstream->loopcheck && upstream->loops && upstream->infra)
        return upstream;
    upstream_free(upstream);
    return NULL;
}

static void end_all(struct query_group *group)
{
    struct upstream_query *query;

    while ((query = list_first(&group->queries, struct upstream_query, link)))
        upstream_query_end(query);
}

void upstream_free(struct upstream *upstream)
{
    if (!upstream)
        return;
    end_all(&upstream->questions);
    end_all(&upstream->loop_checks);
    end_all(&upstream->rechecks);
    timer_cancel(&upstream->surplus);
    udp_conns_free(upstream->conns);
    loopcheck_free(upstream->loopcheck);
    loops_free(upstream->loops);
    infra_free(upstream->infra);
    free(upstream);
}

/* The change may not have been reported to us yet. */
static void forget_if_edited(struct upstream *upstream, const struct resolv_conf *conf)
{
    if (conf->edition != upstream->edition)
        infra_forget(upstream->infra);
    upstream->edition = conf->edition;
}

void upstream_ask(struct upstream *upstream, const struct resolv_conf *conf,
                  const struct question *question, struct upstream_result *result,
                  result_done *done, void *owner)
{
    struct upstream_query *query;

    forget_if_edited(upstream, conf);
    query = selection_new(upstream, conf, question);
    *result =
        (struct upstream_result){.query = query, .ede = EDE_NONE, .begun = clock_us()};
    if (!query) {
        result_note_failure(result, EDE_OTHER, "no memory for the question");
        done(owner);
        return;
    }
    query->result = result;
    query->done = done;
    query->owner = owner;
    if (upstream->questions.count > upstream->most_questions)
        timer_set(upstream->loop, &upstream->surplus, 0);
    if (conf->rotate && conf->server_count > 0)
        query->first = upstream->rotation++ % conf->server_count;
    selection_begin(query);
    loopcheck_query_servers(upstream, conf);
    forward_loop_leave_out_asker(query);
    recheck_send_due(query);
    selection_next(query);
}

void upstream_cancel(struct upstream_result *result)
{
    if (!result->query)
        return;
    result->query->done = NULL;
    upstream_query_end(result->query);
}

bool upstream_is_own_check(struct upstream *upstream, const struct question *question)
{
    struct question checked;
    struct addr server;
    struct route route;

    if (!loopcheck_recognises(upstream->loopcheck, question, &server, &checked))
        return false;
    route = (struct route){&server, question_name(&checked)};
    if (checked.name_len == 1)
        selection_leave_loops(upstream);
    else
        forward_loop_check_came_back(upstream, &route, question);
    return true;
}

void upstream_forwarder_asks(struct upstream *upstream, const struct question *question)
{
    forward_loop_forwarder_asks(upstream, question);
}

void upstream_doubt_forwarder(struct upstream *upstream, unsigned number)
{
    loopcheck_doubt(upstream->loopcheck, number);
}

bool upstream_leads_back(const struct upstream *upstream, const struct addr *server,
                         bool *is_us)
{
    *is_us = loopcheck_is_own(upstream->loopcheck, server);
    return loopcheck_leads_back(upstream->loopcheck, server);
}

const struct infra_server *upstream_server(const struct upstream *upstream,
                                           const struct addr *addr)
{
    return infra_find(upstream->infra, addr);
}

void upstream_host_changed(struct upstream *upstream)
{
    loopcheck_forget(upstream->loopcheck);
    loops_forget(upstream->loops);
    infra_forget(upstream->infra);
}
