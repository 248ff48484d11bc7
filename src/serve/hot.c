#include "serve/hot.h"

#include "base/counters.h"
#include "dns/hot.h"
#include "dns/reply.h"
#include "serve/tally.h"

/* Options whose answers depend on more than the cache. */
static bool wants_more(const struct serve_config *config, const struct edns_options *asked)
{
    return (asked->nsid && *config->nsid) || (asked->padding && config->padding) ||
           config->policy.cookies;
}

static size_t limit_for(const struct serve_config *config,
                        const struct hot_request *request)
{
    size_t limit = reply_limit(request->edns_size, config->udp_size);

    return limit < VOLLEY_REPLY ? limit : VOLLEY_REPLY;
}

size_t hot_reply(const struct serve_config *config, struct flights *flights,
                 const uint8_t *wire, size_t len, const struct addr *from, int64_t now,
                 uint8_t *out)
{
    struct hot_request request;
    struct cached_view view;
    struct hot_answer answer;

    if (!hot_read(&request, wire, len) || wants_more(config, &request.options) ||
        !policy_may_ask(&config->policy, from) || querylog_wants(config->log_queries) ||
        !cache_view(&flights->kept.cache, &request.question, now, &view))
        return 0;
    answer = (struct hot_answer){.records = view.records,
                                 .len = view.len,
                                 .count = view.count,
                                 .rcode = view.rcode,
                                 .is_authentic = view.is_authentic,
                                 .age = view.age};
    len = hot_write(&request, wire, &answer, out, limit_for(config, &request));
    if (len > 0) {
        count(COUNT_CACHE_HITS);
        tally_reply(false, request.question.type, view.rcode, view.count[SECTION_ANSWER]);
    }
    if (view.is_due)
        flights_refresh(flights, &request.question);
    return len;
}
