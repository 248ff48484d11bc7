#include "serve/query.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "dns/reply.h"
#include "serve/serve.h"

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
    log_debug("%s asks %s: %s, %u records%s%s", addr_format(&query->path.peer, from),
              query->request.has_question ? question_text(&query->request.question, asked)
                                          : "no question",
              rcode_text(answer->rcode), answer->count[SECTION_ANSWER],
              *answer->ede_text ? ": " : "", answer->ede_text);
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

void query_reply(const struct query *query, const struct answer *answer, uint32_t age)
{
    static uint8_t message[ANSWER_RECORDS_MAX];
    uint8_t cookie[EDNS_COOKIE_SENT];
    struct edns_extras extras = extras_for(query, cookie);
    size_t limit = reply_limit(&query->request, query->config->udp_size);
    size_t len = reply_write(&query->request, answer, age, &extras, message, limit);

    if (!udp_send(query->fd, message, len, &query->path) && len > REPLY_SIZE_MIN) {
        /* Too long for the way back: what fits everywhere, with TC (RFC 9715). */
        len = reply_write(&query->request, answer, age, &extras, message, REPLY_SIZE_MIN);
        udp_send(query->fd, message, len, &query->path);
    }
    log_reply(query, answer);
}
