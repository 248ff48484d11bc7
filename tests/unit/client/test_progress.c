#include "../check.h"

#include "client/progress.h"

static char *text;
static size_t size, seen;
static FILE *terminal;
static struct progress progress;

static void begin(void)
{
    seen = 0;
    terminal = open_memstream(&text, &size);
    progress_begin(&progress, terminal, 5000);
}

static void end(void)
{
    fclose(terminal);
    free(text);
}

FIXTURE(terminal, begin, end);

/* What has been written since the last look. */
static void assert_written(const char *expected)
{
    fflush(terminal);
    assert_string_equal(text + seen, expected);
    seen = size;
}

TEST_WITH(terminal, short_work_shows_nothing)
{
    progress_show(&progress, 5999, 1, 2);
    progress_hide(&progress);
    assert_written("");
}

TEST_WITH(terminal, the_line_is_drawn_now_and_then)
{
    progress_show(&progress, 6000, 12, 64);
    progress_show(&progress, 6199, 13, 64);
    assert_written("\rhostdns: 12 names answered, 64 asked");
    progress_show(&progress, 6200, 14, 3);
    assert_written("\rhostdns: 14 names answered, 3 asked ");
}

TEST_WITH(terminal, other_text_takes_its_place_and_it_comes_again)
{
    progress_show(&progress, 6000, 1, 2);
    assert_written("\rhostdns: 1 names answered, 2 asked");
    progress_hide(&progress);
    assert_written("\r                                  \r");
    progress_show(&progress, 6001, 1, 2);
    assert_written("\rhostdns: 1 names answered, 2 asked");
}

TEST_WITH(terminal, another_text)
{
    progress_say(&progress, 5999, "too early");
    progress_say(&progress, 6000, "waiting for mdns4, dns");
    assert_written("\rhostdns: waiting for mdns4, dns");
    progress_say(&progress, 6200, "waiting for mdns4");
    assert_written("\rhostdns: waiting for mdns4     ");
}

TEST(without_a_terminal_nothing_is_drawn)
{
    progress_begin(&progress, NULL, 0);
    progress_show(&progress, 10000, 1, 2);
    progress_hide(&progress);
}
