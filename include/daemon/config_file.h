/*
 * The configuration file: one `key = value` a line, read with inih. All its errors are
 * printed, each with file, line and key.
 */
#pragma once

#include <stdbool.h>

#include "daemon/config.h"

/* Sets what the file says. False if there was an error; all of them have been printed. */
bool config_file_read(struct config *, const char *path);
