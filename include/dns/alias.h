/* Answers with CNAME records of our own. */
#pragma once

#include "dns/answer.h"

/*
 * Adds what was found for `target` to `answer`, which has the CNAME records that lead
 * there; TTLs are lowered by `age` seconds. A failure replaces these records. False if
 * there is no room or memory.
 */
bool alias_complete(struct answer *answer, const struct question *target,
                    const struct answer *found, uint32_t age);

/*
 * True if the answer begins with a CNAME record; `target` is then the question for the
 * name that it leads to. The names in its data must be written in full, as in every
 * struct answer.
 */
bool alias_target(const struct question *, const struct answer *, struct question *target);

/*
 * Takes that CNAME record away and moves all other records, which must stand at its
 * target, to the asked name.
 */
void alias_dissolve(struct answer *);
