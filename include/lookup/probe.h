/*
 * The first stage of a job: libc is asked without DNS. If another source owns the name,
 * that is the answer; otherwise the probe tells how the lookup goes on.
 *
 * A probe in a thread costs two wake-ups, which is more than libc's own work. So it is left
 * out if its outcome is known, and made in the loop's thread if it cannot block.
 */
#pragma once

#include "lookup/job.h"

/* For the loop's thread; it does not block. */
struct probe_plan probe_plan(const struct lookup_config *, const struct question *);

/*
 * True if a probe ends within microseconds and cannot block: the line is `files dns`, and
 * the hosts file is short. Looks once per millisecond (`now` is clock_ms()), which is
 * enough because a probe says the same in either thread.
 */
bool probe_is_quick(int64_t now);

/* Has the words of the hosts file read, if it has changed. True while a thread reads them;
 * probes that may find something in the file wait for that. */
bool probe_read_hosts(struct jobs *);

/* Calls `probed` at its end, unless it answers and frees the job itself; both may happen
 * before this returns. */
void probe_begin(struct job *);
