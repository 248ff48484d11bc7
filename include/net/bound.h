/* Which UDP sockets are bound to an address, as the kernel lists them for anybody. */
#ifndef NET_BOUND_H
#define NET_BOUND_H

#include <stddef.h>
#include <sys/types.h>

#include "net/addr.h"

struct bound_socket {
    unsigned long inode; /* fstat() of its descriptor says the same */
    uid_t uid;           /* of who has made it */
};

/* Lists the UDP sockets bound to exactly this address and port, at most `room`. Returns how
 * many there are in the list, or -1 with errno. */
int bound_list(const struct addr *, struct bound_socket *list, size_t room);

#endif
