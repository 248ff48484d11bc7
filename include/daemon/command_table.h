/*
 * The commands of the control socket. The server has a function for each
 * (daemon/commands); hostdnsctl prints the table, and needs no server for that.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* One row for each command: name in capitals, name, argument, and help. The function
 * run_NAME of daemon/commands.c runs it. */
#define COMMAND_ROWS(ROW)                                                                  \
    ROW(STATUS, status, "[json]", "Processes, addresses, name servers, lookups, cache.")   \
    ROW(STATS, stats, "[json]", "All counters.")                                           \
    ROW(METRICS, metrics, NULL, "All counters in the text format of Prometheus.")          \
    ROW(TOP, top, "[json]", "A live view of what the server is doing.")                    \
    ROW(FLUSH, flush, "[NAME]", "Forget all cached answers, or those of a name.")          \
    ROW(RELOAD, reload, NULL, "Restart the server with the configuration as it is now.")   \
    ROW(LOG, log, "error|warning|info|debug",                                              \
        "Log this level and those above it, until the next reload.")                       \
    ROW(STOP, stop, NULL, "Stop the server.")                                              \
    ROW(HELP, help, NULL, "List the commands that the running server knows.")

#define COMMAND_ENUM(id, name, argument, help) COMMAND_##id,
enum command_id { COMMAND_ROWS(COMMAND_ENUM) COMMANDS };
#undef COMMAND_ENUM

struct command {
    const char *name;
    const char *argument; /* NULL: it takes none; in brackets: it may be left out; in small
                             letters: one of these words, separated by bars */
    const char *help;
};

/* In the order of enum command_id, ended by a row without a name. */
extern const struct command command_table[COMMANDS + 1];

/* The row of this name, or NULL, in a table that ends like the one above. */
const struct command *command_find(const struct command *table, const char *name);

/* Whether the command takes this argument, or does without one if it is NULL. */
bool command_takes(const struct command *, const char *argument);

/* The number of the word among those of the argument, from 0 on; -1 if it is none. */
int command_word(const struct command *, const char *word);

/* Prints how the command is written: "stats [json]". */
void command_print_usage(const struct command *, FILE *);
/* Prints a line for each command of a table. */
void command_print_help(const struct command *table, FILE *);
