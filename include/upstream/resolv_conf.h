/* The host's name servers and how they are to be asked, as libc reads both in resolv.conf.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"

enum { SERVERS_MAX = 3 }; /* libc's MAXNS */

struct resolv_conf {
    struct addr servers[SERVERS_MAX];
    size_t server_count;
    unsigned timeout_ms, attempts; /* options timeout: and attempts: */
    bool rotate, use_tcp, trust_ad, no_aaaa;
    unsigned edition; /* changes with the file */
};

/* Reads the file again if it has changed. 0, or -1 without servers if libc cannot set up
 * its state. */
int resolv_conf_read(struct resolv_conf *);

/*
 * True if res_ninit(), and so any lookup, would hang or abort the process, because of the
 * text of resolv.conf or because it is a FIFO or a device. Then libc must not be asked.
 * glibc 2.36 hangs on a sortlist line with an octet beyond ASCII, a carriage return, or a
 * mask that does not follow an address (2.41 does, too). It aborts if a search domain does
 * not fit into the first 255 octets of the list, and the domains before it take 56 octets
 * at most.
 */
bool resolv_conf_is_unsafe(void);
/* True if the text of a file would do that. */
bool resolv_conf_is_unsafe_text(const char *text);
