/*
 * The answer of a job. A probe or a verdict completes it and puts it into wire form; it is
 * sent when the loop's thread has the job back.
 */
#pragma once

#include "lookup/job.h"

/* For the thread that has the job and its buffers. */

/* Completes an answer from the subquery, or from the probe if that is NULL: sets its
 * source, and does not deny a name that has others below it. */
void job_answer_complete(struct job *, const struct subquery *, const struct question *,
                         struct answer *);
/* Adds it to the job's messages, unless memory is short. */
void job_answer_send(struct job *, uint64_t id, const struct question *,
                     const struct answer *);
/* Has it kept with the answers that the hosts file alone has decided. */
void job_answer_keep(struct job *, const struct question *, const struct answer *);

/* For the loop's thread. */

/* Sends the steps of a job whose way is told or shown; its answer has to follow. */
void job_answer_send_way(struct job *);
/* Sends the job's messages, or SERVFAIL if the answer is not among them, and frees it. */
void job_answer_end(struct job *);
/* Sends SERVFAIL for this reason, and frees the job. */
void job_answer_refuse(struct job *, enum ede, const char *reason);
