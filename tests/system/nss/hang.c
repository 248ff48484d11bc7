/* Names that contain "hang" never come back; the module knows no others. */
#define MODULE hang
#include "nss.h"

static enum nss_status ask(const char *name, int *error, int *h_error)
{
    while (strstr(name, "hang"))
        pause();
    return not_found(error, h_error);
}

#include "same.h"
