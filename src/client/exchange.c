#include "client/exchange.h"

#include "dns/rcode.h"

#include <stdlib.h>

void exchange_free(struct exchange *exchange)
{
    received_free(&exchange->reply);
    free(exchange->wire);
    exchange->wire = NULL;
}

bool exchange_is_answer(const struct exchange *exchange, const struct print_record *record)
{
    return received_is_asked(&exchange->reply, record, exchange->canonical,
                             exchange->ask.question.type);
}

static enum verdict verdict_of_records(const struct exchange *exchange)
{
    const struct received *reply = &exchange->reply;
    const struct received_records *answers = received_answers(reply);
    size_t found = 0;

    for (size_t i = 0; i < answers->count; i++) {
        if (!exchange_is_answer(exchange, &answers->records[i]))
            continue;
        if (!answers->records[i].is_readable)
            return VERDICT_MALFORMED;
        found++;
    }
    /* Whole records are left out of a truncated reply; some servers cut one in two. */
    if (!reply->is_whole && !reply->is_truncated)
        return VERDICT_MALFORMED;
    if (reply->is_truncated)
        return found > 0 ? VERDICT_PARTIAL : VERDICT_CUT;
    return found > 0 ? VERDICT_RECORDS : VERDICT_NO_RECORDS;
}

static enum verdict verdict_of(const struct exchange *exchange)
{
    switch (exchange->state) {
    case EXCHANGE_UNREACHABLE:
        return VERDICT_UNREACHABLE;
    case EXCHANGE_INTERRUPTED:
        return VERDICT_INTERRUPTED;
    case EXCHANGE_ANSWERED:
        break;
    default:
        return VERDICT_SILENT;
    }
    switch (exchange->reply.rcode) {
    case RCODE_NOERROR:
        return verdict_of_records(exchange);
    case RCODE_NXDOMAIN:
        return VERDICT_NO_NAME;
    default:
        return VERDICT_FAILED;
    }
}

void exchange_judge(struct exchange *exchange)
{
    const struct ask *ask = &exchange->ask;

    if (exchange->state == EXCHANGE_ANSWERED)
        received_parse(&exchange->reply, exchange->wire, exchange->size);
    exchange->canonical =
        received_canonical(&exchange->reply, ask->name, ask->question.type);
    exchange->verdict = verdict_of(exchange);
}
