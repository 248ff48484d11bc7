#include "lookup/jobs.h"

#include <sched.h>

#include "lookup/job_answer.h"
#include "lookup/probe.h"
#include "lookup/refusal.h"
#include "lookup/subqueries.h"
#include "lookup/verdict.h"

static void probed(struct job *job)
{
    if (job->next == LOOKUP_DONE) {
        job_answer_end(job);
    } else {
        job_take_up(job);
        subqueries_begin(job);
    }
}

static void asked(struct job *job, enum ask_end end)
{
    switch (end) {
    case ASK_COMPLETE:
        verdict_begin(job);
        break;
    case ASK_RESTART:
        probe_begin(job);
        break;
    case ASK_NO_MEMORY:
        job_answer_refuse(job, EDE_OTHER, "no memory for the question");
        break;
    }
}

/* An mDNS module that is asked for a name that nobody has waits 5 s to say so. */
static bool is_slow(const struct question *question)
{
    return question_is_below(question, "\5local");
}

static void start(struct job *job)
{
    subqueries_init(job);
    job->work.is_slow = is_slow(&job->question);
    probe_begin(job);
}

/* The thread cannot be stopped, so the job is left to it, and a new one takes its place. */
static void starved(struct job *job)
{
    uint64_t id = job->id | (job->steps ? MESSAGE_WAY : 0);
    struct job *new = job_new(job->jobs, job->send_queue, id, &job->question);

    if (!new)
        return;
    new->is_taken_up = job->is_taken_up;
    job->is_cancelled = true;
    scan_queue_end(&job->jobs->scans, &job->scan);
    start(new);
}

static unsigned count_cores(void)
{
    cpu_set_t cores;

    return sched_getaffinity(0, sizeof cores, &cores) == 0 ? (unsigned)CPU_COUNT(&cores)
                                                           : 1;
}

int jobs_init(struct jobs *jobs)
{
    jobs->probed = probed;
    jobs->asked = asked;
    jobs->starved = starved;
    if (scan_queue_init(&jobs->scans, count_cores()) == -1 ||
        scan_threads_init(&jobs->scan_threads, jobs->loop, count_cores()) == -1)
        return -1;
    return job_table_init(&jobs->by_id);
}

void jobs_start(struct jobs *jobs, struct send_queue *send_queue, uint64_t id,
                const struct question *question)
{
    struct job *job;

    if (upstream_is_own_check(jobs->upstream, question)) {
        refusal_of_check(jobs->config, send_queue, id & ~MESSAGE_WAY, question);
        return;
    }
    upstream_forwarder_asks(jobs->upstream, question);
    job = job_new(jobs, send_queue, id, question);
    if (!job) {
        refusal_put(send_queue, id & ~MESSAGE_WAY, question, EDE_OTHER,
                    "no memory for the question");
        return;
    }
    start(job);
}

void jobs_cancel(struct jobs *jobs, const struct send_queue *send_queue, uint64_t id)
{
    struct job *job = job_find(jobs, send_queue, id);

    if (!job)
        return;
    if (subqueries_stop(job))
        job_free(job);
    else
        job->is_cancelled = true;
}
