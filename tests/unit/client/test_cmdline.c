#include "../written.h"
#include "parsed.h"

static void assert_server(const char *expected)
{
    char text[ADDR_TEXT];

    assert_string_equal(addr_format(&cmdline.server, text), expected);
}

static void assert_wish(size_t i, const char *name, uint16_t type)
{
    assert_true(i < cmdline.wishes.count);
    assert_string_equal(cmdline.wishes.all[i].name, name);
    assert_int_equal(cmdline.wishes.all[i].type, type);
}

TEST(defaults_hold_without_options)
{
    assert_int_equal(parse((char *[]){W("hostdns"), NULL}), 0);
    assert_server("127.0.0.1:5353");
    assert_int_equal(cmdline.wishes.count, 0);
    assert_false(cmdline.settings.style.is_short);
    assert_int_equal(cmdline.action, CMDLINE_ASK);
}

TEST(types_stand_before_names_and_behind_them)
{
    assert_int_equal(PARSE(W("mx"), W("a.test"), W("b.test"), W("type65280")), 0);
    assert_int_equal(cmdline.wishes.count, 2);
    assert_wish(0, "a.test", 15);
    assert_wish(1, "b.test", 65280);
}

TEST(an_option_may_stand_between_them)
{
    assert_int_equal(
        PARSE(W("a.test"), W("+short"), W("mx"), W("-x"), W("192.0.2.1"), W("ns")), 0);
    assert_int_equal(cmdline.wishes.count, 3);
    assert_wish(0, "a.test", 15);
    assert_wish(1, "1.2.0.192.in-addr.arpa.", 12);
    assert_wish(2, "ns", 0);
    assert_true(cmdline.settings.style.is_short);
}

TEST(a_type_and_a_name_may_have_an_option_that_says_so)
{
    assert_int_equal(PARSE(W("-t"), W("mx"), W("-q"), W("txt"), W("-qns"), W("-ttxt")), 0);
    assert_int_equal(cmdline.wishes.count, 2);
    assert_wish(0, "txt", 15);
    assert_wish(1, "ns", 16);
}

