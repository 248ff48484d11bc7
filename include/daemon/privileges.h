/*
 * Giving up root. Sockets are bound before; afterwards the supervisor keeps the right to
 * bind ports below 1024 for a reload, across its own execution, and its children keep none.
 */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include <stdbool.h>

enum { USER_NAME_MAX = 32 };

/*
 * True if there is a user of this name, who is not root. getpwnam_r() asks the sources of
 * nsswitch.conf, so their modules run in this process: once, before anything is served.
 */
bool privileges_may_be(const char *user);

/*
 * Where it runs as root: becomes the user, with its groups; "" is "hostdns", or "nobody" if
 * there is none of that name. In a namespace that has no other users root is nobody special
 * outside it: then only the capabilities go. Root without the capabilities to become
 * another user, as in some containers, loses the others, and a warning is logged. -1 after
 * logging what is wrong.
 */
int privileges_drop(const char *user, bool is_reload);

/* In a child: gives up what is left. 0, or -1 with errno. */
int privileges_drop_rest(void);

#endif
