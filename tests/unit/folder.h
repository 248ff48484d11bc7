/* A folder of the test's own, which is removed behind it with all that is there. */
#pragma once

#include "check.h"

static char folder[] = "/tmp/hostdns-test-XXXXXX";

static inline void folder_make(void)
{
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static inline void folder_remove(void)
{
    char command[64];

    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* The path of a file there, in `path`. */
static inline void folder_path(char path[static 64], const char *name)
{
    assert_in_range(snprintf(path, 64, "%s/%s", folder, name), 1, 63);
}

FIXTURE(folder, folder_make, folder_remove);
