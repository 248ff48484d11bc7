#include "serve/respond.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "dns/alias.h"
#include "dns/reply.h"
#include "serve/account.h"
#include "serve/client_tap.h"
#include "serve/shown.h"
#include "serve/stats.h"

static uint8_t message[ANSWER_RECORDS_MAX]; /* the reply under way */

static void log_reply(const struct query *query, const struct answer *answer)
{
    enum querylog_form form = query->config->log_queries;

    if (!querylog_wants(form))
        return;
    querylog_write(form, &(struct querylog_entry){.client = &query->path.peer,
                                                  .over_tcp = query->over_tcp,
                                                  .question = query->request.has_question
                                                                  ? &query->request.question
                                                                  : NULL,
                                                  .answer = answer,
                                                  .origin = query->origin,
                                                  .us = clock_us() - query->received_us,
                                                  .at = clock_unix_ms()});
}

/* What the client has asked for besides the answer, if the operator wants it given. */
static struct edns_extras extras_for(const struct query *query, uint8_t *cookie)
{
    const struct serve_config *config = query->config;
    const struct edns_options *asked = &query->request.options;
    struct edns_extras extras = {
        .nsid = asked->nsid && *config->nsid ? config->nsid : NULL,
        .pad = asked->padding && config->padding,
    };

    if (asked->has_cookie && config->policy.cookies) {
        server_cookie_for(&config->cookie_secret, asked, &query->path.peer,
                          (uint32_t)time(NULL), cookie);
        extras.cookie = cookie;
    }
    return extras;
}

/* The idle time of this moment; 0, which is not told, unless the client asks over TCP (RFC
 * 7828 section 3.3.2). */
static unsigned keepalive_for(const struct query *query)
{
    if (!query->over_tcp || !query->request.options.keepalive)
        return 0;
    return (unsigned)(tcp_conn_idle_ms(query->claim.conn) / KEEPALIVE_UNIT_MS);
}

static void tap(const struct query *query, size_t len)
{
    if (tap_is_on())
        client_tap_response(query, message, len);
}

/* Each returns the length of the reply, which is in `message`. */
static size_t reply_over_udp(struct query *query, const struct answer *answer, uint32_t age,
                             const struct edns_extras *extras)
{
    size_t limit = reply_limit(query->request.edns_size, query->config->udp_size);
    size_t len = reply_write(&query->request, answer, age, extras, message, limit);

    if (!udp_send(query->fd, message, len, &query->path) && len > REPLY_SIZE_MIN) {
        /* Too long a datagram for the path: a reply that fits everywhere has TC (RFC 9715).
         */
        len = reply_write(&query->request, answer, age, extras, message, REPLY_SIZE_MIN);
        udp_send(query->fd, message, len, &query->path);
    }
    tap(query, len);
    return len;
}

static size_t reply_over_tcp(struct query *query, const struct answer *answer, uint32_t age,
                             const struct edns_extras *extras)
{
    size_t len = reply_write(&query->request, answer, age, extras, message, sizeof message);

    tap(query, len); /* first, since the connection may end */
    tcp_claim_answer(&query->claim, message, len);
    return len;
}

/* The CNAME records, and what was found for the name that they lead to. It is borrowed. */
static const struct answer *behind_chain(const struct cname_chain *chain,
                                         const struct answer *found, uint32_t age)
{
    static uint8_t records[ANSWER_RECORDS_MAX];
    static struct answer answer;

    answer = chain->answer;
    answer.records = records;
    answer.size = sizeof records;
    memcpy(records, chain->records, answer.len);
    answer.source = found->source;
    answer.server = found->server;
    if (!alias_complete(&answer, &chain->target, found, age))
        answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER,
                    "the answer is too long for a message");
    return &answer;
}

bool respond(struct query *query, const struct answer *answer, uint32_t age)
{
    uint8_t cookie[EDNS_COOKIE_SENT], way[WAY_MAX];
    size_t way_len = 0, len;
    struct edns_extras extras;

    if (query->over_tcp && !query->claim.conn)
        return false;
    extras = extras_for(query, cookie);
    extras.keepalive_100ms = keepalive_for(query);
    if (query->wants_way || query->shown)
        way_len = account_write(query, answer, age, way);
    if (query->wants_way) {
        extras.way_len = way_len;
        extras.way = way;
    }
    if (query->chain) {
        answer = behind_chain(query->chain, answer, age);
        age = 0;
    }
    len = (query->over_tcp ? reply_over_tcp : reply_over_udp)(query, answer, age, &extras);
    shown_write(query, &(struct shown_reply){answer, message, way, len, way_len});
    stats_reply(query->over_tcp, query->request.question.type, answer->rcode,
                answer->count[SECTION_ANSWER]);
    log_reply(query, answer);
    return true;
}
