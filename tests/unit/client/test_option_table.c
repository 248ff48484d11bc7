#include "parsed.h"

TEST(how_an_answer_may_come)
{
    assert_int_equal(PARSE(W("a.test")), 0);
    assert_false(cmdline.settings.manner.use_tcp || cmdline.settings.manner.keep_truncated);
    assert_int_equal(PARSE(W("+tcp"), W("+ignore")), 0);
    assert_true(cmdline.settings.manner.use_tcp && cmdline.settings.manner.keep_truncated);
}

TEST(how_often_and_how_long)
{
    assert_int_equal(PARSE(W("a.test")), 0);
    assert_int_equal(cmdline.settings.manner.tries, 2);
    assert_int_equal(cmdline.settings.manner.try_ms, 5000);
    assert_int_equal(PARSE(W("+tries=3"), W("+timeout=1")), 0);
    assert_int_equal(cmdline.settings.manner.tries, 3);
    assert_int_equal(cmdline.settings.manner.try_ms, 1000);
    assert_int_equal(PARSE(W("+retry=0")), 0);
    assert_int_equal(cmdline.settings.manner.tries, 1);
}

TEST(what_the_opt_record_says)
{
    assert_int_equal(PARSE(W("+dnssec"), W("+nsid"), W("+bufsize=4096"), W("+edns=1")), 0);
    assert_true(cmdline.settings.form.has_do && cmdline.settings.form.has_nsid);
    assert_int_equal(cmdline.settings.form.udp_size, 4096);
    assert_int_equal(cmdline.settings.form.edns_version, 1);
    assert_int_equal(PARSE(W("+noedns")), 0);
    assert_true(cmdline.settings.form.without_edns);
    assert_int_equal(PARSE(W("+noedns"), W("+edns")), 0);
    assert_false(cmdline.settings.form.without_edns);
}

TEST(colours_are_asked_for)
{
    assert_int_equal(PARSE(W("--color=always")), 0);
    assert_true(cmdline.settings.style.is_coloured);
    assert_int_equal(PARSE(W("--colour"), W("never")), 0);
    assert_false(cmdline.settings.style.is_coloured);
}

static void assert_refused(char *a, char *b, const char *expected)
{
    assert_int_equal(parse((char *[]){W("hostdns"), a, b, NULL}), -1);
    assert_string_equal(error, expected);
}

TEST(a_value_that_is_none_is_named)
{
    assert_refused(W("+timeout=0"), NULL, "+timeout: \"0\" is not a number from 1 to 300");
    assert_refused(W("+retry=x"), NULL, "+retry: \"x\" is not a number from 0 to 99");
    assert_refused(W("+bufsize=65536"), NULL,
                   "+bufsize: \"65536\" is not a number from 1 to 65535");
    assert_refused(W("+subnet=host"), NULL,
                   "+subnet: \"host\" is not ADDRESS or ADDRESS/BITS");
    assert_refused(
        W("+cookie=12"), NULL,
        "+cookie: \"12\" is not a cookie, 8 or 16 to 40 octets in hexadecimal digits");
    assert_refused(W("--color=red"), NULL, "--color: \"red\" is not auto, always or never");
    assert_refused(W("--help=al"), NULL, "--help: \"al\" is not \"all\"");
    assert_refused(W("-c"), W("XX"), "-c: \"XX\" is not a class (IN, CH, HS, CLASS3)");
    assert_refused(W("-t"), W("MXX"), "-t: \"MXX\" is not a type: did you mean MX?");
    assert_refused(W("-p"), W("0"), "-p: \"0\" is not a port, a number from 1 to 65535");
    assert_refused(W("-p"), W("65536"),
                   "-p: \"65536\" is not a port, a number from 1 to 65535");
    assert_refused(W("-p"), W("53x"),
                   "-p: \"53x\" is not a port, a number from 1 to 65535");
    assert_refused(W("-p"), W("-1"), "-p: \"-1\" is not a port, a number from 1 to 65535");
    assert_refused(W("-p"), W(""), "-p: \"\" is not a port, a number from 1 to 65535");
    assert_refused(W("-t"), W("hosts"), "-t: \"hosts\" is not a type");
    assert_refused(W("-x"), W("host"), "-x: \"host\" is not an IPv4 or IPv6 address");
}

TEST(no_word_stands_in_two_rows)
{
    for (size_t i = 0; i < option_row_count; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(option_rows[i].word, option_rows[j].word);
}

GROUP(NULL, forget_cmdline);
