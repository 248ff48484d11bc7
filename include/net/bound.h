/* Lists the UDP sockets that are bound to an address. The kernel tells any user. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "net/addr.h"

struct bound_socket {
    unsigned long inode; /* as fstat() tells it of the descriptor */
    uid_t uid;           /* that made it */
};

/* Lists at most `room` UDP sockets that are bound to exactly this address and port. Returns
 * how many are in the list, or -1 with errno. */
int bound_list(const struct addr *, struct bound_socket *list, size_t room);
