/*
 * What can be said over the control socket: one table. The server binds it to what each
 * command does (daemon/commands); hostdnsctl prints it, and needs no server for that.
 */
#ifndef DAEMON_COMMAND_TABLE_H
#define DAEMON_COMMAND_TABLE_H

#include <stdbool.h>
#include <stdio.h>

enum command_id {
    COMMAND_STATUS,
    COMMAND_STATS,
    COMMAND_FLUSH,
    COMMAND_RELOAD,
    COMMAND_LOG,
    COMMAND_STOP,
    COMMAND_HELP,
    COMMANDS
};

struct command {
    const char *name;
    const char *argument; /* NULL: it takes none. In brackets: it may be left out. In small
                             letters: one of these words, with a bar between two */
    const char *help;
};

/* By enum command_id, ended by one without a name. */
extern const struct command command_table[COMMANDS + 1];

/* The row of this name in a table that ends as the one above does, or NULL. */
const struct command *command_find(const struct command *table, const char *name);

/* Whether the command may be given with this argument; NULL is none. */
bool command_takes(const struct command *, const char *argument);

/* Which of the argument's words this is, from 0 on; -1: none. */
int command_word(const struct command *, const char *word);

/* How it is written: "stats [json]". */
void command_print_usage(const struct command *, FILE *);
/* A line for each command of a table. */
void command_print_help(const struct command *table, FILE *);

#endif
