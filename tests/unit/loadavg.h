/* How many threads the host says are running: a file of ours is mounted over /proc/loadavg
 * in the lab's private namespace. */
#pragma once

#include "lab.h"

#include <sys/mount.h>

static inline void lab_say_running(unsigned count)
{
    static const char file[] = "/etc/loadavg";
    struct statfs shown;
    char text[64];

    snprintf(text, sizeof text, "0.00 0.00 0.00 %u/500 1\n", count);
    lab_put(file, text, strlen(text));
    assert_int_equal(statfs("/proc/loadavg", &shown), 0);
    if (shown.f_type == PROC_SUPER_MAGIC)
        assert_int_equal(mount(file, "/proc/loadavg", NULL, MS_BIND, NULL), 0);
}
