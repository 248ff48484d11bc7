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
 * True if res_ninit(), and so any lookup, would abort the process for what stands in
 * resolv.conf: a first search domain of more than 255 octets (seen of glibc 2.36). Then
 * libc is not asked.
 */
bool resolv_conf_is_unsafe(void);
/* The same of a file's text. */
bool resolv_conf_aborts_on(const char *text);

#endif
