/* Which servers are asked, and whose response counts. */
#include "subqueries_ended.h"

#include "lookup/server_choice.h"
#include "lookup/subqueries.h"

enum { SILENCE = -1 };

static struct jobs jobs;
static struct job *job;

static void set_up(void)
{
    struct question question = question_of("host.test", "A");

    assert_int_equal(job_table_init(&jobs.by_id), 0);
    job = job_new(&jobs, NULL, 1, &question);
    assert_non_null(job);
    subqueries_init(job);
    job->sources.then = SERVERS_NONE;
}

static void tear_down(void)
{
    job_free(job);
    table_free(&jobs.by_id);
}

FIXTURE(job, set_up, tear_down);

/* A subquery that has ended with this RCODE. */
static struct subquery *ended(int rcode)
{
    return rcode == SILENCE ? ended_without_reply(EDE_NONE, 0)
                            : ended_with((enum rcode)rcode, 0);
}

/* True if the former response counts, and not that of the next servers. */
static bool former_counts(int former_rcode, int next_rcode)
{
    struct subquery *former = ended(former_rcode);
    bool counts;

    job->former = former;
    job->main = ended(next_rcode);
    server_choice_end(job);
    counts = job->main == former;
    assert_ptr_not_equal(job->main, job->former);
    job_drop_subqueries(job);
    return counts;
}

TEST_WITH(job, the_next_servers_count_unless_they_fail)
{
    assert_false(former_counts(RCODE_NXDOMAIN, RCODE_NOERROR));
    assert_false(former_counts(RCODE_NXDOMAIN, RCODE_NXDOMAIN));
    assert_false(former_counts(SILENCE, RCODE_NOERROR));
    assert_true(former_counts(RCODE_NXDOMAIN, SILENCE));
}

TEST_WITH(job, their_denial_does_not_undo_that_the_name_exists)
{
    assert_true(former_counts(RCODE_NOERROR, RCODE_NXDOMAIN));
}

TEST_WITH(job, without_others_in_the_line_there_is_no_next)
{
    job->main = ended(RCODE_NXDOMAIN);
    assert_false(server_choice_next(job));
    assert_null(job->former);
}

/* With sources that go on to resolv.conf's servers, of which there are none: true if these
 * are asked next. */
static bool goes_on(int rcode, bool if_denied, bool if_failed)
{
    struct subquery *former = job->main = ended(rcode);
    bool goes;

    job->sources.then = SERVERS_OF_RESOLV_CONF;
    job->sources.then_if_denied = if_denied;
    job->sources.then_if_failed = if_failed;
    goes = server_choice_next(job);
    assert_ptr_equal(goes ? job->former : job->main, former);
    assert_false(goes && server_choice_next(job)); /* once */
    job_drop_subqueries(job);
    return goes;
}

TEST_WITH(job, the_actions_of_the_line_say_when_the_next_are_asked)
{
    assert_true(goes_on(RCODE_NXDOMAIN, true, false));
    assert_true(goes_on(RCODE_NOERROR, true, false)); /* no data */
    assert_false(goes_on(SILENCE, true, false));
    assert_true(goes_on(SILENCE, false, true));
    assert_false(goes_on(RCODE_NXDOMAIN, false, true));
}

static void use_servers(const char *first, const char *second)
{
    job->conf = (struct resolv_conf){.server_count = second ? 2 : 1, .rotate = true};
    assert_true(addr_parse(&job->conf.servers[0], first, 53));
    if (second)
        assert_true(addr_parse(&job->conf.servers[1], second, 53));
}

TEST_WITH(job, the_server_that_has_denied_is_asked_first_whether_it_holds)
{
    struct addr second;

    use_servers("192.0.2.1", "192.0.2.2");
    second = job->conf.servers[1];
    job->main = ended(RCODE_NXDOMAIN);
    job->main->result.server = 1;
    server_choice_prefer_responder(job);
    assert_true(addr_equal(&job->conf.servers[0], &second));
    assert_int_equal(job->conf.server_count, 2);
    assert_false(job->conf.rotate);
}

static bool denies(const char *server, const char *name, const char *type)
{
    struct subquery *subquery = ended(SILENCE);
    bool denies;

    use_servers(server, NULL);
    subquery->question = question_of(name, type);
    subquery->result.rcode = RCODE_REFUSED;
    denies = server_choice_knows_denial(job, subquery);
    subquery_free(subquery);
    return denies;
}

TEST_WITH(job, resolved_denies_a_single_label_by_refusing_it)
{
    assert_true(denies("127.0.0.53", "single", "A"));
    assert_false(denies("127.0.0.53", "single", "NS")); /* as of a top-level domain */
    assert_false(denies("127.0.0.53", "two.labels", "A"));
    assert_false(denies("192.0.2.1", "single", "A"));
}
