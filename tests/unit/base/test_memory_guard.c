#include "../check.h"

#include "base/memory_guard.h"

#include <pty.h>
#include <sys/wait.h>
#include <termios.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* More memory than any machine has. It is volatile, or the compiler would warn of it. */
static volatile size_t too_much = PTRDIFF_MAX;

/* Runs in a child with this standard input, and puts what the child writes into `said`. */
static int run_out(int input, char said[static 64])
{
    int ends[2], status;
    ssize_t size;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        struct termios mode;

        dup2(input, STDIN_FILENO);
        dup2(ends[1], STDERR_FILENO);
        memory_guard("hostdns");
        if (tcgetattr(STDIN_FILENO, &mode) == 0) {
            cfmakeraw(&mode);
            tcsetattr(STDIN_FILENO, TCSANOW, &mode);
        }
        _exit(malloc(too_much) == NULL ? 1 : 2);
    }
    close(ends[1]);
    size = read(ends[0], said, 63);
    said[size > 0 ? size : 0] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(without_memory_it_says_so_and_ends)
{
    char said[64];

    assert_int_equal(run_out(-1, said), EX_OSERR);
    assert_string_equal(said, "hostdns: out of memory\n");
}

TEST(the_terminal_is_as_it_was)
{
    struct termios before, behind;
    int keyboard, screen;
    char said[64];

    assert_int_equal(openpty(&screen, &keyboard, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(keyboard, &before), 0);
    assert_int_equal(run_out(keyboard, said), EX_OSERR);
    assert_int_equal(tcgetattr(keyboard, &behind), 0);
    assert_int_equal(behind.c_lflag, before.c_lflag);
    assert_int_equal(behind.c_oflag, before.c_oflag);
    close(keyboard);
    close(screen);
}

#else

/* A sanitizer has its own allocator, in which memory does not run out. */
TEST(a_program_may_be_guarded)
{
    memory_guard("hostdns");
}

#endif
