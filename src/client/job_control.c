/* The waiting itself, which a signal ends, is in client/wait.c. */
#include "client/job_control.h"

#include "client/wait.h"

#include <signal.h>
#include <time.h>

void job_control_hold(void)
{
    static const int signals[] = {SIGTSTP, SIGCONT, SIGWINCH, SIGHUP, SIGTERM, SIGQUIT};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&set, signals[i]);
    wait_hold(&set);
}

void job_control_release(void)
{
    wait_release();
}

static sigset_t only(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

/* In an orphaned process group the kernel ignores SIGTSTP. */
void job_control_stop(void)
{
    static const struct timespec now = {0};
    const sigset_t stop = only(SIGTSTP), go_on = only(SIGCONT);

    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop, NULL);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    sigtimedwait(&go_on, NULL, &now); /* we have just continued */
}
