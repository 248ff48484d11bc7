/* Children of two earlier generations: real processes that wait for their channel to close.
 * The current ones, of generation 9, are never started. */
#include "../check.h"

#include "base/counters.h"
#include "daemon/children.h"
#include "daemon/descriptors.h"

#include <signal.h>
#include <sys/wait.h>

static struct loop *loop;
static struct child_owner owner;
static struct children children;
static struct handover handover;
static int others[HANDOVER_CHILDREN]; /* the children's ends */

static void spoke(struct child *child, enum control_message message, const uint8_t *data,
                  size_t len)
{
    (void)data;
    (void)len;
    (void)child;
    (void)message;
}

static void ended(struct child *child, pid_t pid, int status)
{
    (void)child;
    (void)pid;
    (void)status;
}

static void set_up(void)
{
    loop = loop_new();
    owner = (struct child_owner){.loop = loop, .spoke = spoke, .ended = ended};
    children_init(&children, &owner, 1, false, 9);
    handover = (struct handover){.client = -1};
    assert_non_null(loop);
    assert_int_not_equal(counters_open(-1), -1);
}

static void tear_down(void)
{
    children_kill(&children);
    children_free(&children);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    for (size_t i = 0; i < handover.child_count; i++)
        channel_close_end(&others[i]);
    loop_free(loop);
}

FIXTURE(children, set_up, tear_down);

/* A process to be handed over; it waits until it is killed. */
static pid_t add(enum role role, unsigned generation)
{
    struct channel channel;
    pid_t pid;

    assert_int_equal(channel_open(&channel), 0);
    pid = fork();
    if (pid == 0) {
        descriptors_keep(NULL, 0);
        for (;;)
            pause();
    }
    others[handover.child_count] = channel.right;
    handover.children[handover.child_count++] = (struct child){
        .role = role, .generation = generation, .pid = pid, .control = channel.left};
    return pid;
}

static void adopt(void)
{
    assert_int_equal(children_adopt(&children, &handover), 0);
}

/* The control message that the child has got, 0 for none, -1 where it was dismissed. */
static int heard(size_t child)
{
    enum control_message message = 0;

    switch (
        channel_receive_control(others[child], &message, NULL, NULL, NULL, CHANNEL_TRY)) {
    case CHANNEL_DONE:
        return (int)message;
    case CHANNEL_BUSY:
        return 0;
    case CHANNEL_CLOSED:
        break;
    }
    return -1;
}

/* Waits for it, since the other processes close their copies of the channel first. */
static bool is_dismissed(size_t child)
{
    enum control_message message;

    return channel_receive_control(others[child], &message, NULL, NULL, NULL,
                                   CHANNEL_BLOCK) == CHANNEL_CLOSED;
}

static void end(pid_t pid)
{
    siginfo_t info;

    kill(pid, SIGKILL);
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    children_reap(&children);
}

TEST_WITH(children, those_that_serve_are_told_to_retire)
{
    add(ROLE_SERVE, 1);
    add(ROLE_LOOKUP, 1);
    add(ROLE_SERVE, 2);
    adopt();
    children_tell_to_retire(&children);
    assert_int_equal(heard(0), CONTROL_RETIRE);
    assert_int_equal(heard(1), 0);
    assert_int_equal(heard(2), CONTROL_RETIRE);
}

TEST_WITH(children, messages_go_to_all)
{
    add(ROLE_SERVE, 1);
    add(ROLE_LOOKUP, 1);
    adopt();
    children_tell(&children, CONTROL_HOST_CHANGED, NULL, 0);
    assert_int_equal(heard(0), CONTROL_HOST_CHANGED);
    assert_int_equal(heard(1), CONTROL_HOST_CHANGED);
}

TEST_WITH(children, a_lookup_process_stays_until_nobody_of_its_generation_serves)
{
    pid_t one = add(ROLE_SERVE, 1), lookup = add(ROLE_LOOKUP, 1), two = add(ROLE_SERVE, 1);

    add(ROLE_SERVE, 2);
    adopt();
    end(one);
    assert_int_equal(heard(1), 0);
    end(two);
    assert_true(is_dismissed(1));
    assert_true(children_any(&children));
    end(lookup);
    assert_int_equal(heard(3), 0);
    assert_true(children_any(&children));
}

