#include "upstream/recheck.h"

#include "base/clock.h"

enum { RECHECKS_MAX = 64 }; /* under way */

static void send_recheck(const struct upstream_query *query, size_t server, bool edns)
{
    struct query_group *group = &query->upstream->rechecks;
    struct upstream_query *recheck;

    if (group->count >= RECHECKS_MAX)
        return;
    recheck = upstream_query_new_once(query->upstream, group, &query->conf.servers[server],
                                      &query->question);
    if (!recheck)
        return;
    recheck->without_edns[0] = !edns;
    upstream_query_send_once(recheck);
}

void recheck_send_due(const struct upstream_query *query)
{
    for (size_t i = 0; i < query->conf.server_count; i++) {
        enum infra_recheck due =
            infra_recheck_due(upstream_query_infra(query, i), clock_ms());

        if (due != RECHECK_NONE)
            send_recheck(query, i, due == RECHECK_EDNS);
    }
}
