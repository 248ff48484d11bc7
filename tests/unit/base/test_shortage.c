#include "../limit.h"

#include "base/shortage.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* More memory than any machine has. It is volatile, or the compiler would warn of it. */
static volatile size_t too_much = PTRDIFF_MAX;

TEST(what_is_refused_is_counted)
{
    unsigned before = shortage_count();

    assert_null(malloc(too_much));
    assert_int_equal(errno, ENOMEM);
    assert_int_equal(shortage_count(), before + 1);
    assert_null(calloc(too_much, 2));
    assert_int_equal(shortage_count(), before + 2);
    assert_null(realloc(NULL, too_much));
    assert_int_equal(shortage_count(), before + 3);
}

TEST(what_is_given_is_not_counted)
{
    unsigned before = shortage_count();
    char *memory = malloc(16);

    memory = realloc(memory, 1 << 20);
    assert_non_null(memory);
    memset(memory, 1, 1 << 20);
    memory = realloc(memory, 0);
    assert_null(memory);
    memory = calloc(1, 1 << 20);
    assert_int_equal(memory[(1 << 20) - 1], 0);
    free(memory);
    assert_int_equal(shortage_count(), before);
}

/* libc's own allocations are counted as well. */
TEST(what_libc_is_refused_is_counted)
{
    unsigned before = shortage_count();

    assert_null(reallocarray(NULL, too_much, 1));
    assert_int_equal(shortage_count(), before + 1);
}

static unsigned told;

static void tell(void)
{
    told++;
}

TEST(each_refusal_is_told_before_the_program_ends)
{
    shortage_end_by(tell);
    free(malloc(16));
    assert_int_equal(told, 0);
    assert_null(malloc(too_much));
    assert_null(calloc(too_much, 2));
    shortage_end_by(NULL);
    assert_null(malloc(too_much));
    assert_int_equal(told, 2);
}

static void *refuse_twice(void *unused)
{
    unsigned before = shortage_count();

    (void)unused;
    assert_null(malloc(too_much));
    assert_null(malloc(too_much));
    return (void *)(uintptr_t)(shortage_count() - before);
}

TEST(each_thread_has_its_own_count)
{
    unsigned before = shortage_count();
    pthread_t thread;
    void *counted;

    assert_int_equal(pthread_create(&thread, NULL, refuse_twice, NULL), 0);
    assert_int_equal(pthread_join(thread, &counted), 0);
    assert_int_equal((uintptr_t)counted, 2);
    assert_int_equal(shortage_count(), before);
}

/* The exit status of a process that watches, has an allocation refused or not, and goes
 * on. */
static int end_of_process(bool before, bool meanwhile)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (before)
            assert_null(malloc(too_much));
        shortage_watch();
        if (meanwhile)
            assert_null(malloc(too_much));
        shortage_end();
        _exit(42);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

TEST(a_process_ends_if_memory_was_refused_while_it_watched)
{
    assert_int_equal(end_of_process(false, true), EXIT_FAILURE);
    assert_int_equal(end_of_process(true, false), 42);
}

/* The exit status of a process that can open this number of descriptors. */
static int end_with_descriptors(int count)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        limit_descriptors(count);
        shortage_check_descriptors();
        _exit(dup(STDERR_FILENO) != -1 ? 42 : 43); /* it has left none open */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

TEST(a_process_ends_if_no_descriptor_is_left)
{
    assert_int_equal(end_with_descriptors(0), EXIT_FAILURE);
    assert_int_equal(end_with_descriptors(1), 42);
}

static atomic_bool is_limited;

/* Runs some time after the memory was limited. */
static void *lift_limit(void *unused)
{
    const struct timespec some = {.tv_nsec = 50000000};

    while (!is_limited) {
    }
    nanosleep(&some, NULL);
    limit_end(RLIMIT_AS);
    return unused;
}

/* A caller that waits gets memory that becomes free in the meantime. */
TEST(what_is_refused_is_tried_again_where_that_is_wanted)
{
    unsigned before = shortage_count();
    pthread_t thread;
    void *memory;

    assert_int_equal(pthread_create(&thread, NULL, lift_limit, NULL), 0);
    limit_begin(RLIMIT_AS, 1);
    is_limited = true;
    shortage_wait(true);
    memory = malloc(64 << 20);
    shortage_wait(false);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_non_null(memory);
    assert_int_equal(shortage_count(), before);
    free(memory);
}

#else

/* With a sanitizer nothing is counted. */
TEST(nothing_is_counted)
{
    assert_int_equal(shortage_count(), 0);
}

#endif
