/* What name servers are asked for a job; the cases play them. */
#include "lab_lookup.h"

#include "../servers.h"

#include "lookup/subqueries.h"

static struct {
    struct jobs jobs;
    struct lookup_config config;
    struct job *job;
    int server;
    int done; /* how often */
    enum ask_end end;
} scene;

static void note_end(struct job *job, enum ask_end end)
{
    assert_ptr_equal(job, scene.job);
    scene.done++;
    scene.end = end;
}

static void set_up(void)
{
    if (!has_lab())
        return;
    memset(&scene, 0, sizeof scene);
    scene.jobs =
        (struct jobs){.config = &scene.config, .loop = loop_new(), .asked = note_end};
    assert_non_null(scene.jobs.loop);
    assert_int_equal(job_table_init(&scene.jobs.by_id), 0);
    scene.jobs.upstream = upstream_new(
        scene.jobs.loop, &(struct upstream_config){.most = SIZE_MAX, .mixed_case = true});
    assert_non_null(scene.jobs.upstream);
    scene.config.local = lab_config.local;
    scene.server = server_open("127.0.24.1", SOCK_DGRAM);
    etc_write("resolv.conf", "nameserver 127.0.24.1\n");
    sources_now();
}

static void tear_down(void)
{
    if (!has_lab())
        return;
    if (scene.job)
        job_free(scene.job);
    upstream_free(scene.jobs.upstream);
    table_free(&scene.jobs.by_id);
    loop_free(scene.jobs.loop);
    close(scene.server);
    lab_restore();
}

FIXTURE(scene, set_up, tear_down);

/* A question of which this is known: MESSAGE_NAME_EXISTS and the like. */
static void begin_known(const char *type, uint64_t known)
{
    struct question question = question_of("host.test", type);

    need_lab();
    scene.job = job_new(&scene.jobs, NULL, known, &question);
    assert_non_null(scene.job);
    subqueries_init(scene.job);
    subqueries_begin(scene.job);
}

static void begin(const char *type)
{
    begin_known(type, 0);
}

/* The server's next question, which must be for this type. */
static struct got asked_for(uint16_t type)
{
    struct got got = turn_until_asked(scene.jobs.loop, scene.server);
    size_t end = question_end(&got);

    assert_int_equal(got.wire[end - 4] << 8 | got.wire[end - 3], type);
    return got;
}

static void say(const struct got *got, enum rcode rcode)
{
    server_reply(scene.server, got, REPLY_FLAGS | (unsigned)rcode, 0);
}

static void respond(uint16_t type, enum rcode rcode)
{
    struct got got = asked_for(type);

    say(&got, rcode);
}

/* A server that fails is asked again without EDNS. */
static void fail_both(uint16_t type)
{
    respond(type, RCODE_SERVFAIL);
    respond(type, RCODE_SERVFAIL);
}

static void assert_complete(void)
{
    turn_until(scene.jobs.loop, &scene.done, 1);
    assert_int_equal(scene.end, ASK_COMPLETE);
    assert_int_equal(scene.done, 1);
    assert_false(subqueries_stop(scene.job));
}

TEST_WITH(scene, what_is_found_needs_no_other_question)
{
    begin("A");
    respond(TYPE_A, RCODE_NOERROR);
    assert_complete();
    assert_null(scene.job->addresses.first);
    assert_int_equal(subquery_existence(scene.job->main), EXISTENCE_CONFIRMED);
    assert_int_equal(address_check_existence(&scene.job->addresses), EXISTENCE_UNCHECKED);
}

TEST_WITH(scene, a_denial_is_checked)
{
    begin("AAAA");
    respond(TYPE_AAAA, RCODE_NXDOMAIN);
    respond(TYPE_A, RCODE_NOERROR);
    assert_complete();
    assert_true(subquery_is_nxdomain(scene.job->main));
    assert_int_equal(address_check_existence(&scene.job->addresses), EXISTENCE_CONFIRMED);
}

TEST_WITH(scene, for_half_a_second)
{
    begin("A");
    respond(TYPE_A, RCODE_NXDOMAIN);
    asked_for(TYPE_AAAA);
    assert_int_equal(scene.done, 0);
    assert_complete();
    assert_int_equal(address_check_existence(&scene.job->addresses), EXISTENCE_UNKNOWN);
}

TEST_WITH(scene, a_failure_is_not)
{
    begin("A");
    fail_both(TYPE_A);
    assert_complete();
    assert_null(scene.job->addresses.first);
    assert_int_equal(subquery_existence(scene.job->main), EXISTENCE_UNKNOWN);
}

TEST_WITH(scene, a_denial_of_a_name_with_others_below_needs_no_addresses)
{
    begin("A");
    scene.job->has_below = true;
    respond(TYPE_A, RCODE_NXDOMAIN);
    assert_complete();
    assert_null(scene.job->addresses.first);
}

TEST_WITH(scene, a_denial_needs_no_addresses_if_it_is_known_whether_there_are_any)
{
    begin_known("TXT", MESSAGE_NO_NAME);
    respond(TYPE_TXT, RCODE_NXDOMAIN);
    assert_complete();
    assert_null(scene.job->addresses.first);
}

TEST_WITH(scene, what_is_given_up_is_not_told)
{
    begin("A");
    asked_for(TYPE_A);
    assert_true(subqueries_stop(scene.job));
    assert_false(subqueries_stop(scene.job));
    job_drop_subqueries(scene.job);
    assert_null(scene.job->main);
    assert_int_equal(scene.done, 0);
}

