#include "../check.h"

#include "client/explain_subject.h"

#include <locale.h>

static struct findings findings;
static struct finding_subject *const subject = &findings.subject;
static struct settings settings;

static void set_up(void)
{
    settings = (struct settings){.takes_letters = true};
}

static void end(void)
{
    findings_free(&findings);
}

FIXTURE(subject, set_up, end);

static int take(const char *name, uint16_t type, uint16_t class)
{
    char copy[300];

    snprintf(copy, sizeof copy, "%s", name);
    findings_free(&findings);
    return explain_subject_take(
        subject, &(struct wish){.name = copy, .type = type, .class = class}, &settings);
}

TEST_WITH(subject, a_name_with_the_families_that_are_asked_for)
{
    static const struct {
        uint16_t type;
        int family;
    } rows[] = {{0, AF_UNSPEC}, {TYPE_A, AF_INET}, {TYPE_AAAA, AF_INET6}};

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(take("a.test", rows[i].type, 1), 0);
        assert_string_equal(subject->text, "a.test");
        assert_string_equal(subject->name, "a.test");
        assert_int_equal(subject->family, rows[i].family);
        assert_false(subject->is_address);
    }
}

TEST_WITH(subject, an_address_stands_in_its_reverse_name)
{
    static const uint8_t ip4[] = {192, 0, 2, 1}, ip6[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};

    assert_int_equal(take("1.2.0.192.in-addr.arpa.", TYPE_PTR, 0), 0);
    assert_true(subject->is_address);
    assert_string_equal(subject->text, "192.0.2.1");
    assert_string_equal(subject->name, "1.2.0.192.in-addr.arpa.");
    assert_int_equal(subject->family, AF_INET);
    assert_memory_equal(subject->octets, ip4, 4);
    assert_int_equal(take("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
                          "8.b.d.0.1.0.0.2.ip6.arpa.",
                          TYPE_PTR, 0),
                     0);
    assert_string_equal(subject->text, "2001:db8::1");
    assert_int_equal(subject->family, AF_INET6);
    assert_memory_equal(subject->octets, ip6, 16);
}

static void assert_not_taken(const char *name, uint16_t type, uint16_t class)
{
    assert_int_equal(take(name, type, class), -1);
    assert_int_equal(errno, EDOM);
}

TEST_WITH(subject, what_libc_does_not_look_up)
{
    assert_not_taken("a.test", 15, 1);
    assert_not_taken("a.test", 0, 3);
    assert_not_taken("a.test", TYPE_PTR, 1);
    assert_not_taken("2.0.192.in-addr.arpa.", TYPE_PTR, 1);
    assert_not_taken("1.2.0.192.in-addr.arpa.", TYPE_PTR, 3);
    assert_not_taken("a..b", TYPE_PTR, 1);
}

TEST_WITH(subject, nothing_that_a_terminal_obeys)
{
    settings.takes_letters = false;
    assert_int_equal(take("a\033\200.test", 0, 0), 0);
    assert_string_equal(subject->text, "a\\027\\128.test");
    assert_string_equal(subject->name, "a\033\200.test");
}

TEST_WITH(subject, letters_are_shown_where_that_is_wanted)
{
    assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
    assert_int_equal(take("b\303\274cher.test", 0, 0), 0);
    assert_string_equal(subject->name, "xn--bcher-kva.test");
    assert_string_equal(subject->text, "xn--bcher-kva.test");
    settings.style.has_letters = true;
    assert_int_equal(take("b\303\274cher.test", 0, 0), 0);
    assert_string_equal(subject->text, "b\303\274cher.test");
    assert_int_equal(take("b\374cher.test", 0, 0), -1);
    assert_int_equal(errno, EILSEQ);
    setlocale(LC_ALL, "C");
}
