#include "serve/shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/recent.h"
#include "dns/way.h"

_Static_assert((int)RECENT_WAY >= (int)WAY_MAX, "the way fits");
_Static_assert((int)RECENT_REASON >= (int)ANSWER_TEXT, "the reason fits");
_Static_assert((int)RECENT_NO_EDE == (int)EDE_NONE, "no error is told in the same way");

static size_t lower(size_t a, size_t b)
{
    return a < b ? a : b;
}

void shown_begin(struct query *query, const uint8_t *wire, size_t len)
{
    size_t kept = lower(len, RECENT_QUESTION);

    if (!recent_is_due(query->received))
        return;
    recent_take(query->received);
    query->shown = malloc(sizeof *query->shown + kept);
    if (!query->shown)
        return;
    *query->shown = (struct shown_question){.size = len, .len = kept};
    memcpy(query->shown->wire, wire, kept);
}

static void put_client(struct recent_record *record, const struct addr *client)
{
    if (client->sock.any.sa_family == AF_INET6) {
        record->client_len = sizeof client->sock.ip6.sin6_addr;
        memcpy(record->client, &client->sock.ip6.sin6_addr, record->client_len);
    } else {
        record->client_len = sizeof client->sock.ip4.sin_addr;
        memcpy(record->client, &client->sock.ip4.sin_addr, record->client_len);
    }
}

/* What stands behind the question may name the client: its subnet (RFC 7871), a cookie (RFC
 * 7873) or the name of a key. */
static size_t question_without_client(const struct query *query, size_t len)
{
    const struct request *request = &query->request;
    size_t end = WIRE_HEADER;

    if (request->has_question)
        end += question_wire_len(&request->question);
    return lower(len, end);
}

/* The reply's OPT record, its last, repeats the client's cookie. */
static size_t reply_without_client(const struct shown_reply *reply, size_t len)
{
    struct record_head opt;

    if (wire_count(reply->wire, SECTION_ADDITIONAL) == 0)
        return len;
    return lower(len, edns_find(reply->wire, reply->len, &opt) ? opt.at : WIRE_HEADER);
}

static void put_packets(struct recent_record *record, const struct query *query,
                        const struct shown_reply *reply)
{
    const struct shown_question *question = query->shown;
    size_t question_len = question->len, reply_len = lower(reply->len, RECENT_REPLY);

    if (query->config->hides_clients) {
        question_len = question_without_client(query, question_len);
        reply_len = reply_without_client(reply, reply_len);
    }
    record->question_size = (uint32_t)question->size;
    record->reply_size = (uint32_t)reply->len;
    record->question_len = (uint16_t)question_len;
    record->reply_len = (uint16_t)reply_len;
    memcpy(record->question, question->wire, question_len);
    memcpy(record->reply, reply->wire, reply_len);
}

void shown_write(const struct query *query, const struct shown_reply *reply)
{
    static struct recent_record record;
    const struct answer *answer = reply->answer;

    if (!query->shown)
        return;
    memset(&record, 0, sizeof record); /* what an earlier one had is not shown again */
    record.at = clock_unix_ms();
    record.over_tcp = query->over_tcp;
    record.rcode = answer->rcode;
    record.ede = answer->ede;
    snprintf(record.reason, sizeof record.reason, "%s", answer->ede_text);
    if (!query->config->hides_clients)
        put_client(&record, &query->path.peer);
    put_packets(&record, query, reply);
    record.way_len = (uint16_t)reply->way_len;
    memcpy(record.way, reply->way, reply->way_len);
    recent_write(&record);
}
