#include "../check.h"

#include "client/plain_line.h"

#include <locale.h>
#include <pty.h>

static struct plain_line line;
static char shown[8192];

/* What is shown for these keys; whether the last one is not Enter. */
static bool take(const wchar_t *keys)
{
    FILE *out = fmemopen(shown, sizeof shown, "w");
    bool goes_on = true;

    *shown = '\0';
    setlocale(LC_CTYPE, "C.UTF-8");
    for (; *keys; keys++)
        goes_on = plain_line_take(&line, *keys, out);
    fclose(out);
    return goes_on;
}

static void assert_line(const wchar_t *text)
{
    assert_int_equal(line.count, wcslen(text));
    assert_int_equal(wmemcmp(line.text, text, line.count), 0);
}

static void begin(void)
{
    line = (struct plain_line){0};
}

FIXTURE(empty, begin, NULL);

TEST_WITH(empty, what_is_typed_is_shown)
{
    assert_true(take(L"a.te\u00fct"));
    assert_string_equal(shown, "a.te\xc3\xbct");
    assert_false(take(L"\r"));
    assert_string_equal(shown, "");
    assert_line(L"a.te\u00fct");
}

TEST_WITH(empty, what_is_typed_can_be_taken_back)
{
    take(L"ab\u6f22\x7f");
    assert_string_equal(shown, "ab\xe6\xbc\xa2\b \b\b \b");
    assert_line(L"ab");
    take(L"\x15\x7f\x08");
    assert_string_equal(shown, "\b \b\b \b");
    assert_line(L"");
}

TEST_WITH(empty, other_keys_do_nothing)
{
    take(L"a\x1b[Ab\x1b[3~c\x1bOHd\x1bxe\x01\t");
    assert_string_equal(shown, "abcde ");
    assert_line(L"abcde ");
}

TEST_WITH(empty, octets_that_are_no_character_are_taken)
{
    take((const wchar_t[]){0xdcff, 'a', 0xdc80, 0x7f, 0});
    assert_string_equal(shown, "?a?\b \b");
    assert_line((const wchar_t[]){0xdcff, 'a', 0});
}

TEST_WITH(empty, a_line_has_an_end)
{
    static wchar_t many[PLAIN_LINE + 11];

    wmemset(many, L'x', PLAIN_LINE + 10);
    take(many);
    assert_int_equal(line.count, PLAIN_LINE);
    assert_true(take(L"y\x7f"));
    assert_int_equal(line.count, PLAIN_LINE - 1);
}

static int screen, keyboard, standard_input;

static void open_window(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    assert_int_equal(openpty(&screen, &keyboard, NULL, NULL, NULL), 0);
    standard_input = dup(STDIN_FILENO);
    dup2(keyboard, STDIN_FILENO);
}

static void close_window(void)
{
    dup2(standard_input, STDIN_FILENO);
    close(standard_input);
    close(screen);
    close(keyboard);
}

FIXTURE(window, open_window, close_window);

static void resize(unsigned short rows, unsigned short columns)
{
    const struct winsize size = {.ws_row = rows, .ws_col = columns};

    assert_int_equal(ioctl(screen, TIOCSWINSZ, &size), 0);
}

TEST_WITH(window, a_size_that_is_not_told_is_80_by_24)
{
    resize(0, 0);
    assert_int_equal(plain_line_window().ws_col, 80);
    assert_int_equal(plain_line_window().ws_row, 24);
    resize(10, 1);
    assert_int_equal(plain_line_window().ws_col, 80);
    resize(5, 20);
    assert_int_equal(plain_line_window().ws_col, 20);
    assert_int_equal(plain_line_window().ws_row, 5);
}

static bool is_filled(const wchar_t *text)
{
    return plain_line_is_needed(2, text, wcslen(text));
}

TEST_WITH(window, the_last_row_is_kept_free)
{
    resize(3, 10);
    assert_false(is_filled(L""));
    assert_false(is_filled(L"123456789"));
    assert_true(is_filled(L"1234567890"));
    assert_true(is_filled(L"12345678\u6f22"));
    assert_true(is_filled((const wchar_t[]){'1', '2', 0xdcff, 0}));
    assert_false(is_filled((const wchar_t[]){'1', 0xdcff, 0}));
    resize(1, 80);
    assert_true(is_filled(L""));
}
