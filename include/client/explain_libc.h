/*
 * Asks libc about a name as programs do: one source of the hosts: line, as `getent -s`
 * does, or the whole line. This happens in a process of its own, since modules may hang,
 * crash or print, and since libc cannot be set up differently twice in one process.
 */
#pragma once

#include "client/findings.h"

struct explain_libc {
    const struct finding_subject *subject; /* borrowed */
    const char *line; /* sources to follow, borrowed; NULL: those of the host */
    bool is_source;   /* the line is a single source */
    int flags;        /* of getaddrinfo(), besides AI_CANONNAME */
};

/* Asks. It runs in the child, as the work of a struct forked whose context is a struct
 * explain_libc. */
void explain_libc_work(const void *question, int report);

/* Reads the report, which may have ended in any way and hold any octets. findings_free
 * gives the result back. */
void explain_libc_read(struct finding *, const struct explain_libc *,
                       const struct forked *);
