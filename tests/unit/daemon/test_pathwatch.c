/* Watches paths with links and folders in a folder of the test's own. */
#include "../folder.h"
#include "../limit.h"

#include "daemon/pathwatch.h"

static char first[64], second[64];
static const char *const paths[] = {first, second};
static struct pathwatch *watch;

static void enter(void)
{
    folder_make();
    assert_int_equal(chdir(folder), 0);
    folder_path(first, "first");
    folder_path(second, "second");
    watch = NULL;
}

static void leave(void)
{
    pathwatch_free(watch);
    assert_int_equal(chdir("/"), 0);
    folder_remove();
}

FIXTURE(pathwatch, enter, leave);

/* Makes the folder as it is before it is watched. */
static void given(const char *command)
{
    assert_int_equal(system(command), 0);
    watch = pathwatch_new(paths, 2);
    assert_non_null(watch);
}

static unsigned after(const char *command)
{
    assert_int_equal(system(command), 0);
    return pathwatch_read(watch);
}

/* The numbers of the watches that the kernel has of ours. */
static unsigned watches(void)
{
    char path[64], line[256];
    unsigned count = 0;
    FILE *info;

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pathwatch_descriptor(watch));
    info = fopen(path, "re");
    assert_non_null(info);
    while (fgets(line, sizeof line, info))
        count += strncmp(line, "inotify ", 8) == 0;
    fclose(info);
    return count;
}

TEST_WITH(pathwatch, a_file_is_told_when_it_is_written_replaced_or_gone)
{
    given("echo >first");
    assert_int_equal(after("echo more >>first"), 1);
    assert_int_equal(after("echo >new; mv new first"), 1);
    assert_int_equal(after("echo more >>first"), 1);
    assert_int_equal(after("rm first"), 1);
    assert_int_equal(after("echo >first"), 1);
    assert_int_equal(after("echo >other; rm other"), 0);
}

/* As NixOS has it, and Kubernetes in a config map. */
TEST_WITH(pathwatch, a_folder_among_the_links_that_is_switched_is_told)
{
    given("mkdir s1 s2; echo >s1/x; echo >s2/x; ln -s s1 static; ln -s static/x second");
    assert_int_equal(after("echo more >>s2/x"), 0);
    assert_int_equal(after("ln -s s2 next; mv -T next static"), 2);
    assert_int_equal(after("echo more >>s1/x"), 0);
    assert_int_equal(after("echo more >>s2/x"), 2);
}

TEST_WITH(pathwatch, a_folder_that_comes_goes_and_comes_again_is_told)
{
    given("ln -s a/b/x first");
    assert_int_equal(after("mkdir a"), 1);
    assert_int_equal(after("mkdir a/b"), 1);
    assert_int_equal(after("echo >a/b/x"), 1);
    assert_int_equal(after("rm -r a"), 1);
    assert_int_equal(after("mkdir -p a/b; echo >a/b/x"), 1);
    assert_int_equal(after("echo more >>a/b/x"), 1);
    assert_int_equal(after("mv a c"), 1);
    assert_int_equal(after("echo more >>c/b/x"), 0);
    assert_int_equal(after("mv c a"), 1);
    assert_int_equal(after("echo more >>a/b/x"), 1);
}

/* `..` is the folder above the one that a link has led to, not above the link. */
TEST_WITH(pathwatch, links_of_each_kind_are_followed)
{
    given("mkdir -p deep/in out; ln -s deep/in down; echo >deep/x; echo >x;"
          "ln -s down/../x first; ln -s \"$PWD\"/./out//chain second;"
          "ln -s ../one out/chain; ln -s two one; ln -s x two");
    assert_int_equal(after("echo more >>deep/x"), 1);
    assert_int_equal(after("echo more >>x"), 2);
    assert_int_equal(after("ln -s deep/x new; mv -T new two"), 2);
    assert_int_equal(after("echo more >>deep/x"), 3);
    assert_int_equal(after("mkdir -p other/in; ln -s other/in new; mv -T new down"), 1);
    assert_int_equal(after("echo >other/x"), 1);
}

TEST_WITH(pathwatch, links_that_lead_in_a_circle_end)
{
    given("ln -s second first; ln -s first second");
    assert_int_equal(after("rm second; echo >second"), 3);
    assert_int_equal(after("echo more >>second"), 3);
}

TEST_WITH(pathwatch, all_that_happens_in_a_folder_at_the_end_is_told)
{
    given("mkdir first");
    assert_int_equal(after("echo >first/any"), 1);
    assert_int_equal(after("echo more >>first/any"), 1);
    assert_int_equal(after("rm first/any"), 1);
}

TEST_WITH(pathwatch, what_is_not_on_the_way_any_more_is_not_watched)
{
    unsigned before;

    given("mkdir a b; echo >a/x; echo >b/x; ln -s a now; ln -s now/x first");
    before = watches();
    for (int i = 0; i < 50; i++)
        assert_int_equal(after(i % 2 ? "ln -s a n; mv -T n now" : "ln -s b n; mv -T n now"),
                         1);
    assert_int_equal(watches(), before);
    assert_true(pathwatch_complete(watch));
}

/* The path has more links than the kernel follows and than there is room for. */
TEST_WITH(pathwatch, a_way_that_is_too_long_is_watched_in_part)
{
    given("ln -s x l0; for i in $(seq 1 60); do ln -s l$((i-1)) l$i; done; ln -s l60 first;"
          "d=; for i in $(seq 1 600); do d=$d./d/; mkdir -p $d; done; ln -s $d second");
    assert_int_equal(after("rm first"), 1);
    assert_false(pathwatch_complete(watch));
    assert_int_equal(after("rm second"), 2);
    assert_true(pathwatch_complete(watch));
}

TEST_WITH(pathwatch, none_are_had_without_a_descriptor)
{
    limit_begin(RLIMIT_NOFILE, 0);
    watch = pathwatch_new(paths, 2);
    assert_int_equal(errno, EMFILE);
    limit_end(RLIMIT_NOFILE);
    assert_null(watch);
}
