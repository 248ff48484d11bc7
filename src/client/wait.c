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
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static sigset_t mask_while_waiting;
static const sigset_t *mask; /* NULL: signals are left as they are */
static int held_fd = -1;     /* tells which held signal has come; -1: none is held */
static sigset_t mask_before_hold, waiting_before_hold;

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
    /* SIGINT is blocked outside ppoll(), so it cannot come between check and wait. */
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

/* If ppoll() itself fails, reading will say what is wrong. */
static void say_ready(struct pollfd *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fds[i].revents = fds[i].fd == -1 ? 0 : fds[i].events;
}

enum wait_result wait_any(struct pollfd *fds, size_t count, int64_t deadline)
{
    struct timespec left;

    while (!interrupted) {
        int ready = ppoll(fds, count, time_left(deadline, &left), mask);

        if (ready == 0)
            return WAIT_TIMEOUT;
        if (ready == -1 && errno == EINTR)
            continue;
        if (ready == -1)
            say_ready(fds, count);
        return WAIT_READY;
    }
    return WAIT_INTERRUPTED;
}

static enum wait_result wait_for_one(int fd, short events, int64_t deadline)
{
    struct pollfd wanted = {.fd = fd, .events = events};

    return wait_any(&wanted, 1, deadline);
}

enum wait_result wait_readable(int fd, int64_t deadline)
{
    return wait_for_one(fd, POLLIN, deadline);
}

enum wait_result wait_writable(int fd, int64_t deadline)
{
    return wait_for_one(fd, POLLOUT, deadline);
}

void wait_hold(const sigset_t *signals)
{
    held_fd = signalfd(-1, signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (held_fd == -1)
        return;
    waiting_before_hold = mask_while_waiting;
    sigorset(&mask_while_waiting, &waiting_before_hold, signals);
    sigprocmask(SIG_BLOCK, signals, &mask_before_hold);
}

void wait_release(void)
{
    if (held_fd == -1)
        return;
    close(held_fd);
    held_fd = -1;
    mask_while_waiting = waiting_before_hold;
    sigprocmask(SIG_SETMASK, &mask_before_hold, NULL);
}

enum wait_result wait_key(int fd, int *signal)
{
    struct pollfd wanted[] = {{.fd = fd, .events = POLLIN},
                              {.fd = held_fd, .events = POLLIN}};
    enum wait_result result = wait_any(wanted, 2, WAIT_FOREVER);
    struct signalfd_siginfo info;

    *signal = 0;
    if (result == WAIT_READY && read(held_fd, &info, sizeof info) == sizeof info)
        *signal = (int)info.ssi_signo;
    return result;
}
