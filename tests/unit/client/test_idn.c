#include "../check.h"

#include "client/idn.h"

static char *text;

static const char *ascii(const char *name)
{
    free(text);
    errno = 0;
    return text = idn_to_ascii(name);
}

static const char *letters(const char *name)
{
    free(text);
    return text = idn_to_letters(name);
}

static void begin(void)
{
    setenv("LC_ALL", "C.UTF-8", 1);
}

static void end(void)
{
    free(text);
    text = NULL;
}

TEST(letters_become_ascii)
{
    assert_string_equal(ascii("b\303\274cher.test"), "xn--bcher-kva.test");
    assert_string_equal(ascii("B\303\234CHER.test."), "xn--bcher-kva.test.");
    assert_string_equal(ascii("stra\303\237e.test"), "xn--strae-oqa.test");
    assert_string_equal(
        ascii("\344\276\213\343\201\210.\343\203\206\343\202\271\343\203\210"),
        "xn--r8jz45g.xn--zckzah");
}

TEST(ascii_is_left_alone)
{
    assert_string_equal(ascii("Host.test."), "Host.test.");
    assert_string_equal(ascii("_sip._tcp.a\\.b\\255"), "_sip._tcp.a\\.b\\255");
    assert_string_equal(ascii(""), "");
    assert_string_equal(ascii("xn--bcher-kva.test"), "xn--bcher-kva.test");
}

TEST(what_is_no_name_is_told)
{
    assert_null(ascii("b\374cher.test"));
    assert_int_equal(errno, EILSEQ);
    assert_null(ascii("b\303"));
    assert_null(ascii("\342\200\256.test"));
}

TEST(ascii_becomes_letters)
{
    assert_string_equal(letters("xn--bcher-kva.test."), "b\303\274cher.test.");
    assert_string_equal(letters("10 XN--BCHER-KVA.a.xn--bcher-kva."),
                        "10 b\303\274cher.a.b\303\274cher.");
    assert_string_equal(letters(""), "");
    assert_string_equal(letters("\"v=1 a.test\""), "\"v=1 a.test\"");
}

TEST(a_label_that_does_not_lead_back_stays)
{
    assert_string_equal(letters("xn--a.test."), "xn--a.test.");
    assert_string_equal(letters("xn--.test."), "xn--.test.");
    assert_string_equal(letters("axn--bcher-kva.test."), "axn--bcher-kva.test.");
    assert_string_equal(letters("xn--ascii-.test."), "xn--ascii-.test.");
    assert_string_equal(letters("XN--A.test."), "XN--A.test.");
    assert_string_equal(letters("xn--bcher-kva\\.x.test."), "xn--bcher-kva\\.x.test.");
}

GROUP(begin, end);
