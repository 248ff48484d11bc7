/*
 * The calling thread's resolver state in libc (`_res`). It is made anew before each lookup,
 * which is the only way to have absolute names and time-outs of our own, and to make libc
 * see changed files.
 */
#pragma once

#include "dns/question.h"
#include "net/addr.h"

enum {
    RESOLVER_PROBE = 0x100, /* added to the flags of a question: libc's query has no RD */
};

/* Removes environment variables that change lookups. Once, before any thread exists. */
void resolver_clean_environment(void);

/*
 * libc's DNS module will ask the stub at this address, which is IPv4; if it is NULL, the
 * module fails at once, without a packet. The same name may be looked up with and without
 * DO or CD at once, so `flags` of the question show in libc's query: the stub sees which
 * lookup it is for, and by RESOLVER_PROBE that no reply is wanted.
 *
 * 0, or -1 if libc cannot set up its state, or would never come to the end of one of its
 * files, such as a FIFO.
 */
int resolver_prepare(const struct addr *stub, unsigned flags);
