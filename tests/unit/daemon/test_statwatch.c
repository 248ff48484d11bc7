/* Looks at paths in a folder of the test's own. */
#include "../folder.h"

#include "daemon/statwatch.h"

static struct statwatch watch;
static const char *const paths[] = {"first", "second"};

static void enter(void)
{
    folder_make();
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(system("echo one >first; mkdir a b; echo two >a/x; echo two >b/x"), 0);
    statwatch_init(&watch, paths, 2);
}

static void leave(void)
{
    assert_int_equal(chdir("/"), 0);
    folder_remove();
}

FIXTURE(statwatch, enter, leave);

static unsigned after(const char *command)
{
    assert_int_equal(system(command), 0);
    return statwatch_check(&watch);
}

TEST_WITH(statwatch, nothing_that_stays_is_told)
{
    assert_int_equal(statwatch_check(&watch), 0);
    assert_int_equal(after("cat first >a/y"), 0);
}

TEST_WITH(statwatch, each_change_is_told_once)
{
    static const char *const commands[] = {
        "echo longer >first",
        "touch -d @1 first",
        "chmod 600 first",
        "rm first",
        "echo one >first",
        "mv a/x first",
        "cp first new; mv new first",
    };

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        assert_int_equal(after(commands[i]), 1);
        assert_int_equal(statwatch_check(&watch), 0);
    }
}

/* The two files are alike but for where they are. */
TEST_WITH(statwatch, a_folder_among_the_links_is_told)
{
    assert_int_equal(after("touch -d @1 a/x b/x; ln -s a now; ln -s now/x second"), 2);
    assert_int_equal(after("ln -s b next; mv -T next now"), 2);
    assert_int_equal(after("rm now"), 2);
    assert_int_equal(after("ln -s nowhere now"), 0);
    assert_int_equal(after("mkdir nowhere"), 0);
    assert_int_equal(after("echo >nowhere/x"), 2);
}

TEST_WITH(statwatch, both_are_told)
{
    assert_int_equal(after("echo longer >first; ln -s a/x second"), 3);
}
