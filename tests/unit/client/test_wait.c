#include "../check.h"

#include "base/clock.h"
#include "client/wait.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

struct ends {
    int read, write;
};

static struct ends make_pipe(void)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    return (struct ends){fds[0], fds[1]};
}

static void close_pipe(struct ends ends)
{
    close(ends.read);
    close(ends.write);
}

TEST(what_can_be_read_ends_the_wait)
{
    struct ends ends = make_pipe();

    assert_int_equal(write(ends.write, "x", 1), 1);
    assert_int_equal(wait_readable(ends.read, clock_ms() + 60000), WAIT_READY);
    assert_int_equal(wait_readable(ends.read, WAIT_FOREVER), WAIT_READY);
    close_pipe(ends);
}

TEST(the_deadline_ends_the_wait)
{
    struct ends ends = make_pipe();
    int64_t start = clock_ms();

    assert_int_equal(wait_readable(ends.read, start + 30), WAIT_TIMEOUT);
    assert_true(clock_ms() - start >= 29);
    close_pipe(ends);
}

TEST(a_deadline_in_the_past_still_looks_once)
{
    struct ends ends = make_pipe();

    assert_int_equal(wait_readable(ends.read, clock_ms() - 5), WAIT_TIMEOUT);
    assert_int_equal(write(ends.write, "x", 1), 1);
    assert_int_equal(wait_readable(ends.read, clock_ms() - 5), WAIT_READY);
    close_pipe(ends);
}

static void ignore(int signal)
{
    (void)signal;
}

TEST(another_signal_does_not_end_the_wait)
{
    struct sigaction action = {.sa_handler = ignore}, before;
    struct itimerval timer = {.it_value.tv_usec = 5000, .it_interval.tv_usec = 5000};
    struct itimerval off = {0};
    struct ends ends = make_pipe();
    int64_t start = clock_ms();

    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &timer, NULL);
    assert_int_equal(wait_readable(ends.read, start + 40), WAIT_TIMEOUT);
    setitimer(ITIMER_REAL, &off, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_true(clock_ms() - start >= 39);
    close_pipe(ends);
}

/* Exit status of a child that runs `act`: Ctrl+C stays noticed for ever. */
static int in_child(int (*act)(struct ends))
{
    struct ends ends = make_pipe();
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(act(ends));
    assert_int_equal(waitpid(child, &status, 0), child);
    close_pipe(ends);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static int interrupt_before_the_wait(struct ends ends)
{
    wait_catch_interrupt();
    raise(SIGINT); /* held back until the wait */
    if (wait_readable(ends.read, WAIT_FOREVER) != WAIT_INTERRUPTED)
        return 1;
    return wait_readable(ends.read, 0) == WAIT_INTERRUPTED ? 0 : 2;
}

TEST(an_interrupt_before_the_wait_is_not_lost)
{
    assert_int_equal(in_child(interrupt_before_the_wait), 0);
}

static void send_interrupt(int signal)
{
    (void)signal;
    kill(getpid(), SIGINT);
}

static int interrupt_within_the_wait(struct ends ends)
{
    struct sigaction action = {.sa_handler = send_interrupt};
    struct itimerval timer = {.it_value.tv_usec = 20000};

    wait_catch_interrupt();
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    return wait_readable(ends.read, clock_ms() + 60000) == WAIT_INTERRUPTED ? 0 : 1;
}

TEST(an_interrupt_ends_the_wait)
{
    assert_int_equal(in_child(interrupt_within_the_wait), 0);
}

/* Also a held signal that is ignored by itself. */
static int hold_and_release(struct ends ends)
{
    sigset_t signals;
    int signal;

    wait_catch_interrupt();
    sigemptyset(&signals);
    sigaddset(&signals, SIGWINCH);
    sigaddset(&signals, SIGTERM);
    wait_hold(&signals);
    raise(SIGWINCH);
    if (wait_key(ends.read, &signal) != WAIT_READY || signal != SIGWINCH)
        return 1;
    raise(SIGTERM);
    if (wait_readable(ends.read, 0) != WAIT_TIMEOUT)
        return 2;
    if (wait_key(ends.read, &signal) != WAIT_READY || signal != SIGTERM)
        return 3;
    if (write(ends.write, "x", 1) != 1 || wait_key(ends.read, &signal) != WAIT_READY ||
        signal != 0)
        return 4;
    raise(SIGTERM);
    wait_release();
    return 5;
}

TEST(a_held_signal_is_told_once_and_acts_when_it_is_released)
{
    assert_int_equal(in_child(hold_and_release), 100 + SIGTERM);
}

static int interrupt_a_wait_for_a_key(struct ends ends)
{
    int signal;

    wait_catch_interrupt();
    raise(SIGINT);
    return wait_key(ends.read, &signal) == WAIT_INTERRUPTED ? 0 : 1;
}

TEST(an_interrupt_ends_a_wait_for_a_key)
{
    assert_int_equal(in_child(interrupt_a_wait_for_a_key), 0);
}

static int interrupt_uncaught(struct ends ends)
{
    (void)ends;
    raise(SIGINT);
    return 0;
}

TEST(without_asking_for_it_an_interrupt_ends_the_program)
{
    assert_int_equal(in_child(interrupt_uncaught), 100 + SIGINT);
}

/* A shell's background jobs are born deaf to it. */
static void hear_interrupts(void)
{
    signal(SIGINT, SIG_DFL);
}

GROUP(hear_interrupts, NULL);
