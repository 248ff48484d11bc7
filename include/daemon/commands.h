/* What each command of the table (daemon/command_table) does. */
#ifndef DAEMON_COMMANDS_H
#define DAEMON_COMMANDS_H

#include "channel/message.h"
#include "daemon/control.h"

/* What the commands do it to; `context` goes to every function. */
struct commands_host {
    void *context;
    size_t cache_bytes;
    /* Writes what only the supervisor knows: its processes and addresses. */
    void (*describe)(void *context, FILE *);
    /* To all children that serve. */
    void (*tell)(void *context, enum word, const void *data, size_t len);
    void (*set_level)(void *context, int level);
    /* Answers on the connection when it is over. */
    void (*reload)(void *context, int asker);
    void (*stop)(void *context);
};

/* For control_new, whose context is a struct commands_host. */
extern const struct control_commands commands;

#endif
