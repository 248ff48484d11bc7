/*
 * The control socket: a Unix socket for its owner alone (0600). Who connects sends one
 * line, a command and perhaps a word, and gets "ok" or "error REASON" as the first line and
 * what there is to say behind it; then the connection ends.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>

#include "daemon/command_table.h"
#include "net/loop.h"

enum { CONTROL_PATH_MAX = 107 }; /* octets, sun_path's without the NUL */

struct control;
struct control_request;

/* Answers the request, at once or later. `argument` is NULL if there is none. */
typedef void control_run(void *context, struct control_request *, const char *argument);

struct control_commands {
    const struct command *table; /* ended by one without a name */
    control_run *const *run;     /* for each row, in the same order */
};

/*
 * Where it is by default: in $XDG_RUNTIME_DIR/hostdns for a user, in /run/hostdns for root
 * and for services.
 */
void control_default_path(char path[static CONTROL_PATH_MAX + 1]);

/* The path that a listening control socket has; "" if it is none. */
void control_path_of(int fd, char path[static CONTROL_PATH_MAX + 1]);

/*
 * The socket, listening, non-blocking; a file that a killed server left is replaced. With
 * `make_folder` the folder is made, too. -1 with errno: EADDRINUSE if another server has
 * the place.
 */
int control_listen(const char *path, bool make_folder);

/* Closes the socket and removes its file, unless another server has the place since then.
 */
void control_close(int fd);
/* Removes a file that nobody listens on, and the folder of the default place if it is empty
 * thereby; it is no failure if there is nothing to be removed. */
void control_remove(const char *path);

/* Serves the socket. `commands` is borrowed. NULL when memory is short. */
struct control *control_new(struct loop *, int fd, const struct control_commands *commands,
                            void *context);
/* Ends all connections; the socket stays open. Accepts NULL. */
void control_free(struct control *);

/* Answers "ok" and the text, which may be empty; the request is gone. */
void control_answer(struct control_request *, const char *text);
/* Answers "error" and the reason; the request is gone. */
void control_refuse(struct control_request *, const char *reason);
/* A command that answers with the table. */
control_run control_help;
/* The connection of a request that is gone thereby: whoever has it answers. */
int control_detach(struct control_request *);
/* The same answers on a connection that was detached, which is closed. */
void control_answer_on(int fd, const char *text);
void control_refuse_on(int fd, const char *reason);

#endif
