/*
 * Tells when libc need not be asked, or can be asked without a thread.
 *
 * To wake a thread, and the loop when libc comes to the door, costs more than libc's own
 * work. So libc is asked in the loop's thread where it cannot wait for anybody, and not at
 * all where it is known what it would say: where DNS is the last source, and libc itself
 * has shown that it comes there, a reply that can be understood in one way only is its
 * verdict, and so is that there is none.
 */
#ifndef LOOKUP_SHORTCUT_H
#define LOOKUP_SHORTCUT_H

#include "lookup/heard.h"
#include "lookup/libc.h"
#include "lookup/lookup.h"
#include "lookup/sources.h"

/*
 * True if a probe is over within microseconds and waits for nobody, so that no thread is
 * needed to make it: the line is `files dns`, and the hosts file is short. Looks once in a
 * millisecond (`now` is clock_ms()): who makes the probe is no matter of truth.
 */
bool shortcut_probe(int64_t now);

/*
 * True if libc, asked for this family alone as in a verdict, comes to DNS and goes by what
 * it says; `both` is what it says of both families. libc may be asked once more.
 */
bool shortcut_leads_to_dns(const struct sources *, const char *name, int family,
                           const struct libc_said *both);

/*
 * True if the answer is what was heard to a question of the type `asked`, without libc's
 * verdict on it.
 */
bool shortcut_verdict(enum lookup_next, const struct question *, uint16_t asked,
                      const struct heard *);

#endif
