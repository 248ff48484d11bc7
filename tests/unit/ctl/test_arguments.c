#include "../written.h"

#include "ctl/arguments.h"

static struct arguments arguments;
static char line[256];

/* Reads a command line, whose words have a blank between each two. */
static bool read_line(const char *text)
{
    static char *words[16];
    FILE *out = written_begin();
    int count = 0;
    bool done;

    snprintf(line, sizeof line, "hostdnsctl %s", text);
    for (char *rest = line; rest && count < 15;)
        words[count++] = strsep(&rest, " ");
    words[count] = NULL;
    done = arguments_read(&arguments, count, words, out);
    assert_int_equal(done, *written_end(out) == '\0');
    return done;
}

static void assert_wrong(const char *text, const char *expected)
{
    assert_false(read_line(text));
    assert_string_equal(written, expected);
}

TEST(a_command_is_found_in_the_table)
{
    assert_true(read_line("flush a.test"));
    assert_int_equal(arguments.wish, ARGUMENTS_COMMAND);
    assert_int_equal(arguments.id, COMMAND_FLUSH);
    assert_int_equal(arguments.count, 2);
    assert_string_equal(arguments.words[1], "a.test");
    assert_string_equal(arguments.path, arguments.default_path);
    assert_int_equal(arguments.interval_ms, 1000);
}

TEST(one_that_is_not_there_has_any_words)
{
    assert_true(read_line("dance a b c"));
    assert_int_equal(arguments.id, COMMANDS);
    assert_int_equal(arguments.count, 4);
}

TEST(options_stand_before_and_behind_the_command)
{
    assert_true(read_line("-s /x status --json"));
    assert_string_equal(arguments.path, "/x");
    assert_true(arguments.json);
    assert_true(read_line("--once top --interval 0.25"));
    assert_true(arguments.once);
    assert_int_equal(arguments.interval_ms, 250);
    assert_true(read_line("flush -- -x"));
    assert_string_equal(arguments.words[1], "-x");
}

TEST(help_and_version_need_nothing_more)
{
    assert_true(read_line("--help nonsense a b"));
    assert_int_equal(arguments.wish, ARGUMENTS_HELP);
    assert_true(read_line("-V"));
    assert_int_equal(arguments.wish, ARGUMENTS_VERSION);
}

TEST(surplus_and_wrong_words_are_refused)
{
    assert_wrong("flush a b", "hostdnsctl: flush: it takes fewer words; usage: "
                              "hostdnsctl flush [NAME]\n");
    assert_wrong("stop now", "hostdnsctl: stop: it takes fewer words; usage: "
                             "hostdnsctl stop\n");
    assert_wrong("log loud",
                 "hostdnsctl: log: the argument is wrong; usage: hostdnsctl log "
                 "error|warning|info|debug\n");
    assert_wrong("log", "hostdnsctl: log: an argument is needed; usage: hostdnsctl log "
                        "error|warning|info|debug\n");
    assert_false(read_line("-s /x"));
}

TEST(options_are_for_some_commands)
{
    assert_wrong("flush --json", "hostdnsctl: flush: it has no answer in JSON; usage: "
                                 "hostdnsctl flush [NAME]\n");
    assert_wrong("stats --once",
                 "hostdnsctl: stats: --once and --interval are for top on a "
                 "terminal or as text; usage: hostdnsctl stats [json]\n");
    assert_false(read_line("top json --once"));
    assert_false(read_line("top --json --interval 1"));
}

TEST(intervals_have_limits)
{
    static const char *const wrong[] = {"0", "0.09", "3601", "-1", "x", "1x", "nan", "inf"};
    char text[64];

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "top --interval %s", wrong[i]);
        assert_wrong(text, "hostdnsctl: --interval needs seconds from 0.1 to 3600\n");
    }
    assert_wrong("top --interval",
                 "hostdnsctl: --interval needs seconds from 0.1 to 3600\n");
    assert_true(read_line("top --interval 0.1"));
    assert_int_equal(arguments.interval_ms, 100);
    assert_true(read_line("top --interval=3600"));
    assert_int_equal(arguments.interval_ms, 3600000);
}

TEST(control_characters_are_refused)
{
    assert_wrong("flush a\nb",
                 "hostdnsctl: word 2 of the command has a control character\n");
    assert_wrong("\033[2J", "hostdnsctl: word 1 of the command has a control character\n");
    assert_wrong("--\033", "hostdnsctl: --?: no such option, or it takes no value "
                           "(hostdnsctl -h lists them)\n");
}
