/*
 * Names in mixed letter case (draft-vixie-dnsext-dns0x20). A query has its name in a case
 * that is random for each letter, and servers repeat the question as they got it. So
 * somebody who forges a reply without seeing the query must guess the case of each letter,
 * beside the port and the id.
 */
#pragma once

#include "dns/question.h"

/* Which letters of a name are in the other case than in the question. Zeroed it changes
 * none. */
struct mixed_case {
    bool is_mixed;    /* it has been drawn */
    bool is_repeated; /* mixed_case_is_kept() has found that the reply has the same case */
    uint8_t changed[(NAME_WIRE_MAX + 7) / 8];
};

/* Draws the case of each letter of a name. False if there are no random numbers. */
bool mixed_case_draw(struct mixed_case *, struct name);

/* Writes the name of the question as the query has it: `query` is the query's message,
 * which has the name in its own case. */
void mixed_case_apply(const struct mixed_case *, const struct question *, uint8_t *query);

/* True if the reply, which transaction_is_reply() has approved, has the name as the query
 * had it, octet for octet. */
bool mixed_case_is_kept(struct mixed_case *, const struct question *, const uint8_t *reply);

/* True if the query's name had letters of both cases, so that only a server that keeps case
 * can have repeated it. */
bool mixed_case_has_both(const struct mixed_case *, const struct question *);

/*
 * Gives the names in a reply of `len` octets the case of the question that was asked: the
 * name in its own question, and labels of owners and of names in data that were copied from
 * the query. Most names point to the question, and so follow it. If labels
 * in full take too many comparisons, as nobody could mean it, the last of them stay as
 * sent. mixed_case_is_kept() has looked at the reply, and it may have been false.
 */
void mixed_case_restore(const struct mixed_case *, const struct question *, uint8_t *reply,
                        size_t len);
