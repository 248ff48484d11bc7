/* All questions in the lookup process: each begins here and goes from stage to stage. */
#pragma once

#include "lookup/job.h"

/* Prepares what jobs needs beside what is set already: 0, or -1 when memory is short. */
int jobs_init(struct jobs *);

/* Looks the question up; the answer is sent with this id. */
void jobs_start(struct jobs *, struct send_queue *, uint64_t id, const struct question *);
/* From now on no answer with this id is sent; harmless if one has been. */
void jobs_cancel(struct jobs *, const struct send_queue *, uint64_t id);
