#include "../reply_text.h"

#include "lookup/subqueries.h"

static struct jobs jobs;

static void set_up(void)
{
    assert_int_equal(job_table_init(&jobs.by_id), 0);
}

static void tear_down(void)
{
    assert_int_equal(jobs.by_id.count, 0);
    table_free(&jobs.by_id);
}

FIXTURE(jobs, set_up, tear_down);

/* Only their addresses count. */
static struct send_queue *const one = (struct send_queue *)&jobs, *const other = NULL;

static struct job *job_for(struct send_queue *send_queue, uint64_t id)
{
    struct question question = question_of("host.test", "A");
    struct job *job = job_new(&jobs, send_queue, id, &question);

    assert_non_null(job);
    subqueries_init(job);
    return job;
}

TEST_WITH(jobs, a_job_is_found_by_its_id_and_the_process_that_asks)
{
    struct job *job = job_for(one, 7), *same_id = job_for(other, 7);

    assert_ptr_equal(job_find(&jobs, one, 7), job);
    assert_ptr_equal(job_find(&jobs, other, 7), same_id);
    assert_null(job_find(&jobs, one, 8));
    job_free(job);
    assert_null(job_find(&jobs, one, 7));
    job_free(same_id);
}

TEST_WITH(jobs, what_the_id_says_of_the_question_is_no_part_of_it)
{
    struct job *job = job_for(one, 7 | MESSAGE_PROMPT | MESSAGE_NAME_EXISTS);

    assert_ptr_equal(job_find(&jobs, one, 7), job);
    assert_ptr_equal(job_find(&jobs, one, 7 | MESSAGE_NO_NAME), job);
    job_free(job);
}

TEST_WITH(jobs, steps_are_noted_for_a_question_that_wants_its_way)
{
    struct job *plain = job_for(one, 7), *with_way = job_for(one, 8 | MESSAGE_WAY);

    assert_null(plain->steps);
    assert_non_null(with_way->steps);
    assert_false(with_way->id & MESSAGE_WAY);
    job_free(plain);
    job_free(with_way);
}

static uint8_t number_of(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 53));
    return job_server_number(&jobs, &addr);
}

TEST_WITH(jobs, each_name_server_keeps_its_number_until_all_are_given_away)
{
    char text[32];

    assert_int_equal(number_of("192.0.2.1:54"), 1);
    assert_int_equal(number_of("2001:db8::1"), 2);
    for (int i = 3; i <= ANSWER_SERVERS; i++) {
        snprintf(text, sizeof text, "192.0.2.%d", i);
        assert_int_equal(number_of(text), i);
    }
    assert_int_equal(number_of("192.0.2.1"), 0);
    assert_int_equal(number_of("192.0.2.1:54"), 1);
    assert_int_equal(number_of("192.0.2.15"), 15);
}
