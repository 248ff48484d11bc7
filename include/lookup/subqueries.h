/*
 * The second stage of a job: its subqueries to the name servers.
 *
 *   subqueries_begin --> the question itself --> other servers, if the hosts: line goes on
 *                          |
 *                          +--> addresses, if a denial has to be checked --> ASK_COMPLETE
 */
#pragma once

#include "lookup/job.h"

/* Call this once, before anything else. */
void subqueries_init(struct job *);
/* Asks the name servers that the sources, as they were last looked at, lead to. Calls
 * `asked` when that has ended, perhaps before this returns. */
void subqueries_begin(struct job *);
/* Gives up what is under way: `asked` will not be called. False if nothing was. */
bool subqueries_stop(struct job *);
/* Has the job begin again from its probe, once: `asked` is called with ASK_RESTART. */
void subqueries_restart(struct job *);
