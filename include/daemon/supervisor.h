/*
 * The process that was started. It holds the sockets, starts the children, replaces those
 * that die, and ends them all.
 *
 * It keeps both ends of the channels between serve and lookup, so a new process uses the
 * end of the one before it. Each child also has a channel to the supervisor and leaves when
 * that closes, so no child outlives the supervisor, whatever ends it.
 *
 * A reload (SIGHUP) executes the program again in the same process (daemon/handover), with
 * the configuration and the program file as they are then. The new children listen on the
 * same sockets. When they are ready the old ones stop listening, give the answers that they
 * owe, and leave.
 */
#pragma once

#include "daemon/config.h"
#include "daemon/handover.h"
#include "daemon/sockets.h"

struct supervisor_config {
    const struct config *config; /* but for the listeners and the channels */
    struct sockets *sockets;
    const struct handover *handover;
    char *const *argv;           /* for the next reload */
    void (*ready)(void);         /* called once, when the first question can be answered */
    void (*reloaded)(void);      /* instead, after a reload */
    void (*shutting_down)(void); /* called once, on SIGINT or SIGTERM */
};

/* Runs until SIGINT or SIGTERM and until no child is left. 0, or -1 after logging why. */
int supervisor_run(const struct supervisor_config *);
