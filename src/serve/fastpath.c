#include "serve/fastpath.h"

#include "base/counters.h"
#include "base/recent.h"
#include "dns/reply.h"
#include "serve/stats.h"

static size_t limit_for(const struct serve_config *config, const struct request *request)
{
    size_t limit = reply_limit(request->edns_size, config->udp_size);

    return limit < UDP_SEND_BATCH_REPLY ? limit : UDP_SEND_BATCH_REPLY;
}

size_t fastpath_reply(const struct fastpath *fastpath, const uint8_t *wire, size_t len,
                      const struct addr *from, int64_t now, uint8_t *out)
{
    const struct serve_config *config = fastpath->config;
    /* plain_read() sets all that is read of these 320 octets, and the compiler would set
     * all of them to zero for each question first. */
    __attribute__((uninitialized)) struct request request;
    struct cached_view view;

    if (recent_is_due(now) || !plain_read(&request, wire, len) ||
        query_has_extras(config, &request.options) ||
        !policy_may_ask(&config->policy, from) || querylog_wants(config->log_queries) ||
        !cache_view(fastpath->cache, &request.question, now, &view))
        return 0;
    len = plain_write(&request, wire, &view.answer, out, limit_for(config, &request));
    if (len > 0) {
        count(COUNT_CACHE_HITS);
        stats_reply(false, request.question.type, view.answer.rcode,
                    view.answer.count[SECTION_ANSWER]);
    }
    if (view.is_due)
        flights_prefetch(fastpath->flights, &request.question);
    return len;
}