TEST_WITH(children, a_serve_process_is_told_when_its_lookup_process_dies)
{
    pid_t lookup;

    add(ROLE_SERVE, 1);
    lookup = add(ROLE_LOOKUP, 1);
    add(ROLE_SERVE, 2);
    adopt();
    end(lookup);
    assert_int_equal(heard(0), CONTROL_LOOKUP_DIED);
    assert_int_equal(heard(2), 0);
}

TEST_WITH(children, all_can_be_dismissed_and_end)
{
    pid_t serve = add(ROLE_SERVE, 1), lookup = add(ROLE_LOOKUP, 1);

    adopt();
    children_dismiss(&children);
    assert_true(is_dismissed(0));
    assert_true(is_dismissed(1));
    end(serve);
    end(lookup);
    assert_false(children_any(&children));
}

TEST_WITH(children, they_are_handed_over_again)
{
    struct handover next = {.client = -1};
    pid_t serve = add(ROLE_SERVE, 4), lookup = add(ROLE_LOOKUP, 4);

    adopt();
    assert_true(children_hand_over(&children, &next));
    assert_int_equal(next.child_count, 2);
    assert_int_equal(next.children[0].pid, serve);
    assert_int_equal(next.children[1].pid, lookup);
    assert_int_equal(next.children[1].generation, 4);
}

/* Otherwise it would never be reaped. */
TEST_WITH(children, a_dismissed_child_that_has_not_ended_is_handed_over_too)
{
    struct handover next = {.client = -1};
    pid_t lookup = add(ROLE_LOOKUP, 4);

    adopt();
    children_dismiss(&children);
    assert_true(children_hand_over(&children, &next));
    assert_int_equal(next.child_count, 1);
    assert_int_equal(next.children[0].pid, lookup);
    assert_int_equal(next.children[0].control, -1);
    children_free(&children);
    children_init(&children, &owner, 1, false, 9);
    assert_int_equal(children_adopt(&children, &next), 0);
    end(lookup);
    assert_false(children_any(&children));
}

TEST_WITH(children, one_that_takes_the_place_of_another_is_known_to_work)
{
    assert_false(children.current[1].has_worked);
    add(ROLE_LOOKUP, 1);
    adopt();
    assert_false(children.current[0].has_worked);
    assert_true(children.current[1].has_worked);
}

/* Questions are answered without a web process. */
TEST_WITH(children, a_web_process_is_not_waited_for)
{
    children_free(&children);
    children_init(&children, &owner, 2, true, 9);
    assert_int_equal(children.count, 4);
    assert_int_equal(children.current[3].role, ROLE_WEB);
    for (size_t i = 0; i < 3; i++) {
        assert_false(children_are_ready(&children));
        children.current[i].ready = true;
    }
    assert_true(children_are_ready(&children));
}

TEST_WITH(children, a_web_process_retires_like_those_that_serve)
{
    add(ROLE_SERVE, 1);
    add(ROLE_LOOKUP, 1);
    add(ROLE_WEB, 1);
    adopt();
    children_tell_to_retire(&children);
    assert_int_equal(heard(1), 0);
    assert_int_equal(heard(2), CONTROL_RETIRE);
}

/* It has the last messages of the others. */
TEST_WITH(children, dnstap_is_dismissed_when_the_others_have_ended)
{
    pid_t dnstap = add(ROLE_DNSTAP, 1), serve = add(ROLE_SERVE, 1);

    adopt();
    children_dismiss(&children);
    assert_true(is_dismissed(1));
    assert_int_equal(heard(0), 0);
    end(serve);
    assert_true(is_dismissed(0));
    end(dnstap);
    assert_false(children_any(&children));
}

