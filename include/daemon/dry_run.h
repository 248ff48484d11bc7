/*
 * A dry run of a reload: the program, which may have been replaced, is run with -n and
 * with what would be handed over, and says whether it could do its work.
 */
#pragma once

#include "daemon/handover.h"
#include "net/loop.h"

struct dry_run;

/* Called when the run is over, which is freed afterwards. `said` is its output without the
 * last newline. */
typedef void dry_run_done(void *context, bool good, const char *said);

/*
 * Runs `program` with these arguments, and kills it if it has not ended after 10 s. NULL
 * with errno if it cannot be started.
 */
struct dry_run *dry_run_start(struct loop *, const char *program, char *const *argv,
                              const struct handover *, dry_run_done *, void *context);
/* Kills it without calling `dry_run_done`. Accepts NULL. */
void dry_run_free(struct dry_run *);
