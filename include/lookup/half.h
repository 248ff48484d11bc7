/*
 * Half answers, if the operator wants them.
 *
 * If one address family of a name fails, musl and nginx take the whole name for dead,
 * though the other family has addresses. So a question for the family that fails is
 * answered with no data and the reason, once the other family is known to have addresses.
 * If the name servers are silent, this happens before clients give up.
 */
#pragma once

#include "lookup/config.h"
#include "lookup/subquery.h"

/* Both from the beginning on. */
enum {
    HALF_HEAD_START_MS = 500, /* until the other family is asked for */
    HALF_PATIENCE_MS = 1800,  /* until the question itself counts as failed */
};

/* True if a failure of this question, for which the servers are asked for the type `asked`,
 * may become half an answer. */
bool half_is_wanted(const struct lookup_config *, const struct question *, uint16_t asked);

/* Gives the reason of a subquery that has been given up without one. */
void half_explain(struct subquery *);

/* Makes NODATA of the answer that `failed` has come to, if the name servers have failed and
 * `other` has brought records. Accepts NULL for `other`. */
void half_say(const struct subquery *failed, const struct subquery *other, struct answer *);
