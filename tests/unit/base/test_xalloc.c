#include "../check.h"

#include "base/xalloc.h"

#include <signal.h>
#include <sys/wait.h>

TEST(nothing_at_all_is_something_to_free)
{
    free(xmalloc(0));
    free(xcalloc(0, 8));
    free(xreallocarray(NULL, 0, 8));
    free(xmemdup(NULL, 0));
}

TEST(copies_are_whole)
{
    char *text = xstrdup("copied"), *cut = xstrndup(text, 4);
    char *octets = xmemdup("a\0b", 3), *made = xasprintf("%s and %d", cut, 7), *written;
    size_t size;
    FILE *out = xopen_memstream(&written, &size);

    fputs("written", out);
    fclose(out);
    assert_string_equal(written, "written");
    free(written);
    assert_string_equal(text, "copied");
    assert_string_equal(cut, "copi");
    assert_memory_equal(octets, "a\0b", 3);
    assert_string_equal(made, "copi and 7");
    free(text);
    free(cut);
    free(octets);
    free(made);
}

#ifndef __SANITIZE_ADDRESS__ /* it ends the program in a way of its own */
TEST(what_is_refused_ends_the_program)
{
    volatile size_t count = SIZE_MAX;
    pid_t child = fork();
    int status;

    if (child == 0) {
        free(xreallocarray(NULL, count, 16));
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}
#endif
