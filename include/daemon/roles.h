/* What a child does in its role: gives up what is not its own, and runs serve, lookup,
 * web or dnstap.
 */
#pragma once

#include "channel/channel.h"
#include "daemon/child.h"
#include "daemon/config.h"
#include "daemon/sockets.h"

/* The channels stay open in the supervisor, so that a new process uses the end of the
 * one before it. */
struct roles {
    const struct config *config;
    const struct sockets *sockets;
    int counters; /* the descriptor of the counters' page; -1: it has none */
    int recent;   /* that of the ring of recent questions; -1: none */
    struct channel
        questions[WORKERS_MAX]; /* left: a serve process's end; right: lookup's */
    int tap_memory;             /* dnstap/tap_memory; -1: dnstap is off */
    unsigned lookup_slot;       /* where lookup counts (base/counters), for web to read */
};

/* Opens the channels between serve and lookup. 0, or -1 with errno. */
int roles_open(struct roles *, const struct config *, const struct sockets *);
void roles_close(struct roles *);

/* Runs a child in a new process, whose channel to the supervisor is `control`. */
__attribute__((noreturn)) void roles_run(const struct roles *, const struct child *,
                                         int control);
