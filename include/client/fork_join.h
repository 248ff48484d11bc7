/* Work in several processes at the same time, until the last of them has ended. */
#pragma once

#include "client/forked.h"

/*
 * Starts all of it and returns when each has ended. False after Ctrl+C, if that is caught
 * (client/wait.h). No process is left in either case. If it takes long, the terminal shows
 * which of them it waits for; NULL: nothing is shown.
 */
bool fork_join(struct forked *all, size_t count, FILE *terminal);
