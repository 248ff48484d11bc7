/*
 * The last stage of a job: libc's word on the response of the name servers.
 *
 * Asking libc takes a thread, and the loop when libc asks the stub, which costs more than
 * libc's own work. So libc is not asked if its verdict is known. If DNS is the last source,
 * and libc has shown that it comes to DNS, then libc goes by a response that can be
 * understood in one way only, and fails if there is none.
 */
#pragma once

#include "lookup/job.h"

/* True if the answer is the response to a subquery of the type `asked`, without a verdict
 * of libc on it. */
bool verdict_is_known(enum lookup_next, const struct question *, uint16_t asked,
                      const struct response *);

/* Answers and frees the job, perhaps before this returns. */
void verdict_begin(struct job *);
