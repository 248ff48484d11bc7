/*
 * Reads lines that a person types at a terminal and can edit, complete and bring back.
 * While it waits for a key, the terminal is in a special mode, and signals that would leave
 * it in that mode are held back. In between everything is as it was before.
 */
#pragma once

#include <stdbool.h>

struct editor; /* opaque */

/* Standard input and output must be terminals; call wait_catch_interrupt() first. NULL
 * with errno if lines cannot be edited here. */
struct editor *editor_new(void);
/* Accepts NULL. */
void editor_free(struct editor *);

/* Asks for a line and returns it without its end, to free. NULL if the dialogue ends: by
 * Ctrl+C, Ctrl+D, a signal, or because the terminal is gone. */
char *editor_read(struct editor *, const char *prompt);

/* Keeps a line, which can be brought back from now on, even in later dialogues. */
void editor_keep(struct editor *, const char *line);

/*
 * Shows `words` and waits for Enter. Any other key ends the wait as well and becomes the
 * first one of the next line. False if the dialogue ends, as above.
 */
bool editor_wait(struct editor *, const char *words);

/* The signal that has ended the dialogue and is still to take effect; 0: none. */
int editor_signal(const struct editor *);
