/* What leaves for the process that asks when a job has its answer. */
#include "lab_lookup.h"

#include "lookup/job_answer.h"
#include "lookup/subqueries.h"

static struct job *job;
static struct answer answer;

static void set_up(void)
{
    struct question question = question_of("host.test", "A");

    if (!has_lab())
        return;
    job = job_new(&lab_lookup()->jobs, lab_lookup()->send_queue, 7, &question);
    assert_non_null(job);
    subqueries_init(job);
    job->buffers = malloc(sizeof *job->buffers);
    assert_non_null(job->buffers);
    answer_init(&answer, &job->question, job->buffers->records,
                sizeof job->buffers->records);
}

static void tear_down(void)
{
    if (has_lab())
        lab_restore();
}

FIXTURE(job, set_up, tear_down);

/* Ends the job; the next answer that leaves must bear this id. */
static const char *sent(uint64_t id)
{
    uint64_t got;
    const char *text;

    if (job) {
        free(job->buffers);
        job_answer_end(job);
        job = NULL;
    }
    text = lab_next(lab_lookup(), &got);
    assert_true(got == id);
    return text;
}

TEST_WITH(job, answers_leave_in_the_order_in_which_they_were_made)
{
    need_lab();
    answer.rcode = RCODE_NXDOMAIN;
    job_answer_send(job, 7 | MESSAGE_UNSOLICITED, &job->question, &answer);
    answer.rcode = RCODE_NOERROR;
    job_answer_send(job, 7, &job->question, &answer);
    assert_string_equal(sent(7 | MESSAGE_UNSOLICITED), "NXDOMAIN\n");
    assert_string_equal(sent(7), "NOERROR\n");
}

#define NO_ANSWER                                                                          \
    "SERVFAIL: Other Error (0): no memory for the answer, or an NSS module has ended "     \
    "the thread\n"

TEST_WITH(job, without_an_answer_it_fails)
{
    need_lab();
    assert_string_equal(sent(7), NO_ANSWER);
}

TEST_WITH(job, what_is_only_kept_does_not_leave)
{
    need_lab();
    job_answer_keep(job, &job->question, &answer);
    assert_string_equal(sent(7), NO_ANSWER);
}

TEST_WITH(job, a_name_with_others_below_it_is_not_denied)
{
    need_lab();
    answer.rcode = RCODE_NXDOMAIN;
    job_answer_complete(job, NULL, &job->question, &answer);
    assert_int_equal(answer.rcode, RCODE_NXDOMAIN);
    job->has_below = true;
    job_answer_complete(job, NULL, &job->question, &answer);
    job_answer_send(job, 7, &job->question, &answer);
    assert_string_equal(sent(7), "NOERROR\n");
}
