/* Prints when a name with "noisy" is asked for. */
#define MODULE noisy
#include "nss.h"

#include <stdio.h>

static enum nss_status ask(const char *name, int *error, int *h_error)
{
    if (strstr(name, "noisy")) {
        fprintf(stderr, "\033[31mon stderr\n");
        puts("on stdout");
        fflush(stdout);
    }
    return not_found(error, h_error);
}

#include "same.h"
