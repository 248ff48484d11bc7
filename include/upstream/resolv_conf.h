/* The host's name servers, and how to ask them, as libc reads it from resolv.conf. */
#ifndef UPSTREAM_RESOLV_CONF_H
#define UPSTREAM_RESOLV_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"

enum { SERVERS_MAX = 3 }; /* libc's MAXNS */

struct resolv_conf {
    struct addr servers[SERVERS_MAX];
    size_t server_count;
    unsigned timeout_ms, attempts; /* options timeout: and attempts: */
    bool rotate, use_tcp, trust_ad, no_aaaa;
};

/* 0, or -1 without servers when libc cannot set up its state. Sees a changed file. */
int resolv_conf_read(struct resolv_conf *);

/*
 * True if res_ninit(), and so any lookup, would never end or abort the process for what
 * stands in resolv.conf; then libc is not asked. Seen of glibc 2.36: an octet beyond ASCII,
 * a carriage return, or a mask behind what is no address on a sortlist line (of 2.41 too);
 * a search domain for which the first 255 octets of the list have no room, if those before
 * it take 56 at most.
 */
bool resolv_conf_is_unsafe(void);
/* The same of a file's text. */
bool resolv_conf_is_unsafe_text(const char *text);

#endif
