/* Which descriptors a process has that was made by fork() or will be made by exec. */
#ifndef DAEMON_DESCRIPTORS_H
#define DAEMON_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

/* Closes all but the standard ones and these, in any order; -1 stands for none. Reorders
 * them. */
void descriptors_keep(int *kept, size_t count);

/* Whether a program that this process executes has it. Nothing happens to -1. */
void descriptors_pass_on(int fd, bool pass);

#endif
