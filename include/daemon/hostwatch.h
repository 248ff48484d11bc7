/*
 * Tells when the host's answers may have changed: a file that libc reads was edited or
 * replaced, or its path leads elsewhere by another link, folder or mount; an address or a
 * route came or went; systemd-resolved has started, or uses other servers or domains.
 *
 * inotify tells at once (daemon/pathwatch), and a look each second finds what it cannot
 * tell (daemon/statwatch). If either cannot be had, this is logged and the other goes on.
 */
#pragma once

#include "net/loop.h"

struct hostwatch;

/*
 * Calls `changed` at once, perhaps several times for one edit, and logs a line when the
 * edit is over. Then it calls `renew` if libc reads the file only once in a process, so
 * that the processes that use it have to be replaced. NULL when memory is short.
 */
struct hostwatch *hostwatch_new(struct loop *, void (*changed)(void *context),
                                void (*renew)(void *context), void *context);
/* Accepts NULL. */
void hostwatch_free(struct hostwatch *);
