/*
 * Which name servers a job asks: those that its sources lead to, and others when the first
 * ones turn out to be of no use, do not know the name, or fail.
 */
#pragma once

#include "lookup/job.h"

/* Chooses the first ones. */
void server_choice_begin(struct job *);

/* True if resolved's stub turns out to be no name server. The sources have been told, so
 * the job has to begin again, and will be led elsewhere. */
bool server_choice_rejects_stub(struct job *, const struct subquery *);

/* True if the failure of the subquery means that nobody knows the name: resolved has no
 * server to ask for a name of one label, so its stub refuses. */
bool server_choice_knows_denial(const struct job *, const struct subquery *);

/* True if the hosts: line goes on to other servers after the outcome of `main`. These are
 * chosen then, and `main` has become `former`. */
bool server_choice_next(struct job *);
/* Once the next servers were asked, too: makes `main` the one whose response counts. */
void server_choice_end(struct job *);

/* Has the server that denied the name asked first whether that holds, because another one
 * may be dead and the time is short. */
void server_choice_prefer_responder(struct job *);
