/*
 * What a unit test includes first: cmocka, what of libc nearly every test calls, and the
 * program around the tests of a file.
 *
 * TEST(a_name_says_what_is_true) { ... }
 *     A test. The program runs all of its file, in the order of their lines.
 * FIXTURE(server, set_up, tear_down);
 *     What goes before a test and behind it; NULL leaves one out. It is torn down though
 *     the test has failed, but not if its own set-up has.
 * TEST_WITH(server, a_message_is_answered) { ... }
 *     A test with this fixture.
 * GROUP(set_up, tear_down);
 *     What goes before all tests and behind them. A file may have several: each runs all.
 *
 * "test_tcp NAME..." runs only the tests of these names, and "test_tcp -l" lists all.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* A test that waits for what never comes is ended. The limit says nothing about speed: it
 * leaves room for a busy machine, and for sanitizers. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { TEST_LIMIT_S = 900 };
#else
enum { TEST_LIMIT_S = 300 };
#endif

/* The bytes of an array and their number, as two arguments. */
#define BYTES(array) (array), sizeof(array)

struct fixture {
    void (*set_up)(void);
    void (*tear_down)(void);
};

struct test {
    const char *name;
    void (*body)(void);
    const struct fixture *fixture;
    int line;
    bool wanted;
    struct test *next;
};

struct test_group {
    struct fixture fixture;
    int line;
    struct test_group *next;
};

static struct test *test_all;
static struct test_group *group_all;
static const struct test_group *group_now;
static bool group_is_torn_down; /* cmocka counts no failure of that */

/* By their lines: constructors run in no order that is promised. Not inline, which would
 * cost every test a copy. */

__attribute__((noinline)) static void test_add(struct test *test)
{
    struct test **at = &test_all;

    while (*at && (*at)->line < test->line)
        at = &(*at)->next;
    test->next = *at;
    *at = test;
}

__attribute__((noinline, unused)) static void group_add(struct test_group *group)
{
    struct test_group **at = &group_all;

    while (*at && (*at)->line < group->line)
        at = &(*at)->next;
    group->next = *at;
    *at = group;
}

static const struct fixture no_fixture;

#define FIXTURE(name, set_up, tear_down)                                                   \
    static const struct fixture name##_fixture = {set_up, tear_down}

#define TEST(name)               TEST_AROUND(no_fixture, name)
#define TEST_WITH(fixture, name) TEST_AROUND(fixture##_fixture, name)
#define TEST_AROUND(around, test_name)                                                     \
    static void test_name(void);                                                           \
    __attribute__((constructor)) static void test_add_##test_name(void)                    \
    {                                                                                      \
        static struct test test = {#test_name, test_name, &around, __LINE__, false, NULL}; \
                                                                                           \
        test_add(&test);                                                                   \
    }                                                                                      \
    static void test_name(void)

#define GROUP(set_up, tear_down)             GROUP_AT(set_up, tear_down, __LINE__)
#define GROUP_AT(set_up, tear_down, at_line) GROUP_ADD(set_up, tear_down, at_line)
#define GROUP_ADD(set_up, tear_down, at_line)                                              \
    __attribute__((constructor)) static void group_add_##at_line(void)                     \
    {                                                                                      \
        static struct test_group group = {{set_up, tear_down}, at_line, NULL};             \
                                                                                           \
        group_add(&group);                                                                 \
    }                                                                                      \
    struct test_group

/* cmocka's functions around those of the file. */

static inline int test_set_up(void **state)
{
    const struct test *test = *state;

    alarm(TEST_LIMIT_S);
    if (test->fixture->set_up)
        test->fixture->set_up();
    return 0;
}

static inline void test_body(void **state)
{
    const struct test *test = *state;

    test->body();
}

static inline int test_tear_down(void **state)
{
    const struct test *test = *state;

    if (test->fixture->tear_down)
        test->fixture->tear_down();
    return 0;
}

static inline int group_set_up(void **state)
{
    (void)state;
    if (group_now->fixture.set_up)
        group_now->fixture.set_up();
    return 0;
}

static inline int group_tear_down(void **state)
{
    (void)state;
    if (group_now->fixture.tear_down)
        group_now->fixture.tear_down();
    group_is_torn_down = true;
    return 0;
}

static inline bool test_want(const char *name)
{
    struct test *test = test_all;

    while (test && strcmp(test->name, name) != 0)
        test = test->next;
    if (!test)
        fprintf(stderr, "%s: no test is called %s\n", program_invocation_short_name, name);
    else
        test->wanted = true;
    return test;
}

static inline int test_list(void)
{
    for (const struct test *test = test_all; test; test = test->next)
        puts(test->name);
    return 0;
}

/* Runs those that are wanted; how many have failed. */
static inline int group_run(const struct test_group *group)
{
    enum { MOST = 256 };
    static struct CMUnitTest tests[MOST];
    size_t count = 0;
    int failed;

    for (struct test *test = test_all; test; test = test->next) {
        if (!test->wanted)
            continue;
        assert_true(count < MOST);
        tests[count++] = (struct CMUnitTest){.name = test->name,
                                             .test_func = test_body,
                                             .setup_func = test_set_up,
                                             .teardown_func = test_tear_down,
                                             .initial_state = test};
    }
    group_now = group;
    group_is_torn_down = false;
    failed = _cmocka_run_group_tests(program_invocation_short_name, tests, count,
                                     group_set_up, group_tear_down);
    return failed + !group_is_torn_down;
}

static inline int test_main(int argc, char **argv)
{
    static const struct test_group bare;
    int failed = 0;

    if (argc == 2 && strcmp(argv[1], "-l") == 0)
        return test_list();
    for (int i = 1; i < argc; i++)
        if (!test_want(argv[i]))
            return EX_USAGE;
    for (struct test *test = test_all; argc == 1 && test; test = test->next)
        test->wanted = true;
    for (const struct test_group *group = group_all; group; group = group->next)
        failed += group_run(group);
    if (!group_all)
        failed = group_run(&bare);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#ifndef TEST_OWN_MAIN
int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
#endif