TEST_WITH(children, those_before_a_reload_tell_their_dnstap_to_retire)
{
    add(ROLE_DNSTAP, 1);
    adopt();
    children_tell_to_retire(&children);
    assert_int_equal(heard(0), CONTROL_RETIRE);
}

TEST_WITH(children, those_that_are_not_needed_are_not_waited_for)
{
    children_add(&children, ROLE_DNSTAP);
    children.current[0].ready = true;
    assert_false(children_are_ready(&children));
    children.current[1].ready = true;
    assert_true(children_are_ready(&children));
}

/* A real process in the place of the web process, which does not answer. */
TEST_WITH(children, a_web_process_that_hangs_is_killed_and_nobody_else_is_blamed)
{
    struct child *web;
    siginfo_t info;
    pid_t pid;

    children_free(&children);
    children_init(&children, &owner, 1, true, 9);
    pid = add(ROLE_WEB, 9);
    web = &children.current[2];
    assert_int_equal(child_adopt(web, pid, handover.children[0].control), 0);
    web->ready = true;
    assert_true(children_live(&children));
    assert_int_equal(heard(0), CONTROL_PING);
    assert_true(children_live(&children));
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(info.si_status, SIGKILL);
}

static void starting_are(uint64_t serve, uint64_t lookup)
{
    children_count_starting(&children);
    assert_int_equal(counters_sum(COUNT_STARTING_SERVE), serve);
    assert_int_equal(counters_sum(COUNT_STARTING_LOOKUP), lookup);
}

TEST_WITH(children, those_that_cannot_work_yet_are_counted)
{
    counters_use(0);
    children_free(&children);
    children_init(&children, &owner, 2, true, 9);
    starting_are(2, 1);
    children.current[0].ready = true;
    children.current[0].pid = getpid();
    starting_are(1, 1);
    children.current[2].ready = true;
    children.current[2].pid = getpid();
    starting_are(1, 0);
    children.current[0].pid = 0; /* it has died */
    starting_are(2, 0);
    children_init(&children, &owner, 2, true, 9);
}

static bool is_in_slot_of_its_own(const struct child *child)
{
    list_each(&children.all, struct child, other, link)
        if (other != child && other->slot == child->slot)
            return false;
    return child->slot > 0 && child->slot < COUNTERS_SLOTS; /* 0 is the supervisor's */
}

/* Leaves at once. */
static void leave(struct child *child, int control)
{
    (void)child;
    (void)control;
    _exit(0);
}

static void start(unsigned workers)
{
    owner.be = leave;
    children_init(&children, &owner, workers, true, 9);
    children_add(&children, ROLE_DNSTAP);
    assert_int_equal(children_adopt(&children, &handover), 0);
    children_start(&children);
}

/* However old it is: it may retire for a minute. */
TEST_WITH(children, each_counts_in_a_slot_that_no_other_has)
{
    add(ROLE_SERVE, 1);
    add(ROLE_LOOKUP, 1);
    add(ROLE_SERVE, 8);
    handover.children[0].slot = 3;
    handover.children[1].slot = 1;
    handover.children[2].slot = COUNTERS_SLOTS - 1;
    start(WORKERS_MAX);
    list_each(&children.all, struct child, child, link)
        assert_true(is_in_slot_of_its_own(child));
    assert_int_equal(children_lookup_slot(&children), children.current[WORKERS_MAX].slot);
}

TEST_WITH(children, if_there_are_more_than_slots_none_has_more_than_two)
{
    unsigned used[COUNTERS_SLOTS] = {0};

    add(ROLE_SERVE, 8);
    for (unsigned slot = 1; slot < COUNTERS_SLOTS; slot++) {
        handover.children[handover.child_count] = handover.children[0];
        handover.children[handover.child_count].control = -1;
        handover.children[handover.child_count++].slot = slot;
    }
    handover.children[0].slot = 5;
    start(2);
    list_each(&children.all, struct child, child, link)
        used[child->slot]++;
    for (unsigned slot = 1; slot < COUNTERS_SLOTS; slot++)
        assert_in_range(used[slot], 1, 2);
    assert_int_equal(used[0], 0);
}
