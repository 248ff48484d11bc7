/* Leaves a process behind, as a daemon does it, when a name with "daemon" is asked for. */
#define MODULE daemon
#include "nss.h"

static void leave_behind(void)
{
    if (fork() != 0)
        return;
    setsid();
    if (fork() != 0)
        _exit(0);
    for (;;)
        pause();
}

static enum nss_status ask(const char *name, int *error, int *h_error)
{
    if (strstr(name, "daemon"))
        leave_behind();
    return not_found(error, h_error);
}

#include "same.h"
