/* The conversation with a person at a terminal. */
#ifndef CLIENT_DIALOGUE_H
#define CLIENT_DIALOGUE_H

#include "client/asker.h"

/*
 * Asks for names and shows their addresses until Ctrl+C or the end of input, then leaves
 * the terminal as it was and closes the asker's socket. Standard input and output must be
 * terminals. 0, or -1 with errno when line editing is not to be had.
 */
int dialogue_run(struct asker *);

#endif
