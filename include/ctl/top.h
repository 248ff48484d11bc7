/* hostdnsctl top: shows again and again on a terminal what a server is doing. */
#pragma once

#include <stdbool.h>

#include "ctl/server.h"

struct top_options {
    const char *path; /* of the control socket */
    int interval_ms;
    bool once; /* print one view as plain text, of one interval */
};

/*
 * Runs until a key or a signal ends it, and restores the terminal. Returns what came of the
 * first question: if it is not SERVER_ANSWERED, nothing was shown, and *text is as
 * server_ask sets it. If it is, and *text is set, that says why nothing can be shown.
 */
enum server_said top_run(const struct top_options *, char **text);
