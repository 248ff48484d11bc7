/* Each case runs in a child, so that it closes only descriptors of its own. */
#include "../check.h"

#include "daemon/descriptors.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { FIRST = 10, LAST = 40 };

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

/* Descriptors FIRST to LAST are open, and then all but these are closed. 0 if just these
 * and the standard ones are left. */
static int keep(int *kept, size_t count)
{
    bool expected[LAST + 1] = {0};

    for (int fd = FIRST; fd <= LAST; fd++)
        if (dup2(STDOUT_FILENO, fd) == -1)
            return 1;
    for (size_t i = 0; i < count; i++)
        if (kept[i] >= 0)
            expected[kept[i]] = true;
    descriptors_keep(kept, count);
    for (int fd = 3; fd <= LAST; fd++)
        if (is_open(fd) != expected[fd])
            return fd;
    return is_open(0) && is_open(1) && is_open(2) ? 0 : 2;
}

static int keep_in_child(int *kept, size_t count)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(keep(kept, count));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

TEST(just_these_are_left)
{
    int some[] = {30, 12, 31, 11}, last[] = {LAST}, with_none[] = {-1, 20, -1},
        twice[] = {15, 15}, nothing[] = {-1};

    assert_int_equal(keep_in_child(some, 4), 0);
    assert_int_equal(keep_in_child(last, 1), 0);
    assert_int_equal(keep_in_child(with_none, 3), 0);
    assert_int_equal(keep_in_child(twice, 2), 0);
    assert_int_equal(keep_in_child(nothing, 1), 0);
    assert_int_equal(keep_in_child(NULL, 0), 0);
}

TEST(a_program_gets_what_is_passed_on)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    descriptors_pass_on(fd, true);
    assert_int_equal(fcntl(fd, F_GETFD), 0);
    descriptors_pass_on(fd, false);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    descriptors_pass_on(-1, true);
    close(fd);
}
