/*
 * Tells when the host's answers may have become others: a file that libc reads was edited,
 * replaced, or its symbolic link switched; an address or a route came or went;
 * systemd-resolved has started, or knows other servers or domains.
 */
#ifndef DAEMON_HOSTWATCH_H
#define DAEMON_HOSTWATCH_H

#include "net/loop.h"

struct hostwatch;

/*
 * `changed` is called at once, perhaps several times for one edit; one line is logged when
 * it is over. NULL with errno.
 */
struct hostwatch *hostwatch_new(struct loop *, void (*changed)(void *context),
                                void *context);
/*
 * `renew` is called, with the same context, when an edit is over of a file that libc reads
 * only once in a process: those that use it have to be replaced.
 */
void hostwatch_on_renewal(struct hostwatch *, void (*renew)(void *context));
/* Accepts NULL. */
void hostwatch_free(struct hostwatch *);

#endif
