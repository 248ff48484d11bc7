/*
 * Many names, asked about at the same time and shown in the order in which they were given:
 * an answer is shown as soon as all answers before it have been.
 */
#pragma once

#include "client/session.h"
#include "client/wait.h"

struct batch;

/* Asks about `at_once` names at the same time, as client/queue.h counts them. Shows
 * progress on a terminal, unless that is NULL. */
struct batch *batch_new(struct session *, size_t at_once, FILE *terminal);

/*
 * Asks about one more name, once there is room for it; meanwhile others are shown. False if
 * it makes no sense to go on, since output cannot be written or Ctrl+C was pressed.
 */
bool batch_ask(struct batch *, const struct wish *);

/* Puts a line for standard error in place of a name, with its exit code. False as above. */
bool batch_complain(struct batch *, int code, const char *text);

/* Goes on with the names until `input` can be read. False as above. */
bool batch_wait(struct batch *, int input);

/* Goes on until all is shown, and frees the batch. Returns the highest exit code, or
 * SESSION_INTERRUPTED. */
int batch_end(struct batch *);
