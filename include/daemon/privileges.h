/*
 * Gives up root, after the sockets have been bound. The supervisor keeps the right to
 * bind ports below 1024 for a reload, even when it executes its program again; its
 * children keep no right.
 */
#pragma once

#include <stdbool.h>

enum { USER_NAME_MAX = 32 };

/*
 * True if there is a user of this name other than root. getpwnam_r() asks the sources of
 * nsswitch.conf, so their modules run in this process, once, before anything is served.
 */
bool privileges_may_be(const char *user);

/*
 * Does nothing unless it runs as root. It becomes the user, with its groups; "" stands
 * for "hostdns", or "nobody" if there is no such user. In a namespace without other users
 * it gives up its capabilities alone, since root has no power outside there. So does root
 * without the capabilities to become another user, as in some containers, after logging a
 * warning. -1 after logging what is wrong.
 */
int privileges_drop(const char *user, bool is_reload);

/* Gives up what is left, in a child. 0, or -1 with errno. */
int privileges_drop_rest(void);
