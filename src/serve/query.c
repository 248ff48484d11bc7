#include "serve/query.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "dns/alias.h"
#include "dns/reply.h"
#include "serve/serve.h"
#include "serve/tally.h"

static uint8_t message[ANSWER_RECORDS_MAX]; /* the reply under way */

struct query *query_new(struct query *from)
{
    struct query *query = malloc(sizeof *query);

    if (!query)
        return NULL;
    *query = *from;
    if (from->over_tcp)
        tcp_claim_move(&query->claim, &from->claim);
    query->flight = NULL;
    query->place.client = NULL;
    list_init(&query->in_flight);
    list_init(&query->in_deadline);
    list_init(&query->in_patience);
    return query;
}

void query_free(struct query *query)
{
    list_remove(&query->in_flight);
    list_remove(&query->in_deadline);
    list_remove(&query->in_patience);
    if (query->over_tcp)
        tcp_forgo(&query->claim);
    free(query);
}

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
                                                  .ms = clock_ms() - query->received});
}

/* What the client gets besides the answer, if it has asked for it. */
static struct edns_extras extras_for(const struct query *query, uint8_t *cookie)
{
    const struct serve_config *config = query->config;
    const struct edns_options *asked = &query->request.options;
    struct edns_extras extras = {
        .nsid = asked->nsid && *config->nsid ? config->nsid : NULL,
        .pad = asked->padding && config->padding,
    };

    if (asked->has_cookie && config->policy.cookies) {
        cookie_for(&config->cookie_secret, asked, &query->path.peer, (uint32_t)time(NULL),
                   cookie);
        extras.cookie = cookie;
    }
    return extras;
}

/* RFC 7828 section 3.3.2: told over TCP alone, to who asks, and what holds now. */
static unsigned keepalive_for(const struct query *query)
{
    if (!query->over_tcp || !query->request.options.keepalive)
        return 0;
    return (unsigned)(tcp_idle_ms(query->claim.conn) / KEEPALIVE_UNIT_MS);
}

static void reply_over_udp(const struct query *query, const struct answer *answer,
                           uint32_t age, const struct edns_extras *extras)
{
    size_t limit = reply_limit(query->request.edns_size, query->config->udp_size);
    size_t len = reply_write(&query->request, answer, age, extras, message, limit);

    if (udp_send(query->fd, message, len, &query->path) || len <= REPLY_SIZE_MIN)
        return;
    /* Too long for the way back: what fits everywhere, with TC (RFC 9715). */
    len = reply_write(&query->request, answer, age, extras, message, REPLY_SIZE_MIN);
    udp_send(query->fd, message, len, &query->path);
}

/* What was found, behind the CNAME records that lead to it; borrowed. */
static const struct answer *behind_alias(const struct query *query,
                                         const struct answer *found, uint32_t age)
{
    static uint8_t records[ANSWER_RECORDS_MAX];
    static struct answer answer;
    struct question target;

    answer_init(&answer, &query->request.question, records, sizeof records);
    answer.source = found->source;
    names_ask(&query->config->names, &query->request.question, &answer, &target);
    if (!alias_complete(&answer, &target, found, age))
        answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER, "no room for the answer");
    return &answer;
}

bool query_reply(struct query *query, const struct answer *answer, uint32_t age)
{
    uint8_t cookie[EDNS_COOKIE_SENT];
    struct edns_extras extras;

    if (query->over_tcp && !query->claim.conn)
        return false;
    if (query->is_alias) {
        answer = behind_alias(query, answer, age);
        age = 0;
    }
    extras = extras_for(query, cookie);
    extras.keepalive_100ms = keepalive_for(query);
    if (query->over_tcp)
        tcp_answer(
            &query->claim, message,
            reply_write(&query->request, answer, age, &extras, message, sizeof message));
    else
        reply_over_udp(query, answer, age, &extras);
    tally_reply(query->over_tcp, query->request.question.type, answer->rcode,
                answer->count[SECTION_ANSWER]);
    log_reply(query, answer);
    return true;
}
