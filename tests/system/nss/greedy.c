/* Leaves no descriptor to the process when a name with "greedy" is asked for. */
#define MODULE greedy
#include "nss.h"

#include <sys/resource.h>

static void take_all(void)
{
    struct rlimit limit;
    int lowest = dup(STDERR_FILENO);

    close(lowest);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)lowest;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static enum nss_status ask(const char *name, int *error, int *h_error)
{
    if (strstr(name, "greedy"))
        take_all();
    return not_found(error, h_error);
}

#include "same.h"
