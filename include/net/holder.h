/* Who holds an address that could not be bound, as far as /proc tells this user. */
#ifndef NET_HOLDER_H
#define NET_HOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"

/*
 * Writes "NAME (pid N)" of a process with a UDP or TCP socket on this address, or on the
 * wildcard address, and this port. False if none is found.
 */
bool holder_find(const struct addr *, char *text, size_t size);

/* Writes the same of a process that has the socket with this inode. */
bool holder_of_socket(unsigned long inode, char *text, size_t size);

#endif
