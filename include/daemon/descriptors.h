/* Closes descriptors that a forked process must not have, and passes others on to the
 * program that is executed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Closes all descriptors but the standard ones and these, where -1 stands for none.
 * Reorders the array. */
void descriptors_keep(int *kept, size_t count);

/* Keeps the descriptor open, or has it closed, when a program is executed. Accepts -1.
 * False if that fails. */
bool descriptors_pass_on(int fd, bool pass);
