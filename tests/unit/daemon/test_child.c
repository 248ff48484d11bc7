/* Children that do what their number says; the test runs the loop. */
#include "../turn.h"

#include "daemon/child.h"
#include "daemon/descriptors.h"

#include <signal.h>
#include <sys/wait.h>

enum { SAYS_READY, ENDS_AT_ONCE, ECHOES };

static struct loop *loop;
static struct child_owner owner;
static struct child child;
static enum control_message said[8];
static size_t said_count;

__attribute__((noreturn)) static void be(struct child *self, int control)
{
    enum control_message message;
    int kept[] = {control};

    descriptors_keep(kept, 1); /* closes its copy of our end, or it would not see that
                                * we close ours */
    if (self->number == ENDS_AT_ONCE)
        _exit(7);
    channel_send_control(control, CONTROL_READY, NULL, 0);
    while (channel_receive_control(control, &message, NULL, NULL, NULL, CHANNEL_BLOCK) ==
           CHANNEL_DONE)
        if (self->number == ECHOES)
            channel_send_control(control, message, NULL, 0);
    _exit(0);
}

static void spoke(struct child *self, enum control_message message, const uint8_t *data,
                  size_t len)
{
    (void)data;
    assert_int_equal(len, 0);
    assert_ptr_equal(self, &child);
    said[said_count++] = message;
    loop_stop(loop);
}

static void set_up(void)
{
    loop = loop_new();
    owner = (struct child_owner){.loop = loop, .be = be, .spoke = spoke};
    said_count = 0;
    assert_non_null(loop);
}

static void tear_down(void)
{
    child_dismiss(&child);
    if (child.pid != 0)
        waitpid(child.pid, NULL, 0);
    loop_free(loop);
}

FIXTURE(child, set_up, tear_down);

/* Starts a child of this kind and waits until it is ready. */
static void start(unsigned kind)
{
    child_init(&child, &owner, ROLE_SERVE, kind, 1);
    child_start(&child);
    assert_int_equal(loop_run(loop), 0);
    assert_true(child.ready);
}

/* Runs the loop until this time. */
static void run_until(int64_t at)
{
    struct timer end;

    timer_init(&end, stop_loop, loop);
    timer_set(loop, &end, at);
    while (clock_ms() < at)
        assert_int_equal(loop_run(loop), 0);
    timer_cancel(&end);
}

static pid_t wait_for_end(int *status)
{
    siginfo_t info;
    pid_t pid;

    assert_int_equal(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), 0);
    pid = child_reap(&child, status);
    assert_int_not_equal(pid, 0);
    return pid;
}

TEST(roles_have_names)
{
    enum role role;

    assert_string_equal(role_name(ROLE_SERVE), "serve");
    assert_true(role_parse(&role, "lookup"));
    assert_int_equal(role, ROLE_LOOKUP);
    assert_false(role_parse(&role, "cook"));
}

TEST_WITH(child, a_child_says_that_it_is_ready)
{
    start(SAYS_READY);
    assert_int_equal(said_count, 1);
    assert_int_equal(said[0], CONTROL_READY);
    assert_int_not_equal(child.pid, 0);
}

TEST_WITH(child, words_go_both_ways)
{
    start(ECHOES);
    child_tell(&child, CONTROL_HOST_CHANGED, NULL, 0);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(said[1], CONTROL_HOST_CHANGED);
}

TEST_WITH(child, a_dismissed_child_leaves)
{
    int status;

    start(SAYS_READY);
    child_dismiss(&child);
    assert_int_equal(child.control, -1);
    wait_for_end(&status);
    assert_true(WIFEXITED(status));
    assert_int_equal(child.pid, 0);
    child_tell(&child, CONTROL_HOST_CHANGED, NULL, 0); /* nobody is there */
    assert_int_equal(child_reap(&child, &status), 0);
}

TEST_WITH(child, a_living_child_is_not_reaped)
{
    int status;

    start(SAYS_READY);
    assert_int_equal(child_reap(&child, &status), 0);
    assert_int_not_equal(child.pid, 0);
}

TEST_WITH(child, a_killed_child_is_seen)
{
    int status;
    pid_t pid;

    start(SAYS_READY);
    pid = child.pid;
    child_kill(&child);
    assert_int_equal(wait_for_end(&status), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* Otherwise it would go on without the descriptor, and nobody would know. */
TEST_WITH(child, a_child_that_cannot_take_a_descriptor_is_killed)
{
    enum { MORE_THAN_ENOUGH = 100000 };
    siginfo_t info = {0};
    int status;

    start(SAYS_READY);
    kill(child.pid, SIGSTOP);
    for (int i = 0; i < MORE_THAN_ENOUGH && info.si_pid == 0; i++) {
        child_pass(&child, CONTROL_LISTEN, NULL, 0, STDIN_FILENO);
        assert_int_equal(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOHANG | WNOWAIT),
                         0);
    }
    assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
    child.pid = 0;
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* It does not know that what it has kept is outdated. */
TEST_WITH(child, a_child_that_cannot_be_told_is_killed)
{
    enum { MORE_THAN_ENOUGH = 1000000 };
    siginfo_t info = {0};
    int status;

    start(SAYS_READY);
    kill(child.pid, SIGSTOP);
    for (int i = 0; i < MORE_THAN_ENOUGH && info.si_pid == 0; i++) {
        child_tell(&child, CONTROL_HOST_CHANGED, NULL, 0);
        assert_int_equal(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOHANG | WNOWAIT),
                         0);
    }
    wait_for_end(&status);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* It is started at once the first time, and then after a delay that doubles. */
TEST_WITH(child, a_child_that_dies_soon_is_started_later_and_later)
{
    int64_t before;
    int status;

    child_init(&child, &owner, ROLE_SERVE, ENDS_AT_ONCE, 1);
    child_start(&child);
    wait_for_end(&status);
    assert_int_equal(WEXITSTATUS(status), 7);
    child_start_again(&child);
    assert_int_not_equal(child.pid, 0);
    wait_for_end(&status);
    before = clock_ms();
    child_start_again(&child);
    assert_int_equal(child.pid, 0);
    while (child.pid == 0)
        run_until(clock_ms() + 10);
    assert_true(clock_ms() - before >= 200);
}

TEST_WITH(child, a_dismissed_child_is_not_started_again)
{
    int status;

    child_init(&child, &owner, ROLE_SERVE, ENDS_AT_ONCE, 1);
    child.failures = 1;
    child.started = clock_ms();
    child_start_again(&child);
    child_dismiss(&child);
    run_until(clock_ms() + 400);
    assert_int_equal(child.pid, 0);
    assert_int_equal(child_reap(&child, &status), 0);
}

TEST_WITH(child, one_of_before_can_be_adopted)
{
    struct child before;
    int status;

    start(ECHOES);
    before = child;
    loop_unwatch(loop, child.watch);
    child_init(&child, &owner, ROLE_SERVE, ECHOES, 1);
    assert_int_equal(child_adopt(&child, before.pid, before.control), 0);
    child_tell(&child, CONTROL_RETIRE, NULL, 0);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(said[said_count - 1], CONTROL_RETIRE);
    child_dismiss(&child);
    assert_int_equal(wait_for_end(&status), before.pid);
}
