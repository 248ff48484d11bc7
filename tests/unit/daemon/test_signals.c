#include "../in_child.h"

#include "daemon/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

/* What the next signal means; -1: none has come within a second. */
static int next(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    enum signal_meaning meaning;

    return poll(&wait, 1, 1000) == 1 && signals_next(fd, &meaning) ? (int)meaning : -1;
}

/* What a signal of this process to itself means. */
static int meaning_of(int number)
{
    int fd = signals_open();

    raise(number);
    return next(fd);
}

static int raise_sigterm(void)
{
    return meaning_of(SIGTERM);
}

static int raise_sigint(void)
{
    return meaning_of(SIGINT);
}

static int raise_sighup(void)
{
    setsid();
    return meaning_of(SIGHUP);
}

static int raise_sigchld(void)
{
    return meaning_of(SIGCHLD);
}

TEST(each_signal_has_a_meaning)
{
    assert_int_equal(in_child(raise_sigterm), SIGNAL_STOP);
    assert_int_equal(in_child(raise_sigint), SIGNAL_STOP);
    assert_int_equal(in_child(raise_sighup), SIGNAL_RELOAD);
    assert_int_equal(in_child(raise_sigchld), SIGNAL_CHILD_ENDED);
}

/* Has a terminal, and what its end means. */
static int lose_terminal(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), fd;

    setsid();
    if (grantpt(master) == -1 || unlockpt(master) == -1 ||
        open(ptsname(master), O_RDWR) == -1)
        return -1;
    fd = signals_open();
    close(master);
    return next(fd);
}

static int lose_terminal_under_nohup(void)
{
    signal(SIGHUP, SIG_IGN);
    return lose_terminal();
}

TEST(the_end_of_the_terminal_is_no_reload)
{
    assert_int_equal(in_child(lose_terminal), SIGNAL_HANGUP);
}

TEST(a_server_under_nohup_outlives_its_terminal)
{
    assert_int_equal(in_child(lose_terminal_under_nohup), SIGNAL_RELOAD);
}
