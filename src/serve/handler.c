#include "serve/handler.h"

#include "base/counters.h"
#include "base/log.h"
#include "serve/account.h"
#include "serve/client_tap.h"
#include "serve/names_answer.h"
#include "serve/respond.h"
#include "serve/shown.h"

/* Errors are limited, since a forged source address may direct them at somebody else. */
static bool is_within_rate(struct handler *handler, const struct query *query,
                           const struct answer *answer)
{
    return answer->rcode == RCODE_NOERROR || answer->rcode == RCODE_NXDOMAIN ||
           ratelimit_allows(&handler->errors, &query->path.peer, query->received);
}

/* The question is the query's own, or the one for the target of its chain. */
static void answer_special_or_ask(struct handler *handler, struct query *query,
                                  const struct question *question)
{
    uint8_t records[SPECIAL_RECORDS];
    struct answer answer;

    answer_init(&answer, question, records, sizeof records);
    if (special_settles(&handler->config->policy.special, question, &answer))
        respond(query, &answer, 0);
    else
        flights_ask(handler->flights, query, question);
}

static void answer_alias(struct handler *handler, struct query *query,
                         struct answer *answer, const struct question *target)
{
    if (query_set_chain(query, answer, target)) {
        answer_special_or_ask(handler, query, target);
        return;
    }
    answer_fail(answer, RCODE_SERVFAIL, EDE_NOT_READY, "no memory");
    respond(query, answer, 0);
}

static void answer_name(struct handler *handler, struct query *query)
{
    static uint8_t records[ANSWER_RECORDS_MAX];
    const struct question *asked = &query->request.question;
    struct question target;
    struct answer answer;

    answer_init(&answer, asked, records, sizeof records);
    switch (names_answer(handler->config->names, asked, &answer, &target)) {
    case NAMES_ANSWER_NONE:
        answer_special_or_ask(handler, query, asked);
        break;
    case NAMES_ANSWER_COMPLETE:
        respond(query, &answer, 0);
        break;
    case NAMES_ANSWER_ALIAS:
        answer_alias(handler, query, &answer, &target);
    }
}

static void log_dropped(const struct query *query, const char *why)
{
    char from[ADDR_TEXT];

    if (log_shows(LOG_LEVEL_DEBUG))
        log_debug("%s gets no answer: %s", addr_format(&query->path.peer, from), why);
}

bool handler_request(struct handler *handler, struct query *query, const uint8_t *wire,
                     size_t len)
{
    int rcode = request_parse(&query->request, wire, len);
    uint8_t records[POLICY_RECORDS];
    struct answer answer;

    if (rcode == -1) {
        count(COUNT_DROPPED_MALFORMED);
        log_dropped(query, "its request is malformed");
        return false;
    }
    if (tap_is_on())
        client_tap_query(query, wire, len);
    query->wants_way = account_is_due(&query->request, &query->path.peer);
    shown_begin(query, wire, len);
    answer_init(&answer, &query->request.question, records, sizeof records);
    if (!policy_settles(&handler->config->policy, &query->request, &query->path.peer, rcode,
                        &answer)) {
        answer_name(handler, query);
    } else if (query->over_tcp || is_within_rate(handler, query, &answer)) {
        respond(query, &answer, 0);
    } else {
        count(COUNT_DROPPED_RATE);
        log_dropped(query, "it has had too many errors in this second");
    }
    return true;
}
