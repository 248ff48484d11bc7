/* Finds the process that holds an address, if /proc tells this user. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"

/*
 * Writes "NAME (pid N)" of a process that has a UDP or TCP socket with this port, on this
 * address or on the wildcard address. False if none is found.
 */
bool holder_find(const struct addr *, char *text, size_t size);

/* Writes the same for the process that has the socket with this inode. */
bool holder_of_socket(unsigned long inode, char *text, size_t size);
