/*
 * The configuration file: one `key = value` a line, read with inih. All its errors are
 * told, each with file, line and key.
 */
#ifndef DAEMON_CONFIG_FILE_H
#define DAEMON_CONFIG_FILE_H

#include <stdbool.h>

#include "daemon/options.h"

/* Sets what the file says. False if there was an error; all of them have been printed. */
bool config_file_read(struct options *, const char *path);

#endif