TEST_WITH(scene, both_questions_are_given_up)
{
    begin("A");
    respond(TYPE_A, RCODE_NXDOMAIN);
    asked_for(TYPE_AAAA);
    assert_true(subqueries_stop(scene.job));
    assert_false(timer_is_set(&scene.job->addresses.limit));
    assert_int_equal(scene.done, 0);
}

/* Half answers. The timer is set to expire at once instead of in its time. */

static void begin_half(const char *type)
{
    scene.config.half_answers = true;
    begin(type);
}

static void let_half_ring(void)
{
    assert_true(timer_is_set(&scene.job->half));
    timer_set(scene.jobs.loop, &scene.job->half, clock_ms());
}

static void say_address(const struct got *got)
{
    server_reply(scene.server, got, REPLY_FLAGS, 7);
}

static void respond_with_address(uint16_t type)
{
    struct got got = asked_for(type);

    say_address(&got);
}

TEST_WITH(scene, a_failure_needs_the_other_family_if_half_is_wanted)
{
    begin_half("AAAA");
    fail_both(TYPE_AAAA);
    respond_with_address(TYPE_A);
    assert_complete();
    assert_true(subquery_has_records(scene.job->addresses.first));
    assert_false(timer_is_set(&scene.job->half));
}

TEST_WITH(scene, what_is_found_needs_none_there_either)
{
    begin_half("A");
    assert_in_range(scene.job->half.at, clock_ms() + 1, clock_ms() + 500);
    respond_with_address(TYPE_A);
    assert_complete();
    assert_null(scene.job->addresses.first);
    assert_false(timer_is_set(&scene.job->half));
}

TEST_WITH(scene, silence_ends_when_it_has_had_its_time_and_the_other_family_is_there)
{
    struct got got;

    begin_half("AAAA");
    asked_for(TYPE_AAAA);
    let_half_ring();
    got = asked_for(TYPE_A);
    assert_int_equal(scene.job->half.at, scene.job->asked_at + 1800);
    say_address(&got);
    while (subquery_is_under_way(scene.job->addresses.first))
        turn(scene.jobs.loop);
    assert_int_equal(scene.done, 0); /* its time is not over */
    let_half_ring();
    assert_complete();
    assert_false(subquery_is_under_way(scene.job->main));
    assert_string_equal(scene.job->main->result.failure, "no name server has answered yet");
}

TEST_WITH(scene, or_when_the_other_family_comes_after_that)
{
    struct got got;

    begin_half("AAAA");
    asked_for(TYPE_AAAA);
    let_half_ring();
    got = asked_for(TYPE_A);
    let_half_ring();
    turn(scene.jobs.loop);
    assert_int_equal(scene.done, 0);
    say_address(&got);
    assert_complete();
    assert_true(subquery_has_records(scene.job->addresses.first));
}

TEST_WITH(scene, without_addresses_of_the_other_family_silence_lasts)
{
    begin_half("AAAA");
    asked_for(TYPE_AAAA);
    let_half_ring();
    respond(TYPE_A, RCODE_NOERROR);
    while (subquery_is_under_way(scene.job->addresses.first))
        turn(scene.jobs.loop);
    let_half_ring();
    turn(scene.jobs.loop);
    assert_int_equal(scene.done, 0);
    assert_true(subquery_is_under_way(scene.job->main));
}

TEST_WITH(scene, a_late_answer_counts)
{
    struct got got;

    begin_half("A");
    got = asked_for(TYPE_A);
    let_half_ring();
    asked_for(TYPE_AAAA);
    say_address(&got);
    assert_complete();
    assert_true(subquery_has_records(scene.job->main));
    assert_false(subquery_is_under_way(scene.job->addresses.first));
}

/* The question for the other family is there already. */
TEST_WITH(scene, a_late_denial_is_checked)
{
    struct got got, other;

    begin_half("A");
    got = asked_for(TYPE_A);
    let_half_ring();
    other = asked_for(TYPE_AAAA);
    say(&got, RCODE_NXDOMAIN);
    while (subquery_is_under_way(scene.job->main))
        turn(scene.jobs.loop);
    assert_int_equal(scene.done, 0);
    assert_true(timer_is_set(&scene.job->addresses.limit));
    say(&other, RCODE_NOERROR);
    assert_complete();
    assert_int_equal(address_check_existence(&scene.job->addresses), EXISTENCE_CONFIRMED);
}

TEST_WITH(scene, both_halves_are_given_up)
{
    begin_half("A");
    asked_for(TYPE_A);
    let_half_ring();
    asked_for(TYPE_AAAA);
    assert_true(subqueries_stop(scene.job));
    assert_false(subquery_is_under_way(scene.job->main));
    assert_false(subquery_is_under_way(scene.job->addresses.first));
    assert_false(timer_is_set(&scene.job->half));
}

TEST_WITH(scene, no_aaaa_of_resolv_conf_leaves_no_other_half)
{
    need_lab();
    etc_write("resolv.conf", "nameserver 127.0.24.1\noptions no-aaaa\n");
    begin_half("A");
    assert_false(timer_is_set(&scene.job->half));
    fail_both(TYPE_A);
    assert_complete();
    assert_null(scene.job->addresses.first);
}
