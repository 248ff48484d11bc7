#include "lookup/subquery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/shortage.h"
#include "dns/transaction.h"

struct subquery *subquery_new(struct job *job, const struct question *question,
                              uint16_t type)
{
    struct subquery *subquery = calloc(1, sizeof *subquery);

    if (!subquery)
        return NULL;
    subquery->job = job;
    subquery->question = *question;
    subquery->question.type = type;
    return subquery;
}

void subquery_free(struct subquery *subquery)
{
    if (!subquery)
        return;
    subquery_stop(subquery);
    free(subquery->result.reply);
    free(subquery);
}

void subquery_begin(struct subquery *subquery, struct upstream *upstream,
                    const struct resolv_conf *conf, result_done *done)
{
    subquery->refused = shortage_count();
    upstream_ask(upstream, conf, &subquery->question, &subquery->result, done, subquery);
}

void subquery_end(struct subquery *subquery)
{
    const struct upstream_result *result = &subquery->result;

    subquery->is_lost = shortage_count() != subquery->refused ||
                        result->ede == EDE_NOT_READY || result->error == EMFILE ||
                        result->error == ENFILE || result->error == ENOMEM ||
                        result->error == ENOBUFS;
}

bool subquery_is_under_way(const struct subquery *subquery)
{
    return subquery && subquery->result.query;
}

bool subquery_stop(struct subquery *subquery)
{
    if (!subquery_is_under_way(subquery))
        return false;
    upstream_cancel(&subquery->result);
    subquery_end(subquery);
    return true;
}

bool subquery_is_nxdomain(const struct subquery *subquery)
{
    return subquery->result.reply && wire_rcode(subquery->result.reply) == RCODE_NXDOMAIN;
}

bool subquery_has_nothing(const struct subquery *subquery)
{
    return subquery_is_nxdomain(subquery) ||
           (wire_rcode(subquery->result.reply) == RCODE_NOERROR &&
            wire_count(subquery->result.reply, SECTION_ANSWER) == 0);
}

void subquery_make_denial(struct subquery *subquery)
{
    uint8_t query[TRANSACTION_QUERY_MAX], reply[TRANSACTION_QUERY_MAX];
    size_t len =
        transaction_write_query(&(struct query_header){0}, &subquery->question, query);

    len = transaction_make_reply(query, len, RCODE_NXDOMAIN, reply, sizeof reply);
    subquery->result.reply = malloc(len);
    if (!subquery->result.reply)
        return;
    memcpy(subquery->result.reply, reply, len);
    subquery->result.reply_len = len;
    subquery->is_denied = true;
}

/* A reply that cannot be read does not tell that the name exists. */
static enum existence read_reply(const struct subquery *subquery, bool *has_records)
{
    uint8_t *records = malloc(ANSWER_RECORDS_MAX);
    unsigned refused = shortage_count();
    struct answer answer;
    bool readable;

    if (!records)
        return EXISTENCE_LOST;
    answer_init(&answer, &subquery->question, records, ANSWER_RECORDS_MAX);
    readable = relay_read(&subquery->question, subquery->result.reply,
                          subquery->result.reply_len, NULL, &answer);
    *has_records = readable && answer_count_type(&answer, subquery->question.type) > 0;
    free(records);
    if (readable)
        return EXISTENCE_CONFIRMED;
    return shortage_count() == refused ? EXISTENCE_UNKNOWN : EXISTENCE_LOST;
}

enum existence subquery_existence(const struct subquery *subquery)
{
    bool has_records;

    if (!subquery)
        return EXISTENCE_UNCHECKED;
    if (!subquery->result.reply)
        return subquery->is_lost ? EXISTENCE_LOST : EXISTENCE_UNKNOWN;
    switch (wire_rcode(subquery->result.reply)) {
    case RCODE_NOERROR:
        return read_reply(subquery, &has_records);
    case RCODE_NXDOMAIN:
        return EXISTENCE_DENIED;
    default:
        return EXISTENCE_UNKNOWN;
    }
}

bool subquery_has_records(const struct subquery *subquery)
{
    bool has_records;

    return subquery && subquery->result.reply &&
           wire_rcode(subquery->result.reply) == RCODE_NOERROR &&
           read_reply(subquery, &has_records) == EXISTENCE_CONFIRMED && has_records;
}

void subquery_offer(struct subquery *subquery, struct libc_stub *stub)
{
    if (!subquery)
        return;
    subquery->entry.question = subquery->question;
    subquery->entry.reply = subquery->result.reply;
    subquery->entry.reply_len = subquery->result.reply_len;
    libc_stub_add(stub, &subquery->entry);
}

void subquery_withdraw(struct subquery *subquery)
{
    if (subquery)
        libc_stub_remove(&subquery->entry);
}
