#include "serve/query.h"

#include <stdlib.h>
#include <string.h>

struct query *query_new(struct query *from)
{
    struct query *query = malloc(sizeof *query);

    if (!query)
        return NULL;
    *query = *from;
    if (from->over_tcp)
        tcp_claim_move(&query->claim, &from->claim);
    from->chain = NULL;
    from->shown = NULL;
    query->pending = NULL;
    query->flight = NULL;
    query->place.client = NULL;
    list_init(&query->in_flight);
    list_init(&query->in_deadline);
    list_init(&query->in_stale_timeout);
    return query;
}

void query_end(struct query *query)
{
    if (query->over_tcp)
        tcp_claim_forgo(&query->claim);
    free(query->chain);
    query->chain = NULL;
    free(query->shown);
    query->shown = NULL;
}

void query_free(struct query *query)
{
    list_remove(&query->in_flight);
    list_remove(&query->in_deadline);
    list_remove(&query->in_stale_timeout);
    query_end(query);
    free(query);
}

bool query_set_chain(struct query *query, const struct answer *answer,
                     const struct question *target)
{
    struct cname_chain *chain = malloc(sizeof *chain + answer->len);

    if (!chain)
        return false;
    *chain = (struct cname_chain){.target = *target, .answer = *answer};
    memcpy(chain->records, answer->records, answer->len);
    query->chain = chain;
    return true;
}
