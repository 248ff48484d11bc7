/* The conversation with a person at a terminal. */
#pragma once

#include "client/session.h"

/*
 * Asks for names and shows their addresses until Ctrl+C or the end of input, then leaves
 * the terminal as it was and closes the session's socket. Standard input and output must be
 * terminals. 0, or -1 with errno if lines cannot be edited here.
 */
int dialogue_run(struct session *);
