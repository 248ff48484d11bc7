#include "upstream/loopcheck_query.h"

#include "base/clock.h"
#include "dns/loop_name.h"

enum { CHECKS_MAX = 256 /* under way */ };

/* The name that the check is for, or its nearest parent that leaves room. */
static struct route checked_route(const struct upstream_query *check)
{
    struct name below = {check->question.name + LOOP_NAME_FRONT,
                         (size_t)check->question.name_len - LOOP_NAME_FRONT};

    return (struct route){&check->conf.servers[0], below};
}

/* Questions that have waited for this check ask the server themselves. If the check has had
 * no answer they may be checked then, as any question to a slow server. */
static void release_held(const struct upstream_query *check)
{
    struct upstream *upstream = check->upstream;
    struct route checked = checked_route(check);

    list_each(&upstream->questions.queries, struct upstream_query, query, link) {
        struct route route = upstream_query_route(query, query->current);

        if (query->stage != STAGE_HOLD ||
            !loops_are_alike(upstream->loops, &route, &checked, clock_ms()))
            continue;
        query->loop_checked[query->current] = check->is_answered;
        upstream_query_set_timer(query, clock_ms());
    }
}

/* An answer says that the name leads elsewhere. */
static void ended(struct upstream_query *check)
{
    struct upstream_query *query = check->check_for;
    struct route route;

    release_held(check);
    if (!query)
        return;
    query->check = NULL;
    route = (struct route){&check->conf.servers[0], question_name(&query->question)};
    if (check->is_answered)
        loops_led_elsewhere(check->upstream->loops, &route, clock_ms());
}

static void begin(struct upstream *upstream, const struct route *route,
                  struct upstream_query *check_for)
{
    struct query_group *group = &upstream->loop_checks;
    struct question question;
    struct upstream_query *check;

    if (!loopcheck_draw(upstream->loopcheck, route, &question))
        return;
    if (group->count >= CHECKS_MAX)
        upstream_query_end(list_first(&group->queries, struct upstream_query, link));
    check = upstream_query_new_once(upstream, group, route->server, &question);
    if (!check)
        return;
    check->ended = ended;
    check->check_for = check_for;
    if (check_for)
        check_for->check = check;
    upstream_query_send_once(check);
}

void loopcheck_query_servers(struct upstream *upstream, const struct resolv_conf *conf)
{
    static const struct name root = NAME_OF("");

    for (size_t i = 0; i < conf->server_count; i++) {
        const struct route all = {&conf->servers[i], root};

        if (loopcheck_is_due(upstream->loopcheck, all.server, clock_ms()))
            begin(upstream, &all, NULL);
    }
}

void loopcheck_query_name(struct upstream_query *query, size_t server)
{
    struct route route = upstream_query_route(query, server);

    upstream_query_detach_check(query);
    query->loop_checked[server] = true;
    begin(query->upstream, &route, query);
}

bool loopcheck_query_covers(const struct upstream *upstream, const struct route *route)
{
    list_each(&upstream->loop_checks.queries, struct upstream_query, check, link) {
        struct route checked = checked_route(check);

        if (loops_are_alike(upstream->loops, &checked, route, clock_ms()))
            return true;
    }
    return false;
}

struct upstream_query *loopcheck_query_find(const struct upstream *upstream,
                                            const struct question *question)
{
    list_each(&upstream->loop_checks.queries, struct upstream_query, check, link)
        if (name_equal(question_name(&check->question), question_name(question)))
            return check;
    return NULL;
}
