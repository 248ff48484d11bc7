#include "../check.h"

#include "client/input.h"

#include <fcntl.h>

static int ends[2];
static struct input input;

static void open_pipe(void)
{
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    input_open(&input, ends[0]);
}

static void close_pipe(void)
{
    close(ends[0]);
    free(input.octets);
}

FIXTURE(pipe, open_pipe, close_pipe);

/* Writes, and reads once. */
static void come(const char *text)
{
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    input_read(&input);
}

static void end_input(void)
{
    close(ends[1]);
    input_read(&input);
}

static void assert_line(const char *expected)
{
    char *line;
    size_t size;

    assert_int_equal(input_line(&input, &line, &size), INPUT_LINE);
    assert_string_equal(line, expected);
    assert_int_equal(size, strlen(expected));
}

static void assert_found(enum input_found found)
{
    char *line;
    size_t size;

    assert_int_equal(input_line(&input, &line, &size), found);
}

TEST_WITH(pipe, lines_are_taken_one_by_one)
{
    come("one\n\nthree\n");
    assert_line("one");
    assert_line("");
    assert_line("three");
    assert_found(INPUT_NONE);
    end_input();
    assert_found(INPUT_NONE);
    assert_true(input.is_ended);
    assert_int_equal(input.error, 0);
}

TEST_WITH(pipe, a_line_may_come_in_pieces)
{
    come("first\nse");
    assert_line("first");
    assert_found(INPUT_NONE);
    come("cond");
    assert_found(INPUT_NONE);
    come("\nth");
    assert_line("second");
    end_input();
    assert_line("th");
    assert_found(INPUT_NONE);
}

TEST_WITH(pipe, a_line_of_any_length_is_passed_over)
{
    static char many[4096];

    memset(many, 'x', sizeof many - 1);
    for (int i = 0; i < 40; i++) {
        come(many);
        assert_found(i == 16 ? INPUT_TOO_LONG : INPUT_NONE);
    }
    come("end\nnext\n");
    assert_line("next");
    end_input();
    assert_found(INPUT_NONE);
}

TEST_WITH(pipe, a_pipe_without_octets_is_no_end)
{
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    input_read(&input);
    assert_false(input.is_ended);
    come("a\n");
    assert_line("a");
    close(ends[1]);
}

TEST(what_cannot_be_read_is_told)
{
    int folder = open("/", O_RDONLY | O_CLOEXEC);

    input_open(&input, folder);
    input_read(&input);
    assert_true(input.is_ended);
    assert_int_equal(input.error, EISDIR);
    close(folder);
    free(input.octets);
}
