#include "daemon/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static bool ends_with_terminal;

static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

    if (fd != -1)
        close(fd);
    return fd != -1;
}

static bool is_ignored(int number)
{
    struct sigaction now;

    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

int signals_open(void)
{
    sigset_t set;

    ends_with_terminal = has_terminal() && !is_ignored(SIGHUP);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

bool signals_next(int fd, enum signal_meaning *meaning)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof info) != sizeof info)
        return false;
    if (info.ssi_signo == SIGCHLD)
        *meaning = SIGNAL_CHILD_ENDED;
    else if (info.ssi_signo == SIGHUP)
        *meaning = ends_with_terminal && !has_terminal() ? SIGNAL_HANGUP : SIGNAL_RELOAD;
    else
        *meaning = SIGNAL_STOP;
    return true;
}
