/*
 * What a child process tells its parent of libc's answer, in octets:
 *
 *     4    getaddrinfo's code; 0 if something was found
 *     4    h_errno
 *     4    errno
 *     8    microseconds that the call took
 *     text why there is no module to ask, or nothing
 *     text the canonical name, or nothing
 *     2    how many there were that are left out here
 *     2    how many follow
 *     ...  texts: addresses, or the names of an address
 *
 * A text is its length in 2 octets, and its octets. The module that was asked may have
 * written over all of the child's memory, so the parent must cope with any octets.
 */
#pragma once

#include "base/bytes.h"
#include "client/findings.h"

#include <netdb.h>

enum {
    LIBC_REPORT_MAX = 1 << 16, /* octets */
    LIBC_REPORT_TEXT = 1200,   /* longer than any name of libc's; what is longer is cut */
    LIBC_REPORT_LISTED = 512,  /* addresses; more of them explain nothing */
};

struct libc_word {
    int code, resolver_error, system_error;
    int64_t took_us;
    const char *reason, *canonical; /* NULL: none */
};

/* Write the word, and behind it what was found. NULL: nothing was. */
void libc_report_addresses(struct writer *, const struct libc_word *,
                           const struct addrinfo *found);
void libc_report_names(struct writer *, const struct libc_word *, const char *name,
                       char *const *aliases);

/* Reads a report into a zeroed finding, but not its outcome. False if it ends early; what
 * was read is there in any case. */
bool libc_report_read(struct finding *, struct reader *);
