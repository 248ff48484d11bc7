/* The names that an answer's CNAME and DNAME records lead to, from the asked name on. */
#pragma once

#include "dns/question.h"
#include "dns/rrset.h"

enum { CHAIN_MAX = 16 }; /* more CNAMEs than any resolver follows */

struct chain {
    struct name names[CHAIN_MAX + 1]; /* borrowed from the question and the records */
    uint32_t numbers[CHAIN_MAX + 1];  /* in the set of the records' owners, or
                                         NAME_SET_NONE */
    size_t count;
};

/*
 * Follows the records of an answer section; a question for CNAME or ANY goes no further
 * than the asked name. A CNAME that only a DNAME stands for is added to the records, whose
 * array has room for CHAIN_MAX + 1 more. False if the chain is longer than CHAIN_MAX, since
 * what stands at its end would be left out, or memory is short.
 */
bool chain_find(struct chain *, const struct question *, struct records *);
