/*
 * One question's way through the lookup process: probe, ask, verdict.
 *
 *   job_start --> probe (thread) --> answered
 *                     |
 *                     +--> ask (upstream) --> ask for addresses, if this says NXDOMAIN
 *                                                 |
 *                                 verdict (thread, reply at the door) --> answered
 */
#ifndef LOOKUP_JOB_H
#define LOOKUP_JOB_H

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
};

/* Takes the question up; the answer is put into the bag under this id. */
void job_start(struct jobs *, struct mailbag *, uint64_t id, const struct question *);

#endif
