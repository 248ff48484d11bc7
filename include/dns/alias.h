/* Answers with CNAME records of our own. */
#ifndef DNS_ALIAS_H
#define DNS_ALIAS_H

#include "dns/answer.h"

/*
 * Adds to `answer`, which has the CNAME records that lead to `target`, what was found for
 * that, its TTLs lowered by `age` seconds. A failure is taken over without the records.
 * False if there is no room or memory.
 */
bool alias_complete(struct answer *answer, const struct question *target,
                    const struct answer *found, uint32_t age);

/*
 * True if the answer begins with a CNAME record; `target` is then the question for what it
 * leads to. Its records must be written as struct answer has them, with names in full.
 */
bool alias_target(const struct question *, const struct answer *, struct question *target);

/*
 * Takes that CNAME record away, so that what stands at its target stands at the asked name.
 * Nothing may stand elsewhere.
 */
void alias_dissolve(struct answer *);

#endif
