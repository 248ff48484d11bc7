/*
 * The threads, with lookups that the test holds up and lets go: no name is looked up. A
 * question's name says what it is: "local." is answered at once, others need the network.
 * The clock is the test's as well.
 */
#include "../reply_text.h"

#include "base/clock.h"
#include "channel/channel.h"
#include "lookup/pool.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static _Atomic int64_t now = 1000000;

/* In place of the one in base/clock.c. */
int64_t clock_ms(void)
{
    return now;
}

/* The gate before which network lookups wait. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned entered; /* network lookups that have begun */
    unsigned inside;  /* those that have not ended */
    unsigned most;    /* the most there were at one time */
    unsigned passes;  /* how many may still go on */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void gate_reset(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.entered = gate.inside = gate.most = gate.passes = 0;
    pthread_mutex_unlock(&gate.lock);
}

static void gate_open(unsigned passes)
{
    pthread_mutex_lock(&gate.lock);
    gate.passes = passes;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static void gate_wait_entered(unsigned count)
{
    pthread_mutex_lock(&gate.lock);
    while (gate.entered < count)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static unsigned gate_most(void)
{
    unsigned most;

    pthread_mutex_lock(&gate.lock);
    most = gate.most;
    pthread_mutex_unlock(&gate.lock);
    return most;
}

static const uint8_t local_name[] = "\5local";

static bool fake_local(const struct lookup_config *config, const struct question *question,
                       struct answer *answer)
{
    const uint8_t address[] = {10, 0, 0, 1};

    if (!name_equal(question->name, question->name_len, local_name, sizeof local_name))
        return false;
    return answer_add_address(answer, ANSWER_OWNER_QUESTION, TYPE_A, address, config->ttl);
}

static void fake_network(const struct lookup_config *config,
                         const struct question *question, struct answer *answer)
{
    const uint8_t address[] = {192, 0, 2, 1};

    (void)question;
    pthread_mutex_lock(&gate.lock);
    gate.entered++;
    gate.inside++;
    if (gate.inside > gate.most)
        gate.most = gate.inside;
    pthread_cond_broadcast(&gate.changed);
    while (gate.passes == 0)
        pthread_cond_wait(&gate.changed, &gate.lock);
    gate.passes--;
    gate.inside--;
    pthread_mutex_unlock(&gate.lock);
    answer_add_address(answer, ANSWER_OWNER_QUESTION, TYPE_A, address, config->ttl);
}

enum { EVERYBODY = 1 << 30 };

static struct pool pool;
static struct lookup_config config;
static struct channel channel; /* left: the test's end */

static void start(unsigned max_lookups)
{
    config = (struct lookup_config){.max_lookups = max_lookups, .ttl = 10};
    gate_reset();
    assert_int_equal(channel_open(&channel), 0);
    assert_int_equal(
        pool_start_with(&pool, &config, channel.right, fake_local, fake_network), 0);
}

/* One of the pool's numbers, as it stands at this moment. */
static unsigned number(const unsigned *of)
{
    unsigned value;

    pthread_mutex_lock(&pool.lock);
    value = *of;
    pthread_mutex_unlock(&pool.lock);
    return value;
}

/* No event tells of these numbers; a test that waits in vain is ended by the alarm. */
static void wait_for(const unsigned *of, unsigned value)
{
    while (number(of) != value)
        sched_yield();
}

static void wait_idle(void)
{
    for (bool idle = false; !idle; sched_yield()) {
        pthread_mutex_lock(&pool.lock);
        idle = pool.waiting == pool.threads;
        pthread_mutex_unlock(&pool.lock);
    }
}

/* Lets everybody go and waits for the last thread. */
static void finish(void)
{
    gate_open(EVERYBODY);
    channel_close_end(&channel.left);
    wait_for(&pool.threads, 0);
    channel_close_end(&channel.right);
    pthread_mutex_destroy(&pool.lock);
}

static void ask(uint64_t id, const char *name)
{
    uint8_t message[512];
    struct question question = question_of(name, "A");
    size_t len = message_put_question(id, &question, message, sizeof message);

    assert_int_equal(channel_send(channel.left, message, len, CHANNEL_BLOCK), CHANNEL_DONE);
}

static void ask_many(uint64_t first, uint64_t count, const char *name)
{
    for (uint64_t id = first; id < first + count; id++)
        ask(id, name);
}

/* The id of the next answer; its text, if wanted, is good until the next. */
static uint64_t next_answer(const char **text)
{
    static uint8_t message[MESSAGE_MAX];
    struct question question = question_of("name.", "A");
    struct answer answer;
    uint64_t id;
    size_t len;

    assert_int_equal(
        channel_receive(channel.left, message, sizeof message, &len, CHANNEL_BLOCK),
        CHANNEL_DONE);
    assert_true(message_get_answer(message, len, &id, &answer));
    if (text)
        *text = answer_text(&question, &answer);
    return id;
}

static void a_local_name_is_answered(void **state)
{
    const char *text;

    (void)state;
    start(8);
    ask(42, "local.");
    assert_int_equal(next_answer(&text), 42);
    assert_string_equal(text, "NOERROR\n"
                              "name. 10 A 10.0.0.1\n");
    finish();
}

static void a_name_on_the_network_is_answered(void **state)
{
    const char *text;

    (void)state;
    start(8);
    gate_open(EVERYBODY);
    ask(42, "far.");
    assert_int_equal(next_answer(&text), 42);
    assert_string_equal(text, "NOERROR\n"
                              "name. 10 A 192.0.2.1\n");
    finish();
}

static void a_lookup_that_hangs_does_not_stop_local_ones(void **state)
{
    (void)state;
    start(8);
    ask(1, "far.");
    gate_wait_entered(1);
    ask(2, "local.");
    assert_int_equal(next_answer(NULL), 2);
    finish();
}

static void lookups_that_fill_the_network_do_not_stop_local_ones(void **state)
{
    (void)state;
    start(8);
    ask_many(1, 100, "far.");
    wait_for(&pool.parked_count, 93);
    ask(500, "local.");
    assert_int_equal(next_answer(NULL), 500);
    finish();
}

static void a_lookup_that_hangs_does_not_stop_others(void **state)
{
    (void)state;
    start(8);
    ask_many(1, 2, "far.");
    gate_wait_entered(2);
    gate_open(1);
    next_answer(NULL);
    finish();
}

static void seven_of_eight_threads_may_be_on_the_network(void **state)
{
    (void)state;
    start(8);
    ask_many(1, 20, "far.");
    wait_for(&pool.parked_count, 13);
    gate_wait_entered(7);
    assert_int_equal(number(&pool.on_network), 7);
    assert_int_equal(gate_most(), 7);
    gate_open(EVERYBODY);
    for (int i = 0; i < 20; i++)
        next_answer(NULL);
    assert_int_equal(gate_most(), 7);
    finish();
}

static void of_few_threads_one_is_kept_from_the_network(void **state)
{
    (void)state;
    start(2);
    ask_many(1, 5, "far.");
    wait_for(&pool.parked_count, 4);
    assert_int_equal(number(&pool.on_network), 1);
    ask(99, "local.");
    assert_int_equal(next_answer(NULL), 99);
    finish();
}

static void an_eighth_of_many_threads_is_kept_from_the_network(void **state)
{
    (void)state;
    start(64);
    ask_many(1, 60, "far.");
    wait_for(&pool.parked_count, 4);
    assert_int_equal(number(&pool.on_network), 56);
    finish();
}

static void there_are_never_more_threads_than_allowed(void **state)
{
    (void)state;
    start(8);
    ask_many(1, 100, "far.");
    wait_for(&pool.parked_count, 93);
    assert_int_equal(number(&pool.threads), 8);
    finish();
}

static void a_parked_question_is_looked_up_when_a_place_is_free(void **state)
{
    (void)state;
    start(2);
    ask(1, "far.");
    gate_wait_entered(1);
    ask(2, "far.");
    wait_for(&pool.parked_count, 1);
    gate_open(1);
    assert_int_equal(next_answer(NULL), 1);
    gate_wait_entered(2);
    assert_int_equal(number(&pool.parked_count), 0);
    finish();
}

static void parked_questions_are_looked_up_in_their_order(void **state)
{
    (void)state;
    start(2);
    ask(1, "far.");
    gate_wait_entered(1);
    for (unsigned id = 2; id <= 5; id++) { /* one by one, or two threads may park them */
        ask(id, "far.");
        wait_for(&pool.parked_count, id - 1);
    }
    gate_open(EVERYBODY);
    for (unsigned id = 1; id <= 5; id++)
        assert_int_equal(next_answer(NULL), id);
    finish();
}

static void the_place_is_given_back_when_nothing_is_parked(void **state)
{
    (void)state;
    start(2);
    gate_open(EVERYBODY);
    ask(1, "far.");
    assert_int_equal(next_answer(NULL), 1);
    wait_for(&pool.on_network, 0);
    ask(2, "far.");
    assert_int_equal(next_answer(NULL), 2);
    finish();
}

/* serve has told the asker at 4.4 s that it takes too long. */
static void a_question_parked_too_long_is_refused(void **state)
{
    const char *text;

    (void)state;
    start(2);
    ask(1, "far.");
    gate_wait_entered(1);
    ask(2, "far.");
    wait_for(&pool.parked_count, 1);
    now += 4400;
    ask(3, "far.");
    assert_int_equal(next_answer(&text), 2);
    assert_string_equal(text,
                        "SERVFAIL: Not Ready (14): waited too long for a lookup thread\n");
    finish();
}

static void a_question_not_parked_so_long_is_kept(void **state)
{
    (void)state;
    start(2);
    ask(1, "far.");
    gate_wait_entered(1);
    ask(2, "far.");
    wait_for(&pool.parked_count, 1);
    now += 4399;
    ask(3, "far.");
    wait_for(&pool.parked_count, 2);
    finish();
}

static void a_question_that_finds_no_room_to_park_is_refused(void **state)
{
    const char *text;

    (void)state;
    start(2);
    ask(1, "far.");
    gate_wait_entered(1);
    ask_many(2, 16384, "far.");
    wait_for(&pool.parked_count, 16384);
    ask(77777, "far.");
    assert_int_equal(next_answer(&text), 77777);
    assert_string_equal(text, "SERVFAIL: Not Ready (14): too many lookups are waiting\n");
    gate_open(EVERYBODY);
    for (int i = 0; i < 1 + 16384; i++) /* or the pool would wait for room in the channel */
        next_answer(NULL);
    finish();
}

static void it_begins_with_one_thread(void **state)
{
    (void)state;
    start(8);
    assert_int_equal(number(&pool.threads), 1);
    finish();
}

static void one_question_after_the_other_needs_no_third_thread(void **state)
{
    (void)state;
    start(8);
    for (unsigned id = 1; id <= 200; id++) {
        ask(id, "local.");
        assert_int_equal(next_answer(NULL), id);
        wait_idle();
    }
    assert_int_equal(number(&pool.threads), 2);
    finish();
}

static void each_lookup_that_hangs_has_a_thread_and_one_waits(void **state)
{
    (void)state;
    start(8);
    for (unsigned hanging = 1; hanging <= 5; hanging++) {
        ask(hanging, "far.");
        gate_wait_entered(hanging);
        assert_int_equal(number(&pool.threads), hanging + 1);
        assert_int_equal(number(&pool.waiting), 1);
    }
    finish();
}

static void a_message_that_is_no_question_is_dropped(void **state)
{
    (void)state;
    start(8);
    assert_int_equal(channel_send(channel.left, "?", 1, CHANNEL_BLOCK), CHANNEL_DONE);
    ask(1, "local.");
    assert_int_equal(next_answer(NULL), 1);
    finish();
}

static void the_threads_end_with_the_channel(void **state)
{
    (void)state;
    start(8);
    ask_many(1, 5, "far.");
    gate_wait_entered(5);
    channel_close_end(&channel.left);
    gate_open(EVERYBODY);
    wait_for(&pool.threads, 0);
    assert_int_equal(number(&pool.waiting), 0);
    finish();
}

enum { MANY = 1000 };

static void *ask_a_thousand(void *context)
{
    (void)context;
    for (uint64_t id = 0; id < MANY; id++)
        ask(id, id % 3 == 0 ? "local." : "far.");
    return NULL;
}

static void of_a_thousand_questions_each_is_answered_once(void **state)
{
    unsigned answered[MANY] = {0};
    pthread_t asker;

    (void)state;
    start(32);
    gate_open(EVERYBODY);
    assert_int_equal(pthread_create(&asker, NULL, ask_a_thousand, NULL), 0);
    for (int i = 0; i < MANY; i++) {
        uint64_t id = next_answer(NULL);

        assert_true(id < MANY);
        answered[id]++;
    }
    pthread_join(asker, NULL);
    for (int id = 0; id < MANY; id++)
        assert_int_equal(answered[id], 1);
    wait_idle();
    assert_int_equal(number(&pool.on_network), 0);
    assert_int_equal(number(&pool.parked_count), 0);
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_local_name_is_answered),
        cmocka_unit_test(a_name_on_the_network_is_answered),
        cmocka_unit_test(a_lookup_that_hangs_does_not_stop_local_ones),
        cmocka_unit_test(lookups_that_fill_the_network_do_not_stop_local_ones),
        cmocka_unit_test(a_lookup_that_hangs_does_not_stop_others),
        cmocka_unit_test(seven_of_eight_threads_may_be_on_the_network),
        cmocka_unit_test(of_few_threads_one_is_kept_from_the_network),
        cmocka_unit_test(an_eighth_of_many_threads_is_kept_from_the_network),
        cmocka_unit_test(there_are_never_more_threads_than_allowed),
        cmocka_unit_test(a_parked_question_is_looked_up_when_a_place_is_free),
        cmocka_unit_test(parked_questions_are_looked_up_in_their_order),
        cmocka_unit_test(the_place_is_given_back_when_nothing_is_parked),
        cmocka_unit_test(a_question_parked_too_long_is_refused),
        cmocka_unit_test(a_question_not_parked_so_long_is_kept),
        cmocka_unit_test(a_question_that_finds_no_room_to_park_is_refused),
        cmocka_unit_test(it_begins_with_one_thread),
        cmocka_unit_test(one_question_after_the_other_needs_no_third_thread),
        cmocka_unit_test(each_lookup_that_hangs_has_a_thread_and_one_waits),
        cmocka_unit_test(a_message_that_is_no_question_is_dropped),
        cmocka_unit_test(the_threads_end_with_the_channel),
        cmocka_unit_test(of_a_thousand_questions_each_is_answered_once),
    };

    alarm(120); /* ends a test that waits for what never comes */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
