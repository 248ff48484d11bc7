/* An answer behind CNAME records of our own. */
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

#endif
