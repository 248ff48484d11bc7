#include "serve/query.h"

#include <stdlib.h>

#include "base/log.h"
#include "dns/reply.h"
#include "net/udp.h"

struct query *query_new(const struct query *from)
{
    struct query *query = malloc(sizeof *query);

    if (!query)
        return NULL;
    *query = *from;
    query->flight = NULL;
    list_init(&query->in_flight);
    list_init(&query->in_deadline);
    return query;
}

void query_free(struct query *query)
{
    list_remove(&query->in_flight);
    list_remove(&query->in_deadline);
    free(query);
}

static void log_reply(const struct query *query, const struct answer *answer)
{
    char from[ADDR_TEXT], asked[QUESTION_TEXT];

    if (!log_shows(LOG_LEVEL_DEBUG))
        return;
    log_debug("%s asks %s: %s, %u records%s%s", addr_format(&query->from, from),
              query->request.has_question ? question_text(&query->request.question, asked)
                                          : "no question",
              rcode_text(answer->rcode), answer->count[SECTION_ANSWER],
              *answer->ede_text ? ": " : "", answer->ede_text);
}

void query_reply(const struct query *query, const struct answer *answer, uint32_t age)
{
    static uint8_t message[ANSWER_RECORDS_MAX];
    size_t len = reply_write(&query->request, answer, age, NULL, message,
                             reply_limit(&query->request, query->reply_max));

    udp_send(query->fd, message, len, &query->from);
    log_reply(query, answer);
}
