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

/*
 * True if res_ninit(), and so any lookup, would abort the process for what stands in
 * resolv.conf: a first search domain of more than 255 octets (seen of glibc 2.36). Then
 * libc is not asked.
 */
bool resolver_is_unsafe(void);
/* The same of a file's text. */
bool resolver_aborts_on(const char *text);

/* To be called before libc is asked; resolver_prepare() does so itself. */
void resolver_watch_memory(void);
/*
 * To be called when libc has been asked, before anything is made of what it says. If memory
 * was refused meanwhile, the process ends here: a denial may be none, a list too short, and
 * what libc or a module has read or loaded is kept by them as it is, for good. The next
 * process begins anew.
 */
void resolver_check_memory(void);

#endif
