/* Children of earlier generations: real processes, which wait for their channel to close.
 */
#include "../check.h"

#include "base/counters.h"
#include "daemon/descriptors.h"
#include "daemon/predecessors.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct loop *loop;
static struct child_owner owner;
static struct predecessors predecessors;
static struct handover handover;
static int others[8]; /* the children's ends */

static void spoke(struct child *child, enum word word)
{
    (void)child;
    (void)word;
}

static void set_up(void)
{
    loop = loop_new();
    owner = (struct child_owner){.loop = loop, .spoke = spoke};
    predecessors_init(&predecessors);
    handover = (struct handover){.asker = -1};
    assert_non_null(loop);
    assert_int_not_equal(counters_open(-1), -1);
}

static void tear_down(void)
{
    predecessors_kill(&predecessors);
    predecessors_free(&predecessors);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    for (size_t i = 0; i < handover.child_count; i++)
        channel_close_end(&others[i]);
    loop_free(loop);
}

FIXTURE(predecessors, set_up, tear_down);

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
    handover.children[handover.child_count++] = (struct handed_child){
        .role = role, .generation = generation, .pid = pid, .control = channel.left};
    return pid;
}

static void adopt(void)
{
    assert_int_equal(predecessors_adopt(&predecessors, &owner, &handover), 0);
}

/* The word that was said to the child, 0 for none, -1 where it was dismissed. */
static int heard(size_t child)
{
    enum word word = 0;

    switch (channel_receive_word(others[child], &word, CHANNEL_TRY)) {
    case CHANNEL_DONE:
        return (int)word;
    case CHANNEL_BUSY:
        return 0;
    case CHANNEL_CLOSED:
        break;
    }
    return -1;
}

/* Waits for it: the other processes have to let go of what they were born with first. */
static bool is_dismissed(size_t child)
{
    enum word word;

    return channel_receive_word(others[child], &word, CHANNEL_BLOCK) == CHANNEL_CLOSED;
}

static void end(pid_t pid)
{
    siginfo_t info;

    kill(pid, SIGKILL);
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    predecessors_reap(&predecessors);
}

TEST_WITH(predecessors, words_go_to_those_that_serve)
{
    add(ROLE_SERVE, 1);
    add(ROLE_LOOKUP, 1);
    add(ROLE_SERVE, 2);
    adopt();
    predecessors_tell(&predecessors, WORD_RETIRE);
    assert_int_equal(heard(0), WORD_RETIRE);
    assert_int_equal(heard(1), 0);
    assert_int_equal(heard(2), WORD_RETIRE);
}

TEST_WITH(predecessors, a_lookup_process_stays_until_nobody_of_its_generation_serves)
{
    pid_t one = add(ROLE_SERVE, 1), lookup = add(ROLE_LOOKUP, 1), two = add(ROLE_SERVE, 1);

    add(ROLE_SERVE, 2);
    adopt();
    end(one);
    assert_int_equal(heard(1), 0);
    end(two);
    assert_true(is_dismissed(1));
    assert_true(predecessors_any(&predecessors));
    end(lookup);
    assert_int_equal(heard(3), 0);
    assert_true(predecessors_any(&predecessors));
}

TEST_WITH(predecessors, who_serves_is_told_when_its_lookup_process_dies)
{
    pid_t lookup;

    add(ROLE_SERVE, 1);
    lookup = add(ROLE_LOOKUP, 1);
    add(ROLE_SERVE, 2);
    adopt();
    end(lookup);
    assert_int_equal(heard(0), WORD_LOOKUP_DIED);
    assert_int_equal(heard(2), 0);
}

TEST_WITH(predecessors, all_can_be_dismissed_and_end)
{
    pid_t serve = add(ROLE_SERVE, 1), lookup = add(ROLE_LOOKUP, 1);

    adopt();
    predecessors_dismiss(&predecessors);
    assert_true(is_dismissed(0));
    assert_true(is_dismissed(1));
    end(serve);
    end(lookup);
    assert_false(predecessors_any(&predecessors));
}

TEST_WITH(predecessors, they_are_handed_over_again)
{
    struct handover next = {.asker = -1};
    pid_t serve = add(ROLE_SERVE, 4), lookup = add(ROLE_LOOKUP, 4);

    adopt();
    assert_true(predecessors_hand_over(&predecessors, &next));
    assert_int_equal(next.child_count, 2);
    assert_int_equal(next.children[0].pid, serve);
    assert_int_equal(next.children[1].pid, lookup);
    assert_int_equal(next.children[1].generation, 4);
}

/* Or nobody would ever reap it. */
TEST_WITH(predecessors, who_is_dismissed_but_not_over_is_handed_over_too)
{
    struct handover next = {.asker = -1};
    pid_t lookup = add(ROLE_LOOKUP, 4);

    adopt();
    predecessors_dismiss(&predecessors);
    assert_true(predecessors_hand_over(&predecessors, &next));
    assert_int_equal(next.child_count, 1);
    assert_int_equal(next.children[0].pid, lookup);
    assert_int_equal(next.children[0].control, -1);
    predecessors_free(&predecessors);
    assert_int_equal(predecessors_adopt(&predecessors, &owner, &next), 0);
    end(lookup);
    assert_false(predecessors_any(&predecessors));
}
