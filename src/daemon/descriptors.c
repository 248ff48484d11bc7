#include "daemon/descriptors.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static int by_number(const void *left, const void *right)
{
    int one = *(const int *)left, other = *(const int *)right;

    return (one > other) - (one < other);
}

void descriptors_keep(int *kept, size_t count)
{
    int next = STDERR_FILENO + 1; /* the lowest that may have to be closed */

    if (count > 0)
        qsort(kept, count, sizeof *kept, by_number);
    for (size_t i = 0; i < count; i++) {
        if (kept[i] > next)
            close_range((unsigned)next, (unsigned)kept[i] - 1, 0);
        if (kept[i] >= next)
            next = kept[i] + 1;
    }
    close_range((unsigned)next, UINT_MAX, 0);
}

bool descriptors_pass_on(int fd, bool pass)
{
    return fd == -1 || fcntl(fd, F_SETFD, pass ? 0 : FD_CLOEXEC) == 0;
}
