/*
 * One question's way through the lookup process: probe, ask, verdict.
 *
 *   job_start --> probe (thread) --> answered
 *                     |
 *                     +--> ask (upstream) --> ask for addresses, if this says NXDOMAIN
 *                                                 |
 *                                 verdict (thread, reply at the door) --> answered
 *
 * The asker may cancel its question. A query to a name server then ends at once; a thread
 * inside libc cannot be stopped, so what it finds out is dropped.
 */
#ifndef LOOKUP_JOB_H
#define LOOKUP_JOB_H

#include "base/table.h"
#include "lookup/door.h"
#include "lookup/lookup.h"
#include "lookup/mailbag.h"
#include "lookup/work.h"
#include "upstream/upstream.h"

/* What all jobs share. */
struct jobs {
    const struct lookup_config *config;
    struct loop *loop;
    struct work *work;
    struct upstream *upstream;
    struct door *door;
    struct table by_id; /* the jobs */
};

/* Prepares `by_id`: 0, or -1 when memory is short. */
int jobs_init(struct jobs *);

/* Takes the question up; the answer is put into the bag under this id. */
void job_start(struct jobs *, struct mailbag *, uint64_t id, const struct question *);
/* No answer is put into the bag under this id any more; harmless if one has been. */
void job_cancel(struct jobs *, const struct mailbag *, uint64_t id);

#endif
