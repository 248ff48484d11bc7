/* For tests in which a resource runs short for a while. */
#pragma once

#include "check.h"

#include <sys/resource.h>

static struct rlimit limit_before;

/* Limits the process to `most`; limit_end() restores the former limit. */
static inline void limit_begin(int resource, rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(resource, &limit_before), 0);
    limit = (struct rlimit){.rlim_cur = most, .rlim_max = limit_before.rlim_max};
    assert_int_equal(setrlimit(resource, &limit), 0);
}

static inline void limit_end(int resource)
{
    assert_int_equal(setrlimit(resource, &limit_before), 0);
}

/* Limits the process to the descriptors that it has and `count` more. */
static inline void limit_descriptors(int count)
{
    int lowest = dup(STDERR_FILENO);

    close(lowest);
    limit_begin(RLIMIT_NOFILE, (rlim_t)(lowest + count));
}
