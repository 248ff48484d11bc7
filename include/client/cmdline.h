/* Reads the command line. */
#pragma once

#include "client/option_table.h"
#include "client/settings.h"

#include <stdio.h>

/* 0, or -1 with a line about the mistake in `error`. cmdline_free in both cases. */
int cmdline_parse(struct cmdline *, int argc, char *const argv[],
                  char error[static OPTION_ERROR]);
void cmdline_free(struct cmdline *);

/* Shows the options that most people need, on one screen; or all of them. */
void cmdline_help(FILE *, bool all);
