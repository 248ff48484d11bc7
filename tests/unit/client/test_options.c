#include "../check.h"

#include "client/options.h"

#include <stdlib.h>
#include <string.h>

static struct options options;
static char error[OPTIONS_ERROR];

static int parse(char *const argv[])
{
    int argc = 0;

    while (argv[argc])
        argc++;
    options_free(&options);
    *error = '\0';
    return options_parse(&options, argc, argv, error);
}

#define PARSE(...) parse((char *[]){W("hostdns"), __VA_ARGS__, NULL})
#define W(word)    ((char[]){word})

static void end(void)
{
    options_free(&options);
}

static void assert_server(const char *expected)
{
    char text[ADDR_TEXT];

    assert_string_equal(addr_format(&options.server, text), expected);
}

static void assert_wish(size_t i, const char *name, uint16_t type)
{
    assert_true(i < options.words.count);
    assert_string_equal(options.words.wishes[i].name, name);
    assert_int_equal(options.words.wishes[i].type, type);
}

TEST(defaults_hold_without_options)
{
    assert_int_equal(parse((char *[]){W("hostdns"), NULL}), 0);
    assert_server("127.0.0.1:5353");
    assert_int_equal(options.words.count, 0);
    assert_false(options.is_short);
    assert_int_equal(options.action, OPTIONS_ASK);
}

TEST(types_stand_before_names_and_behind_them)
{
    assert_int_equal(PARSE(W("mx"), W("a.test"), W("b.test"), W("type65280")), 0);
    assert_int_equal(options.words.count, 2);
    assert_wish(0, "a.test", 15);
    assert_wish(1, "b.test", 65280);
}

TEST(an_option_may_stand_between_them)
{
    assert_int_equal(
        PARSE(W("a.test"), W("+short"), W("mx"), W("-x"), W("192.0.2.1"), W("ns")), 0);
    assert_int_equal(options.words.count, 3);
    assert_wish(0, "a.test", 15);
    assert_wish(1, "1.2.0.192.in-addr.arpa.", 12);
    assert_wish(2, "ns", 0);
    assert_true(options.is_short);
}

TEST(a_type_and_a_name_may_have_an_option_that_says_so)
{
    assert_int_equal(PARSE(W("-t"), W("mx"), W("-q"), W("txt"), W("-qns"), W("-ttxt")), 0);
    assert_int_equal(options.words.count, 2);
    assert_wish(0, "txt", 15);
    assert_wish(1, "ns", 16);
}

TEST(behind_two_hyphens_all_are_names)
{
    assert_int_equal(PARSE(W("--"), W("-x"), W("@a"), W("+short"), W("--"), W("mx")), 0);
    assert_int_equal(options.words.count, 5);
    assert_wish(0, "-x", 0);
    assert_wish(1, "@a", 0);
    assert_wish(2, "+short", 0);
    assert_wish(3, "--", 0);
    assert_wish(4, "mx", 0);
    assert_false(options.is_short);
}

TEST(how_an_answer_may_come)
{
    assert_int_equal(PARSE(W("a.test")), 0);
    assert_false(options.use_tcp || options.keep_truncated);
    assert_int_equal(PARSE(W("+tcp"), W("+ignore")), 0);
    assert_true(options.use_tcp && options.keep_truncated);
}

TEST(the_server_has_an_address_and_a_port)
{
    assert_int_equal(PARSE(W("@127.0.0.2")), 0);
    assert_server("127.0.0.2:5353");
    assert_int_equal(PARSE(W("@127.0.0.2#53")), 0);
    assert_server("127.0.0.2:53");
    assert_int_equal(PARSE(W("@::1#53"), W("-p"), W("99")), 0);
    assert_server("[::1]:53");
    assert_int_equal(PARSE(W("@[::1]#53")), 0);
    assert_server("[::1]:53");
    assert_int_equal(PARSE(W("@192.0.2.1"), W("-p"), W("53")), 0);
    assert_server("192.0.2.1:53");
    assert_int_equal(PARSE(W("-p53"), W("@::1")), 0);
    assert_server("[::1]:53");
    assert_int_equal(PARSE(W("@[::1]:99"), W("-p"), W("53")), 0);
    assert_server("[::1]:99");
}

TEST(a_server_elsewhere_has_port_53)
{
    assert_int_equal(PARSE(W("@192.0.2.1")), 0);
    assert_server("192.0.2.1:53");
    assert_int_equal(PARSE(W("@192.0.2.1"), W("-p"), W("5353")), 0);
    assert_server("192.0.2.1:5353");
}

