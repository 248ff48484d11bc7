/*
 * Giving up root. Sockets are bound before; afterwards the supervisor keeps the right to
 * bind ports below 1024 for a reload, across its own execution, and its children keep none.
 */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include <stdbool.h>

enum { USER_NAME_MAX = 32 };

/* True if there is a user of this name, who is not root. */
bool privileges_may_be(const char *user);

/*
 * Where it runs as root: becomes the user, with its groups; "" is "hostdns", or "nobody" if
 * there is none of that name. In a namespace that has no other users root is nobody special
 * outside it: then only the capabilities go. -1 after logging what is wrong.
 */
int privileges_drop(const char *user);

/* In a child: gives up what is left. 0, or -1 with errno. */
int privileges_drop_rest(void);

#endif
