/*
 * Here the client stands still, and nowhere else.
 *
 * The socket is non-blocking: reading from it never waits, it says "nothing there yet". The
 * waiting is done here, in poll(), which sleeps until the kernel has a datagram for the
 * socket (or a key for the terminal), until the time is over, or until Ctrl+C. A blocking
 * read could do the first of these only: a lost datagram would hold it for ever.
 */
#include "client/wait.h"

#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t interrupted;
static sigset_t mask_while_waiting;
static const sigset_t *mask; /* NULL: signals are left as they are */

static void note_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

void wait_catch_interrupt(void)
{
    struct sigaction action = {.sa_handler = note_interrupt};
    sigset_t blocked;

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    /* Blocked outside ppoll(): it cannot fall between a look and the wait after it. */
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &mask_while_waiting);
    sigdelset(&mask_while_waiting, SIGINT);
    mask = &mask_while_waiting;
}

/* NULL if there is no end. */
static const struct timespec *time_left(int64_t deadline, struct timespec *left)
{
    int64_t ms = deadline - clock_ms();

    if (deadline == WAIT_FOREVER)
        return NULL;
    if (ms < 0)
        ms = 0;
    *left = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    return left;
}

static enum wait_result wait_for(int fd, short events, int64_t deadline)
{
    struct pollfd wanted = {.fd = fd, .events = events};
    struct timespec left;

    while (!interrupted) {
        int count = ppoll(&wanted, 1, time_left(deadline, &left), mask);

        if (count == 0)
            return WAIT_TIMEOUT;
        if (count > 0)
            return WAIT_READY;
        if (errno != EINTR) /* not for us to settle: reading will say what is wrong */
            return WAIT_READY;
    }
    return WAIT_INTERRUPTED;
}

enum wait_result wait_readable(int fd, int64_t deadline)
{
    return wait_for(fd, POLLIN, deadline);
}

enum wait_result wait_writable(int fd, int64_t deadline)
{
    return wait_for(fd, POLLOUT, deadline);
}
