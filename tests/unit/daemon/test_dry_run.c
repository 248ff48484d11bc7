/* Dry runs of shell scripts, which get "-n" as their first argument. */
#include "../folder.h"

#include "daemon/dry_run.h"

#include <sys/stat.h>
#include <sys/wait.h>

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

static void set_up(void)
{
    loop = loop_new();
    dones = 0;
    assert_non_null(loop);
}

static void tear_down(void)
{
    loop_free(loop);
}

FIXTURE(dry_run, set_up, tear_down);

/* Writes a script with this text, and returns its path. */
static const char *program(const char *text)
{
    static char path[64];
    FILE *file;

    folder_path(path, "program");
    unlink(path);
    file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static struct dry_run *start(const char *path)
{
    static struct handover handover;
    static char name[] = "name", word[] = "-v";
    char *const argv[] = {name, word, NULL};

    handover = (struct handover){.client = -1, .counters = -1, .control = -1, .web = -1};
    return dry_run_start(loop, path, argv, &handover, done, &loop);
}

static void run(const char *text)
{
    assert_non_null(start(program(text)));
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(dones, 1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no process is left */
}

TEST_WITH(dry_run, a_program_that_ends_well_is_good)
{
    run("#!/bin/sh\nexit 0\n");
    assert_true(was_good);
    assert_string_equal(said, "");
}

TEST_WITH(dry_run, what_it_says_is_told)
{
    run("#!/bin/sh\necho one\necho two >&2\nexit 1\n");
    assert_false(was_good);
    assert_string_equal(said, "one\ntwo");
}

TEST_WITH(dry_run, it_is_asked_only_to_check)
{
    run("#!/bin/sh\nprintf %s \"$*\"\n");
    assert_string_equal(said, "-n -v");
}

TEST_WITH(dry_run, it_finds_what_would_be_handed_over)
{
    run("#!/bin/sh\ngrep -c generation /proc/self/fd/$HOSTDNSD_HANDOVER\n");
    assert_true(was_good);
    assert_string_equal(said, "1");
    assert_null(getenv("HOSTDNSD_HANDOVER"));
}

TEST_WITH(dry_run, a_program_that_dies_is_not_good)
{
    run("#!/bin/sh\nkill -9 $$\n");
    assert_false(was_good);
    assert_string_equal(said, "the dry run of the program failed: Killed");
}

TEST_WITH(dry_run, a_failure_without_a_word_gets_one)
{
    run("#!/bin/sh\necho\nexit 1\n");
    assert_false(was_good);
    assert_string_equal(said, "the dry run of the program failed: it has not said why");
}

TEST_WITH(dry_run, a_program_that_dies_may_have_said_why)
{
    run("#!/bin/sh\necho memory has run out\nkill -9 $$\n");
    assert_false(was_good);
    assert_string_equal(said, "memory has run out");
}

TEST_WITH(dry_run, no_program_is_not_good)
{
    assert_non_null(start("/nonexistent/program"));
    assert_int_equal(loop_run(loop), 0);
    assert_false(was_good);
    assert_string_equal(said, "cannot run /nonexistent/program: No such file or directory");
}

TEST_WITH(dry_run, a_program_that_talks_without_end_is_heard_in_part)
{
    run("#!/bin/sh\nhead -c 100000 /dev/zero | tr '\\0' x\nexit 1\n");
    assert_false(was_good);
    assert_int_equal(strlen(said), 8192);
}

TEST_WITH(dry_run, one_can_be_ended)
{
    struct dry_run *run = start(program("#!/bin/sh\nexec sleep 100\n"));

    assert_non_null(run);
    dry_run_free(run);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(dones, 0);
    dry_run_free(NULL);
}

GROUP(folder_make, folder_remove);
