/*
 * Does to its process what a module must not do, when a name with one of these words is
 * asked for: "exit" ends it, "close" closes all descriptors that are open, "block" blocks
 * all signals and ignores them, "errno" leaves an error that nobody has met, "owner" has
 * the kernel send its parent a signal, "limit" takes all descriptors from its parent.
 */
#define _GNU_SOURCE
#define MODULE rude
#include "nss.h"

#include <fcntl.h>
#include <sys/resource.h>

static void have_parent_killed(void)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
        return;
    fcntl(ends[0], F_SETOWN, getppid());
    fcntl(ends[0], F_SETSIG, SIGKILL);
    fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
    if (write(ends[1], "x", 1) == 1)
        close(ends[1]);
    close(ends[0]);
}

static void ignore_all(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_IGN);
}

static enum nss_status ask(const char *name, int *error, int *h_error)
{
    static const struct rlimit none;

    if (strstr(name, "owner"))
        have_parent_killed();
    if (strstr(name, "limit"))
        prlimit(getppid(), RLIMIT_NOFILE, &none, NULL);
    if (strstr(name, "exit"))
        exit(0);
    if (strstr(name, "close"))
        close_range(3, ~0U, 0);
    if (strstr(name, "block"))
        ignore_all();
    if (!strstr(name, "errno"))
        return not_found(error, h_error);
    errno = EMFILE;
    *error = ERANGE + 1;
    *h_error = -77;
    return NSS_STATUS_NOTFOUND;
}

#include "same.h"
