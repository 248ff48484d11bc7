#include "responder.h"

#include "client/lines.h"

#include <sys/mman.h>

static struct wishes wishes;
static char error[WISHES_ERROR];

static bool read_line(const char *text)
{
    char line[64];

    strcpy(line, text);
    wishes_free(&wishes);
    return lines_read(&wishes, line, error);
}

static void assert_line(const char *text, const char *name, uint16_t type)
{
    assert_true(read_line(text));
    assert_int_equal(wishes.count, 1);
    assert_string_equal(wishes.all[0].name, name);
    assert_int_equal(wishes.all[0].type, type);
}

static void assert_mistake(const char *text, const char *expected)
{
    assert_false(read_line(text));
    assert_string_equal(error, expected);
}

static void end(void)
{
    wishes_free(&wishes);
}

TEST(a_line_is_a_name_and_perhaps_a_type)
{
    assert_line("a.test\n", "a.test", 0);
    assert_line("  a.test\tMX \r\n", "a.test", 15);
    assert_line("MX a.test", "a.test", 15);
    assert_line("a.test", "a.test", 0);
    assert_line("mx mx # mail", "mx", 15);
    assert_line("a.test #mx", "a.test", 0);
    assert_line("a.test ; mx", "a.test", 0);
    assert_line("a#b", "a#b", 0);
    assert_line("192.0.2.1", "1.2.0.192.in-addr.arpa.", 12);
}

TEST(a_line_may_have_more_types)
{
    assert_true(read_line("A a.test MX TXT\n"));
    assert_int_equal(wishes.count, 3);
    assert_string_equal(wishes.all[2].name, "a.test");
    assert_int_equal(wishes.all[0].type, 1);
    assert_int_equal(wishes.all[2].type, 16);
}

TEST(blank_lines_and_comments_are_empty)
{
    static const char *const lines[] = {"\n", "", " \t\r\n", "# a.test", "  #", ";a.test"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_true(read_line(lines[i]));
        assert_int_equal(wishes.count, 0);
    }
}

TEST(other_words_are_a_mistake)
{
    assert_mistake("a.test b.test", "more than one NAME");
    assert_mistake("a.test MX b.test", "more than one NAME");
    assert_mistake("a.test MXX", "MXX is not a type: did you mean MX? (MXX. is a name)");
}

/* What `lines_run` makes of a file: its exit code, and what it shows. */
static int run(const char *text, size_t size, const char *out, const char *err)
{
    static struct cmdline cmdline;

    cmdline = (struct cmdline){.settings.style.view = VIEW_SHORT,
                               .settings.manner = {.tries = 2, .try_ms = 5000}};
    struct responder responder;
    struct session session;
    struct batch *batch;
    char *shown = NULL, *complained = NULL;
    size_t room;
    FILE *streams[2];
    int code, fd = memfd_create("names", MFD_CLOEXEC);

    assert_int_equal(pwrite(fd, text, size, 0), size);
    streams[0] = open_memstream(&shown, &room);
    streams[1] = open_memstream(&complained, &room);
    responder_start(&responder, responder_addresses);
    cmdline.server = responder.addr;
    assert_int_equal(session_open(&session, &cmdline, streams[0], streams[1]), 0);
    batch = batch_new(&session, 8, NULL);
    lines_run(batch, fd);
    code = batch_end(batch);
    session_close(&session);
    responder_stop(&responder);
    close(fd);
    for (size_t i = 0; i < 2; i++)
        fclose(streams[i]);
    assert_string_equal(shown, out);
    assert_string_equal(complained, err);
    free(shown);
    free(complained);
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
    assert_int_equal(
        RUN("a b c\nx.test a\n", "192.0.2.10\n", "hostdns: line 1: more than one NAME\n"),
        EX_USAGE);
    assert_int_equal(RUN("a..b\n", "", "hostdns: \"a..b\": not a domain name\n"), EX_USAGE);
}

TEST(a_nul_does_not_hide_the_rest_of_a_line)
{
    assert_int_equal(RUN("a.test\0.b\n", "", "hostdns: line 1: a NUL\n"), EX_USAGE);
}

TEST(a_line_that_is_too_long_is_told_and_the_rest_goes_on)
{
    static char text[100000];

    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 10, "\nb.test A\n", 10);
    assert_int_equal(run(text, sizeof text, "192.0.2.10\n", "hostdns: line 1: too long\n"),
                     EX_USAGE);
}

GROUP(NULL, end);
