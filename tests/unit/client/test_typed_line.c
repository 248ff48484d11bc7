#include "../written.h"

#include "client/typed_line.h"

static struct typed_line typed;

static enum typed_line_kind read_line(const char *text)
{
    static char line[512];

    strcpy(line, text);
    typed_line_free(&typed);
    typed_line_read(&typed, line);
    return typed.kind;
}

static void assert_server(const char *expected)
{
    char text[ADDR_TEXT];

    assert_true(typed.has_server);
    assert_string_equal(addr_format(&typed.server, text), expected);
}

static void assert_wish(size_t at, const char *name, uint16_t type)
{
    assert_string_equal(typed.wishes.all[at].name, name);
    assert_int_equal(typed.wishes.all[at].type, type);
}

static void end(void)
{
    typed_line_free(&typed);
}

TEST(names_types_and_addresses_are_asked_about)
{
    assert_int_equal(read_line("a.test MX TXT"), TYPED_ASK);
    assert_false(typed.has_server);
    assert_int_equal(typed.wishes.count, 2);
    assert_wish(0, "a.test", 15);
    assert_wish(1, "a.test", 16);
    assert_int_equal(read_line("  AAAA a.test # why"), TYPED_ASK);
    assert_wish(0, "a.test", 28);
    assert_int_equal(read_line("192.0.2.1"), TYPED_ASK);
    assert_wish(0, "1.2.0.192.in-addr.arpa.", 12);
}

TEST(a_few_words_alone_are_commands)
{
    assert_int_equal(read_line("help"), TYPED_HELP);
    assert_int_equal(read_line("  HELP \n"), TYPED_HELP);
    assert_int_equal(read_line("quit"), TYPED_QUIT);
    assert_int_equal(read_line("exit"), TYPED_QUIT);
}

TEST(the_same_words_may_be_names)
{
    assert_int_equal(read_line("help."), TYPED_ASK);
    assert_wish(0, "help.", 0);
    assert_int_equal(read_line("exit AAAA"), TYPED_ASK);
    assert_wish(0, "exit", 28);
    assert_int_equal(read_line("qui"), TYPED_ASK);
    assert_int_equal(read_line("quits"), TYPED_ASK);
}

TEST(a_server_alone_is_for_all_questions_and_else_for_one)
{
    assert_int_equal(read_line("@192.0.2.1#5300"), TYPED_SWITCH);
    assert_server("192.0.2.1:5300");
    assert_int_equal(read_line(" @127.0.0.1 # home"), TYPED_SWITCH);
    assert_server("127.0.0.1:5353");
    assert_int_equal(read_line("a.test @192.0.2.1 MX"), TYPED_ASK);
    assert_server("192.0.2.1:53");
    assert_int_equal(typed.wishes.count, 1);
    assert_wish(0, "a.test", 15);
    assert_int_equal(read_line("@[2001:db8::1]:54 a.test"), TYPED_ASK);
    assert_server("[2001:db8::1]:54");
}

TEST(blanks_and_comments_are_nothing)
{
    assert_int_equal(read_line(""), TYPED_NOTHING);
    assert_int_equal(read_line(" \t\r\n"), TYPED_NOTHING);
    assert_int_equal(read_line("# @192.0.2.1 a.test"), TYPED_NOTHING);
}

TEST(mistakes_are_told)
{
    assert_int_equal(read_line("a.test b.test"), TYPED_MISTAKE);
    assert_string_equal(typed.error, "Please enter a NAME, or a NAME and a TYPE "
                                     "(more than one NAME).");
    assert_int_equal(read_line("@ a.test"), TYPED_MISTAKE);
    assert_int_equal(read_line("@192.0.2.1#65536"), TYPED_MISTAKE);
    assert_ptr_equal(strstr(typed.error, "hostdns: @192.0.2.1#65536: "), typed.error);
    assert_int_equal(read_line("@192.0.2.1 @192.0.2.2"), TYPED_MISTAKE);
    assert_string_equal(typed.error, "hostdns: more than one server");
    assert_int_equal(read_line("a.test +short"), TYPED_MISTAKE);
    assert_string_equal(typed.error,
                        "hostdns: options such as +short belong on the command line");
    assert_int_equal(read_line("-x 192.0.2.1"), TYPED_MISTAKE);
    assert_int_equal(read_line("a.test # -x"), TYPED_ASK);
}

TEST(the_help_names_every_command)
{
    FILE *out = written_begin();

    typed_line_help(out);
    written_end(out);
    assert_non_null(strstr(written, "\n  @SERVER       ask this server from now on"));
    assert_non_null(strstr(written, "\n  help          show this; \"help.\", with a dot,"));
    assert_non_null(strstr(written, "\n  quit "));
    assert_non_null(strstr(written, "\n  exit "));
}

GROUP(NULL, end);
