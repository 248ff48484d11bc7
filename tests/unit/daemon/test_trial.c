/* Trials of shell scripts, which get "-n" as their first word. */
#include "../check.h"

#include "daemon/trial.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/hostdns-trial-XXXXXX";
static struct loop *loop;
static bool was_good;
static char said[16384];
static int dones;

static void done(void *context, bool good, const char *text)
{
    assert_ptr_equal(context, &loop);
    dones++;
    was_good = good;
    snprintf(said, sizeof said, "%s", text);
    loop_stop(loop);
}

static int set_up(void **state)
{
    (void)state;
    loop = loop_new();
    dones = 0;
    return loop ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

/* A program of this text; its path. */
static const char *program(const char *text)
{
    static char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/program", folder);
    unlink(path);
    file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static struct trial *start(const char *path)
{
    static struct handover handover;
    static char name[] = "name", word[] = "-v";
    char *const argv[] = {name, word, NULL};

    handover = (struct handover){.asker = -1, .counters = -1, .control = -1};
    return trial_start(loop, path, argv, &handover, done, &loop);
}

static void run(const char *text)
{
    assert_non_null(start(program(text)));
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(dones, 1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no process is left */
}

static void a_program_that_ends_well_is_good(void **state)
{
    (void)state;
    run("#!/bin/sh\nexit 0\n");
    assert_true(was_good);
    assert_string_equal(said, "");
}

static void what_it_says_is_told(void **state)
{
    (void)state;
    run("#!/bin/sh\necho one\necho two >&2\nexit 1\n");
    assert_false(was_good);
    assert_string_equal(said, "one\ntwo");
}

static void it_is_asked_only_to_check(void **state)
{
    (void)state;
    run("#!/bin/sh\nprintf %s \"$*\"\n");
    assert_string_equal(said, "-n -v");
}

static void it_finds_what_would_be_handed_over(void **state)
{
    (void)state;
    run("#!/bin/sh\ngrep -c generation /proc/self/fd/$HOSTDNSD_HANDOVER\n");
    assert_true(was_good);
    assert_string_equal(said, "1");
    assert_null(getenv("HOSTDNSD_HANDOVER"));
}

static void a_program_that_dies_is_not_good(void **state)
{
    (void)state;
    run("#!/bin/sh\nkill -9 $$\n");
    assert_false(was_good);
}

static void no_program_is_not_good(void **state)
{
    (void)state;
    assert_non_null(start("/nonexistent/program"));
    assert_int_equal(loop_run(loop), 0);
    assert_false(was_good);
    assert_string_equal(said, "cannot run /nonexistent/program: No such file or directory");
}

static void who_talks_without_end_is_heard_in_part(void **state)
{
    (void)state;
    run("#!/bin/sh\nhead -c 100000 /dev/zero | tr '\\0' x\nexit 1\n");
    assert_false(was_good);
    assert_int_equal(strlen(said), 8192);
}

static void one_can_be_ended(void **state)
{
    struct trial *trial = start(program("#!/bin/sh\nexec sleep 100\n"));

    (void)state;
    assert_non_null(trial);
    trial_free(trial);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(dones, 0);
    trial_free(NULL);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_program_that_ends_well_is_good),
        CASE(what_it_says_is_told),
        CASE(it_is_asked_only_to_check),
        CASE(it_finds_what_would_be_handed_over),
        CASE(a_program_that_dies_is_not_good),
        CASE(no_program_is_not_good),
        CASE(who_talks_without_end_is_heard_in_part),
        CASE(one_can_be_ended),
    };
    char path[64];
    int failed;

    if (!mkdtemp(folder))
        return 1;
    failed = cmocka_run_group_tests_name("trial", tests, NULL, NULL);
    snprintf(path, sizeof path, "%s/program", folder);
    unlink(path);
    rmdir(folder);
    return failed;
}
