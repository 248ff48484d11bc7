/* Reads the server's table, and a table of the test's own. */
#include "../written.h"

#include "daemon/command_table.h"

static const struct command rows[] = {
    {"plain", NULL, "Takes none."},
    {"named", "NAME", "Takes any."},
    {"maybe", "[NAME]", "Takes any or none."},
    {"choice", "one|two|three", "Takes one of them."},
    {"option", "[one|two]", "Takes one of them or none."},
    {0},
};

static const struct command *row(const char *name)
{
    const struct command *command = command_find(rows, name);

    assert_non_null(command);
    return command;
}

TEST(a_name_is_found_whole)
{
    assert_ptr_equal(command_find(rows, "named"), &rows[1]);
    assert_null(command_find(rows, "name"));
    assert_null(command_find(rows, ""));
}

TEST(an_argument_is_as_the_table_says)
{
    assert_true(command_takes(row("plain"), NULL));
    assert_false(command_takes(row("plain"), "x"));
    assert_false(command_takes(row("named"), NULL));
    assert_true(command_takes(row("named"), "x"));
    assert_true(command_takes(row("maybe"), NULL));
    assert_true(command_takes(row("maybe"), "x"));
}

TEST(words_are_taken_and_no_others)
{
    assert_false(command_takes(row("choice"), NULL));
    assert_true(command_takes(row("choice"), "one"));
    assert_true(command_takes(row("choice"), "three"));
    assert_false(command_takes(row("choice"), "thre"));
    assert_false(command_takes(row("choice"), "threes"));
    assert_false(command_takes(row("choice"), "one|two"));
    assert_false(command_takes(row("choice"), ""));
    assert_true(command_takes(row("option"), NULL));
    assert_true(command_takes(row("option"), "two"));
    assert_false(command_takes(row("option"), "three"));
}

TEST(words_have_numbers)
{
    assert_int_equal(command_word(row("choice"), "one"), 0);
    assert_int_equal(command_word(row("choice"), "three"), 2);
    assert_int_equal(command_word(row("choice"), "four"), -1);
    assert_int_equal(command_word(row("option"), "two"), 1);
}

TEST(the_help_has_a_line_for_each)
{
    FILE *out = written_begin();

    command_print_help(rows, out);
    assert_string_equal(written_end(out),
                        "  plain                 Takes none.\n"
                        "  named NAME            Takes any.\n"
                        "  maybe [NAME]          Takes any or none.\n"
                        "  choice one|two|three  Takes one of them.\n"
                        "  option [one|two]      Takes one of them or none.\n");
}

TEST(every_command_has_a_name_and_a_help)
{
    for (int i = 0; i < COMMANDS; i++) {
        assert_non_null(command_table[i].name);
        assert_non_null(command_table[i].help);
        assert_ptr_equal(command_find(command_table, command_table[i].name),
                         &command_table[i]);
    }
    assert_null(command_table[COMMANDS].name);
}
