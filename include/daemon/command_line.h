/*
 * The command line of hostdnsd, and the configuration file that it names. The command
 * line wins over the file.
 */
#pragma once

#include "daemon/config.h"

enum command_line_result {
    COMMAND_LINE_RUN,
    COMMAND_LINE_DONE,   /* help or version was asked for and printed */
    COMMAND_LINE_FAILED, /* every error has been printed to stderr */
};

enum command_line_result command_line_read(struct config *, int argc, char *const *argv);
