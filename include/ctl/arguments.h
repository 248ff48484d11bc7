/*
 * The command line of hostdnsctl: options, a command and perhaps its argument. Commands
 * that the table (daemon/command_table) knows are checked before anything is sent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "daemon/command_table.h"
#include "daemon/control_socket.h"

enum arguments_wish { ARGUMENTS_COMMAND, ARGUMENTS_HELP, ARGUMENTS_VERSION };

struct arguments {
    enum arguments_wish wish;
    char default_path[CONTROL_PATH_MAX + 1];
    const char *path;         /* of the control socket; borrowed */
    const char *const *words; /* the command, and perhaps its argument; borrowed */
    size_t count;
    enum command_id id; /* COMMANDS: the table does not know the command */
    bool json;          /* as one JSON object */
    bool once, has_interval;
    int interval_ms; /* of top */
};

/*
 * False after a line on `complaints` if the command line is wrong. Borrows from argv and
 * from itself, so it must not be copied.
 */
bool arguments_read(struct arguments *, int argc, char **argv, FILE *complaints);

/* True if the command has an answer in JSON. */
bool arguments_has_json(const struct arguments *);

void arguments_print_help(FILE *);
