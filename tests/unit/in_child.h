/* Cases that change what their process may do run in a child. */
#pragma once

#include "check.h"

#include <sys/wait.h>

/* What `act` returns in a child: its exit status, or 200 and the signal that ended it. */
static inline int in_child(int (*act)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(act());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 200 + WTERMSIG(status);
}
