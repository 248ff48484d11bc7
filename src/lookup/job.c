#include "lookup/job.h"

#include <stdlib.h>

#include "base/clock.h"
#include "lookup/refusal.h"

/* If more scans wait, a job that comes to wait for one is not taken up. */
enum { SCANS_CROWD = 256 };

/* Identifies a job, because two processes may use the same id. */
struct job_key {
    const struct send_queue *send_queue;
    uint64_t id;
};

static bool has_key(struct table_link *link, const void *data)
{
    const struct job *job = table_item(link, struct job, by_id);
    const struct job_key *key = data;

    return !job->is_cancelled && job->send_queue == key->send_queue &&
           (job->id & ~MESSAGE_ID_FLAGS) == key->id;
}

static uint64_t hash_of(const struct jobs *jobs, uint64_t id)
{
    id &= ~MESSAGE_ID_FLAGS;
    return table_hash(&jobs->by_id, &id, sizeof id);
}

int job_table_init(struct table *table)
{
    return table_init(table, has_key);
}

static void check_starving(void *context)
{
    struct job *job = context;
    struct scan_threads *threads = &job->jobs->scan_threads;
    int64_t now = clock_ms(), cpu_us = work_cpu_us(threads->background, &job->work);
    int64_t got_us = cpu_us - job->scan_cpu_us;

    job->scan_cpu_us = cpu_us;
    if (!job->is_cancelled && scan_threads_starve(threads, got_us, now))
        job->jobs->starved(job);
    else
        timer_set(job->jobs->loop, &job->starving, now + SCAN_CHECK_MS);
}

uint8_t job_server_number(struct jobs *jobs, const struct addr *server)
{
    size_t i = 0;

    while (i < jobs->server_count && !addr_equal(&jobs->servers[i], server))
        i++;
    if (i == ANSWER_SERVERS)
        return 0;
    if (i == jobs->server_count)
        jobs->servers[jobs->server_count++] = *server;
    return (uint8_t)(i + 1);
}

struct job *job_new(struct jobs *jobs, struct send_queue *send_queue, uint64_t id,
                    const struct question *question)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        return NULL;
    job->jobs = jobs;
    job->send_queue = send_queue;
    job->id = id & ~MESSAGE_WAY;
    job->question = *question;
    job->steps = id & MESSAGE_WAY ? steps_new() : NULL;
    list_init(&job->messages);
    timer_init(&job->starving, check_starving, job);
    table_add(&jobs->by_id, hash_of(jobs, id), &job->by_id);
    return job;
}

void job_drop_subqueries(struct job *job)
{
    timer_cancel(&job->half);
    subquery_free(job->main);
    subquery_free(job->former);
    address_check_clear(&job->addresses);
    job->main = job->former = NULL;
}

void job_drop_messages(struct job *job)
{
    struct job_message *message;

    while ((message = list_first(&job->messages, struct job_message, link))) {
        list_remove(&message->link);
        free(message);
    }
}

void job_free(struct job *job)
{
    timer_cancel(&job->starving);
    job_drop_messages(job);
    steps_free(job->steps);
    send_queue_remove_receipt(&job->receipt);
    table_remove(&job->jobs->by_id, &job->by_id);
    scan_queue_end(&job->jobs->scans, &job->scan);
    job_drop_subqueries(job);
    free(job);
}

struct job *job_find(const struct jobs *jobs, const struct send_queue *send_queue,
                     uint64_t id)
{
    const struct job_key key = {send_queue, id & ~MESSAGE_ID_FLAGS};
    struct table_link *link = table_find(&jobs->by_id, hash_of(jobs, id), &key);

    return link ? table_item(link, struct job, by_id) : NULL;
}

void job_take_up(struct job *job)
{
    if (job->is_taken_up)
        return;
    job->is_taken_up = true;
    if (!work_is_crowded(job->jobs->work))
        send_queue_add_receipt(job->send_queue, &job->receipt, job->id);
}

void job_run_here(struct job *job)
{
    job->work.run(&job->work);
    job->work.after(&job->work);
}

static bool run_in_background(struct job *job)
{
    struct scan_threads *threads = &job->jobs->scan_threads;
    int64_t now = clock_ms();

    if (job->scan.state != SCAN_RUNS || !scan_threads_take(threads, now) ||
        !work_put(threads->background, &job->work))
        return false;
    job->scan_cpu_us = 0;
    timer_set(job->jobs->loop, &job->starving, now + SCAN_CHECK_MS);
    return true;
}

bool job_run_in_thread(struct job *job)
{
    if (run_in_background(job) || work_put(job->jobs->work, &job->work))
        return true;
    refusal_put(job->send_queue, job->id, &job->question, EDE_NOT_READY,
                job->work.is_slow ? "too many .local names are being looked up"
                                  : "all lookup threads hang");
    return false;
}

bool job_has_turn(struct job *job, void (*go)(struct scan *))
{
    struct scan_queue *scans = &job->jobs->scans;

    job->work.is_slow = false; /* mDNS is not asked for names that are for the file */
    job->scan.question = &job->question;
    job->scan.go = go;
    if (scan_queue_begin(scans, &job->scan))
        return true;
    if (scans->waiting_count < SCANS_CROWD)
        job_take_up(job);
    return false;
}
