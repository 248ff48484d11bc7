/*
 * The limit on the stack, which whoever starts the server may have left too small. Then the
 * program would end somewhere without a word, in a reload even behind its dry run.
 */
#pragma once

#include <stdbool.h>

/* Raises the soft limit to what the program needs. False if the hard limit is lower, which
 * is logged. */
bool stack_raise(void);
