/* The supervisor's signals, and what each of them asks for. */
#pragma once

#include <stdbool.h>

enum signal_meaning {
    SIGNAL_CHILD_ENDED,
    SIGNAL_RELOAD,
    SIGNAL_HANGUP, /* the terminal window was closed, so the server is to stop */
    SIGNAL_STOP,
};

/*
 * Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD, and returns a non-blocking descriptor that
 * tells of them. -1 with errno.
 */
int signals_open(void);

/*
 * The next signal that has come; false if there is none. SIGHUP asks for a reload, unless
 * it comes from the end of the terminal on which the server was started. A server that was
 * started to outlive its terminal, by nohup(1), is never stopped by it.
 */
bool signals_next(int fd, enum signal_meaning *);
