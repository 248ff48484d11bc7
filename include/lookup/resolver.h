/*
 * The calling thread's resolver state in libc (`_res`), made anew before each lookup: the
 * only way to have absolute names, limits of our own, and changed files seen.
 */
#ifndef LOOKUP_RESOLVER_H
#define LOOKUP_RESOLVER_H

#include <stdbool.h>

#include "dns/question.h"
#include "net/addr.h"

enum {
    RESOLVER_PROBE = 0x100, /* beside the flags of a question: libc asks without RD */
};

/* Removes what the environment could change about lookups; once, before any thread. */
void resolver_clean_environment(void);

/*
 * libc's DNS module fails at once, without a packet (`door` NULL), or asks at the door, an
 * IPv4 address. There the same name may be asked for clients with and without DO or CD at
 * once; `flags` of the question tell the door which of them libc speaks for, and
 * RESOLVER_PROBE that it is not to answer. 0, or -1 when libc cannot set up its state.
 */
int resolver_prepare(const struct addr *door, unsigned flags);

#endif
