#include "../check.h"

#include "client/job_control.h"
#include "client/wait.h"

#include <signal.h>
#include <sys/wait.h>

static int in_child(int (*act)(void))
{
    pid_t child = fork();

    if (child == 0) {
        setpgid(0, 0); /* this test is its shell */
        _exit(act());
    }
    return child;
}

static int status_of(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    return status;
}

/* The next signal that ends a wait; 0: there is none. */
static int next_signal(void)
{
    int ready[2], signal;

    if (pipe(ready) != 0 || write(ready[1], "", 1) != 1 ||
        wait_key(ready[0], &signal) != WAIT_READY)
        _exit(100);
    return signal;
}

static int stop_and_go_on(void)
{
    job_control_hold();
    job_control_stop();
    return next_signal() == 0 ? 0 : 1; /* SIGCONT is not told again */
}

TEST(a_stopped_program_goes_on_when_it_is_told_to)
{
    pid_t child = in_child(stop_and_go_on);
    int status = status_of(child);

    assert_true(WIFSTOPPED(status));
    assert_int_equal(WSTOPSIG(status), SIGTSTP);
    kill(child, SIGCONT);
    assert_int_equal(status_of(child), 0);
}

static int signal_twice(void)
{
    job_control_hold();
    raise(SIGTSTP);
    if (next_signal() != SIGTSTP || next_signal() != 0)
        return 1;
    raise(SIGHUP);
    job_control_release();
    return 2;
}

TEST(held_signals_act_when_they_are_released)
{
    int status = status_of(in_child(signal_twice));

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGHUP);
}
