/*
 * The protocol of the control socket, a Unix socket for its owner alone (0600). A client
 * sends one line, a command and perhaps an argument. The first line of the answer is "ok"
 * or "error REASON", and the text of the answer follows; then the connection ends.
 */
#pragma once

#include <stdbool.h>

#include "daemon/command_table.h"
#include "net/loop.h"

struct control;

/*
 * Runs a command, whose argument is NULL if there is none, and owns the client's connection
 * `fd`: control_answer or control_refuse ends it, at once or later.
 */
typedef void control_run(void *context, int fd, const char *argument);

struct control_commands {
    const struct command *table; /* ended by one without a name */
    control_run *const *run;     /* for each row, in the same order */
};

/* Serves the socket. `commands` is borrowed. NULL when memory is short. */
struct control *control_new(struct loop *, int fd, const struct control_commands *commands,
                            void *context);
/* Whether the line of any client is still awaited. Accepts NULL. */
bool control_has_requests(const struct control *);
/* Ends connections whose line is still awaited; the socket stays open. Accepts NULL. */
void control_free(struct control *);

/* Answers "ok" and the text, which may be empty, and closes the connection. */
void control_answer(int fd, const char *text);
/* Answers "error" and the reason, and closes the connection. */
void control_refuse(int fd, const char *reason);
