/*
 * Before a reload the program, which may be another by now, is run with -n and what would
 * be handed over to it: it says whether it could do its work.
 */
#ifndef DAEMON_TRIAL_H
#define DAEMON_TRIAL_H

#include "daemon/handover.h"
#include "net/loop.h"

struct trial;

/* What it has said, without the last line's end; the trial is over and gone. */
typedef void trial_done(void *context, bool good, const char *said);

/*
 * Runs `program` with these arguments. One that has not ended after 10 s is killed. NULL
 * with errno if it cannot be started.
 */
struct trial *trial_start(struct loop *, const char *program, char *const *argv,
                          const struct handover *, trial_done *, void *context);
/* Ends it without a word. Accepts NULL. */
void trial_free(struct trial *);

#endif
