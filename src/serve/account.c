#include "serve/account.h"

#include "base/clock.h"
#include "net/udp_send_batch.h"

static struct way_endpoint servers[ANSWER_SERVERS + 1]; /* by number */

void account_meet(uint64_t number, const struct way_endpoint *server)
{
    servers[number] = *server;
}

bool account_is_due(const struct request *request, const struct addr *client)
{
    return request->options.way && addr_is_loopback(client);
}

static enum way_how how_of(const struct query *query, const struct answer *answer)
{
    if (query->origin == QUERYLOG_ITSELF)
        return WAY_BY_ITSELF;
    if (answer->is_stale)
        return WAY_STALE;
    if (query->origin == QUERYLOG_CACHE)
        return answer->rcode == RCODE_SERVFAIL ? WAY_KEPT_FAIL : WAY_FROM_CACHE;
    return query->has_joined ? WAY_JOINED : WAY_LOOKED_UP;
}

/* True if the fast path would have given this answer from the cache, had the client not
 * asked for its way. */
static bool is_fast(const struct query *query, const struct answer *answer)
{
    enum { HEADER_AND_OPT = WIRE_HEADER + EDNS_SIZE };
    const struct serve_config *config = query->config;
    const struct request *request = &query->request;
    size_t len = HEADER_AND_OPT + question_wire_len(&request->question) + answer->len;

    return !query->over_tcp && !query->chain && answer->ede == EDE_NONE &&
           request->class == CLASS_IN && !query_has_extras(config, &request->options) &&
           !querylog_wants(config->log_queries) && len <= UDP_SEND_BATCH_REPLY;
}

static void put_serve(struct writer *to, const struct query *query,
                      const struct answer *answer)
{
    struct way_step step = {.kind = WAY_SERVE,
                            .code = (uint16_t)how_of(query, answer),
                            .took = way_us(clock_us() - query->received_us)};

    if (query->over_tcp)
        step.flags |= WAY_OVER_TCP;
    if (step.code == WAY_FROM_CACHE && is_fast(query, answer))
        step.flags |= WAY_FAST;
    way_put(to, &step);
}

static void put_kept(struct writer *to, const struct answer *answer, uint32_t age)
{
    struct way_step step = {.kind = WAY_KEPT};
    uint32_t ttl = answer_ttl(answer);

    way_set_kept(&step, age, ttl > age ? ttl - age : 0);
    way_put(to, &step);
}

static void put_source(struct writer *to, const struct answer *answer)
{
    struct way_step step = {.kind = WAY_SOURCE, .code = answer->source};
    const struct way_endpoint *server = &servers[answer->server];

    if (server->ip_len > 0)
        way_set_source(&step, server);
    way_put(to, &step);
}

size_t account_write(const struct query *query, const struct answer *answer, uint32_t age,
                     uint8_t out[static WAY_MAX])
{
    struct writer to = writer_of(out, WAY_MAX);
    enum way_how how = how_of(query, answer);

    put_serve(&to, query, answer);
    if (how == WAY_FROM_CACHE || how == WAY_STALE)
        put_kept(&to, answer, age);
    if (how != WAY_BY_ITSELF)
        put_source(&to, answer);
    put_bytes(&to, query->steps, query->steps_len);
    return to.pos;
}
