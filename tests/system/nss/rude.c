/*
 * Does to its process what a module must not do, when a name with one of these words is
 * asked for: "exit" ends it, "close" closes all descriptors that are open, "block" blocks
 * all signals and ignores them, "errno" leaves an error that nobody has met.
 */
#define _GNU_SOURCE
#define MODULE rude
#include "nss.h"

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
