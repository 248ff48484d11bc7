/* Names that contain "kill" or "abort" end the process. */
#define MODULE crash
#include "nss.h"

static enum nss_status ask(const char *name, int *error, int *h_error)
{
    if (strstr(name, "kill"))
        raise(SIGKILL);
    if (strstr(name, "abort"))
        abort();
    return not_found(error, h_error);
}

#include "same.h"
