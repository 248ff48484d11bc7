/* Names that contain "kill" or "abort" end the process, those with "leave" the thread. */
#define MODULE crash
#include "nss.h"

static enum nss_status ask(const char *name, int *error, int *h_error)
{
    if (strstr(name, "kill"))
        raise(SIGKILL);
    if (strstr(name, "abort"))
        abort();
    if (strstr(name, "leave"))
        pthread_exit(NULL);
    return not_found(error, h_error);
}

#include "same.h"
