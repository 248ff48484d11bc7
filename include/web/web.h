/*
 * The web process. It shows counters over HTTP, to browsers and to programs, and can change
 * nothing: it has no files, reads shared memory, and nobody waits for it. It is one thread
 * around one poll() loop.
 */
#pragma once

#include <stdbool.h>

#include "web/config.h"

/* The exit status of the process if libmicrohttpd cannot be loaded, although it has tried
 * for half a second. */
enum { WEB_WITHOUT_LIBRARY = 69 };

/* False if libmicrohttpd cannot be loaded; `why`, which is borrowed, then says why. The
 * library stays in this process, which should be one that ends soon. */
bool web_can_run(const char **why);

/* Runs until the supervisor's channel closes, or until the supervisor has told it to retire
 * and no connection is left. 0, or -1 with errno if it could not start or go on. */
int web_run(const struct web_config *, int supervisor);