TEST(behind_two_hyphens_all_are_names)
{
    assert_int_equal(PARSE(W("--"), W("-x"), W("@a"), W("+short"), W("--"), W("mx")), 0);
    assert_int_equal(cmdline.wishes.count, 5);
    assert_wish(0, "-x", 0);
    assert_wish(1, "@a", 0);
    assert_wish(2, "+short", 0);
    assert_wish(3, "--", 0);
    assert_wish(4, "mx", 0);
    assert_false(cmdline.settings.style.is_short);
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

/* Looking a name up needs a server, so that these are no names. */
TEST(a_mistake_in_the_environment_is_told_to_be_there)
{
    char *const argv[] = {W("hostdns"), W("a.test"), NULL};

    setenv("HOSTDNS_SERVER", "::1#x\033[2J", 1);
    assert_int_equal(cmdline_parse(&cmdline, 2, argv, error), -1);
    cmdline_free(&cmdline);
    unsetenv("HOSTDNS_SERVER");
    assert_string_equal(error,
                        "HOSTDNS_SERVER: @::1#x\\027[2J: no ADDRESS, ADDRESS#PORT or NAME");
}

TEST(the_environment_may_name_the_server)
{
    setenv("HOSTDNS_SERVER", "127.0.0.3#99", 1);
    assert_int_equal(PARSE(W("a.test")), 0);
    assert_server("127.0.0.3:99");
    assert_int_equal(PARSE(W("@127.0.0.4")), 0);
    assert_server("127.0.0.4:5353");
    setenv("HOSTDNS_SERVER", "1.2.3", 1);
    assert_int_equal(PARSE(W("a.test")), -1);
    setenv("HOSTDNS_SERVER", "", 1);
    assert_int_equal(PARSE(W("a.test")), 0);
    assert_server("127.0.0.1:5353");
    unsetenv("HOSTDNS_SERVER");
}

TEST(an_argument_may_stand_in_the_same_word)
{
    assert_int_equal(PARSE(W("-x2001:db8::10")), 0);
    assert_int_equal(cmdline.wishes.all[0].type, 12);
}

TEST(options_have_opposites_and_may_be_cut)
{
    assert_int_equal(PARSE(W("+short"), W("+noshort"), W("+tcp"), W("+notcp")), 0);
    assert_false(cmdline.settings.style.is_short || cmdline.settings.manner.use_tcp);
    assert_int_equal(PARSE(W("+norec"), W("+cd"), W("+time=3"), W("+vc")), 0);
    assert_true(cmdline.settings.form.is_iterative && cmdline.settings.form.has_cd &&
                cmdline.settings.manner.use_tcp);
    assert_int_equal(cmdline.settings.manner.try_ms, 3000);
    assert_int_equal(PARSE(W("+norecurse"), W("+recurse")), 0);
    assert_false(cmdline.settings.form.is_iterative);
    assert_int_equal(PARSE(W("+nord"), W("+ad"), W("+notcp")), 0);
    assert_true(cmdline.settings.form.is_iterative && cmdline.settings.form.has_ad &&
                cmdline.settings.manner.keep_to_udp);
    assert_int_equal(PARSE(W("+nordflag"), W("+rd"), W("+cd"), W("+nocd"), W("+adf")), 0);
    assert_false(cmdline.settings.form.is_iterative || cmdline.settings.form.has_cd);
}

static const struct settings *own(size_t i)
{
    assert_true(i < cmdline.wishes.count);
    return cmdline.wishes.all[i].settings;
}

TEST(an_option_behind_a_name_is_of_that_name)
{
    assert_int_equal(PARSE(W("+time=9"), W("a.test"), W("+tcp"), W("+time=3"), W("b.test"),
                           W("c.test"), W("mx"), W("+norec"), W("txt")),
                     0);
    assert_false(cmdline.settings.manner.use_tcp || cmdline.settings.form.is_iterative);
    assert_true(own(0)->manner.use_tcp && own(0)->manner.try_ms == 3000);
    assert_null(own(1));
    assert_true(own(2)->form.is_iterative && own(2)->manner.try_ms == 9000);
    assert_ptr_equal(own(2), own(3));
    assert_int_equal(cmdline.own_count, 2);
}

TEST(an_option_between_names_that_options_bring)
{
    assert_int_equal(PARSE(W("-x"), W("192.0.2.1"), W("+tcp"), W("-q"), W("b.test"),
                           W("-t"), W("MX"), W("+cd")),
                     0);
    assert_true(own(0)->manner.use_tcp && !own(0)->form.has_cd);
    assert_true(own(1)->form.has_cd && !own(1)->manner.use_tcp);
}

TEST(some_options_hold_for_all_names_wherever_they_stand)
{
    assert_int_equal(PARSE(W("a.test"), W("+tcp"), W("b.test"), W("+short"), W("+nosource"),
                           W("--color=always")),
                     0);
    assert_int_equal(own(0)->style.view, VIEW_SHORT);
    assert_false(own(0)->style.show_source);
    assert_true(own(0)->style.is_coloured);
    assert_null(own(1));
    assert_int_equal(cmdline.settings.style.view, VIEW_SHORT);
    assert_int_equal(PARSE(W("a.test"), W("+noall"), W("+answer"), W("b.test")), 0);
    assert_int_equal(cmdline.settings.style.view, VIEW_DIG);
    assert_true(cmdline.settings.style.show_question && !cmdline.settings.style.show_cmd);
    assert_true(own(0)->style.show_answer && !own(0)->style.show_question);
}

TEST(the_view_that_says_least_of_the_layout_is_taken)
{
    assert_int_equal(PARSE(W("a.test")), 0);
    assert_int_equal(cmdline.settings.style.view, VIEW_PLAIN);
    assert_int_equal(PARSE(W("+noall"), W("+answer")), 0);
    assert_int_equal(cmdline.settings.style.view, VIEW_DIG);
    assert_true(cmdline.settings.style.show_answer && !cmdline.settings.style.show_stats);
    assert_int_equal(PARSE(W("+dig")), 0);
    assert_int_equal(cmdline.settings.style.view, VIEW_DIG);
    assert_true(cmdline.settings.style.show_answer && cmdline.settings.style.show_stats);
    assert_int_equal(PARSE(W("+short"), W("+noall"), W("+answer")), 0);
    assert_int_equal(cmdline.settings.style.view, VIEW_SHORT);
    assert_int_equal(PARSE(W("+dig"), W("+short"), W("+yaml")), 0);
    assert_int_equal(cmdline.settings.style.view, VIEW_YAML);
    assert_int_equal(PARSE(W("+json"), W("+yaml"), W("+short")), 0);
    assert_int_equal(cmdline.settings.style.view, VIEW_JSON);
}

TEST(a_class_stands_before_its_name_or_behind_or_has_an_option)
{
    assert_int_equal(PARSE(W("CH"), W("TXT"), W("a.test"), W("b.test"), W("HS")), 0);
    assert_int_equal(cmdline.wishes.count, 2);
    assert_int_equal(cmdline.wishes.all[0].class, 3);
    assert_wish(0, "a.test", 16);
    assert_int_equal(cmdline.wishes.all[1].class, 4);
    assert_int_equal(PARSE(W("-c"), W("class3"), W("a.test")), 0);
    assert_int_equal(cmdline.wishes.all[0].class, 3);
}

TEST(help_and_version_are_actions)
{
    assert_int_equal(PARSE(W("--help"), W("all")), 0);
    assert_int_equal(cmdline.action, CMDLINE_HELP_ALL);
    assert_int_equal(PARSE(W("--help"), W("a.test")), 0);
    assert_int_equal(cmdline.action, CMDLINE_HELP);
    assert_int_equal(cmdline.wishes.count, 1);
    assert_int_equal(PARSE(W("-h")), 0);
    assert_int_equal(cmdline.action, CMDLINE_HELP);
    assert_int_equal(PARSE(W("--help")), 0);
    assert_int_equal(cmdline.action, CMDLINE_HELP);
    assert_int_equal(PARSE(W("-V")), 0);
    assert_int_equal(cmdline.action, CMDLINE_VERSION);
    assert_int_equal(PARSE(W("--version")), 0);
    assert_int_equal(cmdline.action, CMDLINE_VERSION);
}

static void assert_refused(char *a, char *b, const char *expected)
{
    assert_int_equal(parse((char *[]){W("hostdns"), a, b, NULL}), -1);
    assert_string_equal(error, expected);
}

TEST(mistakes_are_named)
{
    assert_refused(W("--foo"), NULL,
                   "unknown option \"--foo\" (hostdns --help all lists them)");
    assert_refused(W("+shorter"), NULL,
                   "unknown option \"+shorter\" (hostdns --help all lists them)");
    assert_refused(W("+shotr"), NULL, "unknown option \"+shotr\": did you mean +short?");
    assert_refused(W("+t"), NULL, "option \"+t\" may be +tcp or +timeout");
    assert_refused(W("+short=1"), NULL, "+short: takes no value");
    assert_refused(W("+nosubnet=1"), NULL, "+nosubnet=1: takes no value");
    assert_refused(W("+notimeout"), NULL,
                   "unknown option \"+notimeout\" (hostdns --help all lists them)");
    assert_refused(W("+timeout"), NULL, "+timeout: SECONDS is missing");
    assert_refused(W("-c"), W("CH"), "no NAME for the class CH");
    assert_refused(W("-6"), W("@127.0.0.1"), "@127.0.0.1: -6 asks for an IPv6 address");
    assert_refused(W("-hx"), NULL,
                   "unknown option \"-hx\" (hostdns --help all lists them)");
    assert_refused(W("-"), NULL, "unknown option \"-\" (hostdns --help all lists them)");
    assert_refused(W("-p"), NULL, "-p: PORT is missing");
    assert_refused(W("-t"), W("mx"), "no NAME for the type mx");
    assert_refused(W("a.test"), W("MXX"),
                   "MXX is not a type: did you mean MX? (MXX. is a name)");
    assert_refused(W("TEXT"), W("a.test"),
                   "TEXT is not a type: did you mean TXT? (TEXT. is a name)");
    assert_refused(W("@::1#x"), NULL, "@::1#x: no ADDRESS, ADDRESS#PORT or NAME");
    assert_refused(W("@"), NULL, "@: no ADDRESS, ADDRESS#PORT or NAME");
    assert_refused(W("@::1:99999x"), NULL, "@::1:99999x: no ADDRESS, ADDRESS#PORT or NAME");
    assert_refused(W("@127.0.0.1:0"), NULL,
                   "@127.0.0.1:0: no ADDRESS, ADDRESS#PORT or NAME");
}

TEST(a_long_mistake_is_cut)
{
    char word[1000] = "-";

    memset(word + 1, 'x', sizeof word - 2);
    word[sizeof word - 1] = '\0';
    assert_int_equal(parse((char *[]){W("hostdns"), word, NULL}), -1);
    assert_int_equal(strlen(error), OPTION_ERROR - 1);
}

TEST(an_empty_word_is_a_name)
{
    assert_int_equal(PARSE(W("")), 0);
    assert_wish(0, "", 0);
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

TEST(all_help_lists_what_the_first_screen_leaves_out)
{
    FILE *out = written_begin();

    cmdline_help(out, true);
    written_end(out);
    assert_non_null(strstr(written, "\n  +norecurse "));
    assert_non_null(strstr(written, "\n  +timeout=SECONDS "));
    assert_non_null(strstr(written, "\n  +cookie[=HEX] "));
    assert_non_null(strstr(written, "\n  --help [all] "));
}

TEST(help_fits_one_screen)
{
    FILE *out = written_begin();

    cmdline_help(out, false);
    written_end(out);
    assert_non_null(strstr(written, "\n  @SERVER "));
    assert_non_null(strstr(written, "\n  -p PORT "));
    assert_non_null(strstr(written, "(default 127.0.0.1)\n"));
    assert_non_null(strstr(written, "\n  -x ADDRESS "));
    assert_non_null(strstr(written, "\n  +short "));
    assert_non_null(strstr(written, "\n  -V "));
    assert_non_null(strstr(written, "\n  -h "));
    assert_null(strstr(written, "+bufsize"));
    assert_true(count_lines(written) <= 24);
}

GROUP(NULL, forget_cmdline);
