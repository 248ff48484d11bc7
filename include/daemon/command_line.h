/*
 * The command line of hostdnsd, and the configuration file that it names. What is said here
 * wins over the file.
 */
#ifndef DAEMON_COMMAND_LINE_H
#define DAEMON_COMMAND_LINE_H

#include "daemon/options.h"

enum command_line_result {
    COMMAND_LINE_RUN,
    COMMAND_LINE_DONE,   /* help or version was asked for and printed */
    COMMAND_LINE_FAILED, /* every error has been printed to stderr */
};

enum command_line_result command_line_read(struct options *, int argc, char **argv);

#endif
