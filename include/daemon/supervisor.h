/*
 * The process that was started: it holds the sockets, starts the serve and the lookup
 * process, starts another when one dies, and ends both.
 *
 * It keeps both ends of the channel that joins the two, so a new process finds the old
 * one's end: nothing has to be handed over. Each child has a channel to the supervisor as
 * well, and leaves when that closes, so nothing outlives the supervisor whatever ends it.
 */
#ifndef DAEMON_SUPERVISOR_H
#define DAEMON_SUPERVISOR_H

#include "lookup/lookup.h"
#include "serve/serve.h"

struct supervisor_config {
    struct serve_config serve;
    struct lookup_config lookup;
    void (*ready)(void);         /* called once, when the first question can be answered */
    void (*shutting_down)(void); /* called once, on SIGINT or SIGTERM */
};

/* Runs until SIGINT or SIGTERM and until no child is left. 0, or -1 after logging why. */
int supervisor_run(const struct supervisor_config *);

#endif
