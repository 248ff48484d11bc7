/* Subqueries that have ended, made by a test without a name server. */
#pragma once

#include "../reply_text.h"

#include "dns/transaction.h"
#include "lookup/subquery.h"

/* For host.test A, without a reply. */
static inline struct subquery *ended_without_reply(enum ede ede, int error)
{
    struct question question = question_of("host.test", "A");
    struct subquery *subquery = subquery_new(NULL, &question, TYPE_A);

    assert_non_null(subquery);
    subquery->result.ede = ede;
    subquery->result.error = error;
    subquery_end(subquery);
    return subquery;
}

/* With a reply of this RCODE that announces so many addresses, and has one, or none if it
 * announces none. */
static inline struct subquery *ended_with(enum rcode rcode, unsigned addresses)
{
    static const uint8_t address[] = {0xc0, 12, 0, 1, 0,   1, 0, 0,
                                      0,    60, 0, 4, 192, 0, 2, 1};
    struct subquery *subquery = ended_without_reply(EDE_NONE, 0);
    uint8_t query[TRANSACTION_QUERY_MAX];
    size_t len =
        transaction_write_query(&(struct query_header){0}, &subquery->question, query);
    uint8_t *reply = malloc(TRANSACTION_QUERY_MAX + sizeof address);

    assert_non_null(reply);
    len = transaction_make_reply(query, len, rcode, reply, TRANSACTION_QUERY_MAX);
    reply[7] = (uint8_t)addresses;
    if (addresses > 0)
        memcpy(reply + len, address, sizeof address);
    subquery->result.reply = reply;
    subquery->result.reply_len = len + (addresses > 0 ? sizeof address : 0);
    return subquery;
}