TEST(the_environment_may_name_the_server)
{
    setenv("HOSTDNS_SERVER", "127.0.0.3#99", 1);
    assert_int_equal(PARSE(W("a.test")), 0);
    assert_server("127.0.0.3:99");
    assert_int_equal(PARSE(W("@127.0.0.4")), 0);
    assert_server("127.0.0.4:5353");
    setenv("HOSTDNS_SERVER", "nowhere", 1);
    assert_int_equal(PARSE(W("a.test")), -1);
    setenv("HOSTDNS_SERVER", "", 1);
    assert_int_equal(PARSE(W("a.test")), 0);
    assert_server("127.0.0.1:5353");
    unsetenv("HOSTDNS_SERVER");
}

TEST(an_argument_may_stand_in_the_same_word)
{
    assert_int_equal(PARSE(W("-x2001:db8::10")), 0);
    assert_int_equal(options.words.wishes[0].type, 12);
}

TEST(help_and_version_are_actions)
{
    assert_int_equal(PARSE(W("-h")), 0);
    assert_int_equal(options.action, OPTIONS_HELP);
    assert_int_equal(PARSE(W("--help")), 0);
    assert_int_equal(options.action, OPTIONS_HELP);
    assert_int_equal(PARSE(W("-V")), 0);
    assert_int_equal(options.action, OPTIONS_VERSION);
    assert_int_equal(PARSE(W("--version")), 0);
    assert_int_equal(options.action, OPTIONS_VERSION);
}

static void assert_refused(char *a, char *b, const char *expected)
{
    assert_int_equal(parse((char *[]){W("hostdns"), a, b, NULL}), -1);
    assert_string_equal(error, expected);
}

TEST(mistakes_are_named)
{
    assert_refused(W("--foo"), NULL, "unknown option \"--foo\" (hostdns -h lists them)");
    assert_refused(W("+shorter"), NULL,
                   "unknown option \"+shorter\" (hostdns -h lists them)");
    assert_refused(W("-hx"), NULL, "unknown option \"-hx\" (hostdns -h lists them)");
    assert_refused(W("-"), NULL, "unknown option \"-\" (hostdns -h lists them)");
    assert_refused(W("-p"), NULL, "-p: PORT is missing");
    assert_refused(W("-p"), W("0"), "-p: \"0\" is no port, a number from 1 to 65535");
    assert_refused(W("-p"), W("65536"),
                   "-p: \"65536\" is no port, a number from 1 to 65535");
    assert_refused(W("-p"), W("53x"), "-p: \"53x\" is no port, a number from 1 to 65535");
    assert_refused(W("-p"), W("-1"), "-p: \"-1\" is no port, a number from 1 to 65535");
    assert_refused(W("-p"), W(""), "-p: \"\" is no port, a number from 1 to 65535");
    assert_refused(W("-t"), W("nix"), "-t: \"nix\" is no type");
    assert_refused(W("-t"), W("mx"), "no NAME for the type mx");
    assert_refused(W("a.test"), W("MXX"),
                   "MXX is no type: did you mean MX? (MXX. is a name)");
    assert_refused(W("TEXT"), W("a.test"),
                   "TEXT is no type: did you mean TXT? (TEXT. is a name)");
    assert_refused(W("@::1#x"), NULL,
                   "@::1#x: not a numeric address, ADDRESS or ADDRESS#PORT");
    assert_refused(W("-x"), W("host"), "-x: \"host\" is no IPv4 or IPv6 address");
    assert_refused(W("@host"), NULL,
                   "@host: not a numeric address, ADDRESS or ADDRESS#PORT");
    assert_refused(W("@"), NULL, "@: not a numeric address, ADDRESS or ADDRESS#PORT");
    assert_refused(W("@::1:99999x"), NULL,
                   "@::1:99999x: not a numeric address, ADDRESS or ADDRESS#PORT");
    assert_refused(W("@127.0.0.1:0"), NULL,
                   "@127.0.0.1:0: not a numeric address, ADDRESS or ADDRESS#PORT");
}

TEST(a_long_mistake_is_cut)
{
    char word[1000] = "-";

    memset(word + 1, 'x', sizeof word - 2);
    word[sizeof word - 1] = '\0';
    assert_int_equal(parse((char *[]){W("hostdns"), word, NULL}), -1);
    assert_int_equal(strlen(error), OPTIONS_ERROR - 1);
}

TEST(an_empty_word_is_a_name)
{
    assert_int_equal(PARSE(W("")), 0);
    assert_wish(0, "", 0);
}

TEST(help_lists_every_option_and_default)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    options_help(out);
    fclose(out);
    assert_non_null(strstr(text, "\n  @SERVER "));
    assert_non_null(strstr(text, "\n  -p PORT "));
    assert_non_null(strstr(text, "(default 127.0.0.1)\n"));
    assert_non_null(strstr(text, "\n  -x ADDRESS "));
    assert_non_null(strstr(text, "\n  +short "));
    assert_non_null(strstr(text, "\n  -V "));
    assert_non_null(strstr(text, "\n  -h "));
    free(text);
}

GROUP(NULL, end);
