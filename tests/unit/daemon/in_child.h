/* Cases that change what their process may do run in a child. */
#ifndef TESTS_IN_CHILD_H
#define TESTS_IN_CHILD_H

#include "../check.h"

#include <sys/wait.h>
#include <unistd.h>

/* What `act` returns in a child: its exit status, or -1 if it ends otherwise. */
static inline int in_child(int (*act)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(act());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
