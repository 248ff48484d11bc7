/*
 * A question in the lookup process, from the channel to its answer: one object, filled in
 * by three stages.
 *
 *   jobs_start --> probe (in a thread, unless its outcome is known) --> answered
 *                    |
 *                    +--> ask (subqueries) --> verdict (in a thread, unless it is known)
 *                                                |
 *                                                +--> answered
 *
 * The process that asks may cancel its question. Subqueries then end at once; a thread
 * inside libc cannot be stopped, so its result is dropped.
 */
#pragma once

#include "base/table.h"
#include "lookup/address_check.h"
#include "lookup/config.h"
#include "lookup/hosts_answers.h"
#include "lookup/next.h"
#include "lookup/scan_queue.h"
#include "lookup/scan_threads.h"
#include "lookup/send_queue.h"
#include "lookup/sources.h"
#include "lookup/steps.h"
#include "lookup/work.h"

/* What is known of a probe before it is made. */
struct probe_plan {
    /* How the lookup goes on without the probe, because no source but DNS can know the
     * name. LOOKUP_DONE: the probe has to be made. */
    enum lookup_next next;
    bool may_be_above; /* if it is left out: the hosts file may have a name below this one,
                          so libc has to be asked before a denial is believed */
    bool only_reads;   /* it does nothing but read the hosts file, so it cannot hang */
    bool lasts;        /* its outcome stays the same until the file or the host changes */
    unsigned sources;  /* the version of the sources that this was made from */
};

/* How the stage "ask" ends. */
enum ask_end {
    ASK_COMPLETE, /* the verdict can be given; no subquery is under way */
    ASK_RESTART, /* the job has to begin again, because the sources are not what they seemed
                  */
    ASK_NO_MEMORY,
};

/* What all jobs share. */
struct jobs {
    const struct lookup_config *config;
    struct loop *loop;
    struct work *work;
    struct upstream *upstream;
    struct libc_stub *stub;
    struct hosts_answers *hosts_answers;
    struct scan_queue scans;
    struct scan_threads scan_threads;
    struct table by_id;                  /* the jobs */
    struct addr servers[ANSWER_SERVERS]; /* each with its index + 1 as its number */
    size_t server_count;

    /* Called when a job's stage has ended; each may free the job. */
    void (*probed)(struct job *);
    void (*asked)(struct job *, enum ask_end);
    /* Called when a scan starves in the background: the job has to begin again. */
    void (*starved)(struct job *);
};

/* Room for an answer and its message, which are too large for a thread's stack. */
struct buffers {
    uint8_t records[ANSWER_RECORDS_MAX];
    uint8_t twin_records[ANSWER_RECORDS_MAX]; /* of the other address family */
    uint8_t message[MESSAGE_MAX];
};

/* An answer in wire form, made by a probe or a verdict for the loop's thread. */
struct job_message {
    struct list link;
    bool is_kept; /* it goes into `hosts_answers`, and is not sent */
    size_t len;
    uint8_t octets[];
};

struct job {
    /* Set by job_new. */
    struct jobs *jobs;
    struct send_queue *send_queue; /* to the process that asks */
    uint64_t id;
    struct table_link by_id; /* in `jobs` */
    struct question question;
    struct steps *steps; /* NULL: the client does not want to know them */

    /* Set by the loop's thread at any time. */
    bool is_cancelled; /* while a thread had the job: nothing is to be sent */
    bool is_taken_up;  /* see job_take_up */
    struct receipt receipt;

    /* Set by a probe or a verdict, which may run in a thread. */
    struct work_item work;
    struct timer starving;   /* set while a scan runs in the background */
    int64_t scan_cpu_us;     /* work_cpu_us() of it at the last check */
    struct buffers *buffers; /* a module may end its thread, so they are freed afterwards */
    struct list messages;    /* of struct job_message */
    bool is_answered;        /* the answer to the question itself is among them */

    /* Set by the probe. */
    struct probe_plan plan;
    struct hosts_version version; /* of the hosts file, before libc reads it */
    struct scan scan;             /* the turn to have libc read it; also for the verdict */
    struct stub_entry entry;      /* tells whether libc asks the stub */
    enum lookup_next next;
    bool has_below; /* the hosts file has names below this one, so it may not be denied */

    /* Set by the stage "ask". */
    struct sources sources;  /* as they were when it began */
    struct resolv_conf conf; /* which servers are asked */
    bool has_restarted;      /* because of ASK_RESTART */
    int64_t asked_at;        /* clock_ms() when it began */
    struct subquery *main;   /* for the question itself; for A, if that is ANY */
    struct subquery *former; /* to the first servers, once the line has led on to others */
    struct address_check addresses;
    struct timer half; /* see lookup/half; at rest where half answers are not wanted */

    /* Set by the verdict: a denial while nsswitch.conf was edited, so the job begins again.
     */
    bool is_of_two_lines;
};

/* Makes a table of jobs by their ids: 0, or -1 when memory is short. */
int job_table_init(struct table *);

/* The number of a name server, from 1 on, so that an answer can say in four bits which
 * server it comes from. A server keeps its number; 0: all have been given to others. */
uint8_t job_server_number(struct jobs *, const struct addr *server);

/* Adds a job to the table; subqueries_init comes next. NULL when memory is short. */
struct job *job_new(struct jobs *, struct send_queue *, uint64_t id,
                    const struct question *);
/* Gives up and frees its subqueries. */
void job_drop_subqueries(struct job *);
/* Frees the messages that have not been sent. No thread may have the job. */
void job_drop_messages(struct job *);
/* No thread may have it. Messages that have not been sent are dropped. */
void job_free(struct job *);

/* The job with this id of the process behind the send queue; NULL: none, or cancelled. */
struct job *job_find(const struct jobs *, const struct send_queue *, uint64_t id);

/*
 * Tells the process that asks that the answer depends on the network alone, so that it may
 * send more questions. If many jobs wait for threads, it is not told, because more
 * questions would wait as well.
 */
void job_take_up(struct job *);

/* Runs the job's work item in the loop's thread: for what cannot block. */
void job_run_here(struct job *);
/* Runs it in a thread, in the background if it is a scan. False if no thread would come to
 * it in time: SERVFAIL has been sent, and the caller frees the job. */
bool job_run_in_thread(struct job *);

/* True if libc may read the hosts file now for this job; else `go` is called later, when it
 * may, or when it need not any more. */
bool job_has_turn(struct job *, void (*go)(struct scan *));
