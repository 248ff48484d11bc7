/*
 * The process that was started: it holds the sockets, starts the serve processes and the
 * lookup process, starts another when one dies, and ends them all.
 *
 * It keeps both ends of the channels between serve and lookup, so a new process finds the
 * old one's end: nothing has to be handed over. Each child has a channel to the supervisor
 * as well, and leaves when that closes, so nothing outlives the supervisor whatever ends
 * it.
 *
 * A reload (SIGHUP) starts the program again in the same process (daemon/handover): with
 * the configuration, and with the program's file, as they are then. The new children listen
 * on the same sockets. As soon as they are ready, the old ones listen no more, give the
 * answers that they owe, and leave.
 */
#ifndef DAEMON_SUPERVISOR_H
#define DAEMON_SUPERVISOR_H

#include "daemon/handover.h"
#include "daemon/sockets.h"
#include "lookup/lookup.h"
#include "serve/serve.h"

struct supervisor_config {
    struct serve_config serve;   /* but for the listeners */
    struct lookup_config lookup; /* but for the channels */
    unsigned workers;            /* serve processes, 1 to WORKERS_MAX */
    struct sockets *sockets;
    const struct handover *handover;
    int control;                 /* the listening control socket; -1: none */
    int keeper;                  /* who removes it at the end (daemon/keeper); -1: nobody */
    char *const *argv;           /* for the next reload */
    void (*ready)(void);         /* called once, when the first question can be answered */
    void (*reloaded)(void);      /* instead, after a reload */
    void (*shutting_down)(void); /* called once, on SIGINT or SIGTERM */
};

/* Runs until SIGINT or SIGTERM and until no child is left. 0, or -1 after logging why. */
int supervisor_run(const struct supervisor_config *);

#endif
