#include "responder.h"

#include "client/lines.h"

#include <stdlib.h>
#include <sysexits.h>

static void assert_line(const char *text, enum line_kind kind, const char *name,
                        uint16_t type)
{
    char line[64], *word;
    uint16_t number;

    strcpy(line, text);
    assert_int_equal(lines_split(line, &word, &number), kind);
    if (kind != LINE_NAME)
        return;
    assert_string_equal(word, name);
    assert_int_equal(number, type);
}

TEST(a_line_is_a_name_and_perhaps_a_type)
{
    assert_line("a.test\n", LINE_NAME, "a.test", 0);
    assert_line("  a.test\tMX \r\n", LINE_NAME, "a.test", 15);
    assert_line("a.test", LINE_NAME, "a.test", 0);
    assert_line("mx mx # mail", LINE_NAME, "mx", 15);
    assert_line("a.test #mx", LINE_NAME, "a.test", 0);
    assert_line("a#b", LINE_NAME, "a#b", 0);
}

TEST(blank_lines_and_comments_are_empty)
{
    assert_line("\n", LINE_EMPTY, NULL, 0);
    assert_line("", LINE_EMPTY, NULL, 0);
    assert_line(" \t\r\n", LINE_EMPTY, NULL, 0);
    assert_line("# a.test", LINE_EMPTY, NULL, 0);
    assert_line("  #", LINE_EMPTY, NULL, 0);
}

TEST(other_words_are_a_mistake)
{
    assert_line("a.test b.test", LINE_BAD, NULL, 0);
    assert_line("a.test MX b.test", LINE_BAD, NULL, 0);
}

/* What `lines_run` makes of a file: its exit code, and what it shows. */
static int run(const char *text, size_t size, const char *out, const char *err)
{
    struct options options = {.is_short = true};
    struct responder responder;
    struct asker asker;
    char *shown = NULL, *complained = NULL, *input = malloc(size + 1);
    size_t room;
    FILE *streams[3];
    int code;

    memcpy(input, text, size);
    streams[0] = fmemopen(input, size, "r");
    streams[1] = open_memstream(&shown, &room);
    streams[2] = open_memstream(&complained, &room);
    responder_start(&responder, responder_addresses);
    options.server = responder.addr;
    assert_int_equal(asker_open(&asker, &options, streams[1], streams[2]), 0);
    code = lines_run(&asker, streams[0]);
    asker_close(&asker);
    responder_stop(&responder);
    for (size_t i = 0; i < 3; i++)
        fclose(streams[i]);
    assert_string_equal(shown, out);
    assert_string_equal(complained, err);
    free(shown);
    free(complained);
    free(input);
    return code;
}

#define RUN(text, out, err) run(text, sizeof(text) - 1, out, err)

TEST(each_line_is_asked_about)
{
    assert_int_equal(
        RUN("# two\na.test A\n\nb.test AAAA", "192.0.2.10\n2001:db8::10\n", ""), 0);
}

TEST(a_mistake_is_told_and_the_rest_goes_on)
{
    assert_int_equal(RUN("a b c\nx.test a\n", "192.0.2.10\n",
                         "hostdns: line 1: not NAME or NAME TYPE\n"),
                     EX_USAGE);
    assert_int_equal(RUN("a..b\n", "", "hostdns: \"a..b\": not a domain name\n"), EX_USAGE);
}

TEST(a_nul_does_not_hide_the_rest_of_a_line)
{
    assert_int_equal(RUN("a.test\0.b\n", "", "hostdns: line 1: not NAME or NAME TYPE\n"),
                     EX_USAGE);
}
