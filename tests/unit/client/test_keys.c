#include "../check.h"

#include "client/keys.h"

#include <locale.h>
#include <pty.h>

static int terminal[2];
static struct keys keys;

static void open_terminal(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    assert_int_equal(pipe(terminal), 0);
    keys = (struct keys){.fd = terminal[0]};
}

static void hang_up(void)
{
    close(terminal[1]);
    terminal[1] = -1;
}

static void close_terminal(void)
{
    close(terminal[0]);
    if (terminal[1] != -1)
        close(terminal[1]);
    setlocale(LC_CTYPE, "C");
}

FIXTURE(terminal, open_terminal, close_terminal);

static void type(const char *octets)
{
    assert_int_equal(write(terminal[1], octets, strlen(octets)), strlen(octets));
}

static void assert_keys(const wchar_t *expected)
{
    wchar_t key;

    for (; *expected != L'\0'; expected++) {
        assert_int_equal(keys_next(&keys, &key), KEYS_READY);
        assert_int_equal(key, *expected);
    }
}

static void assert_end(void)
{
    wchar_t key;

    hang_up();
    assert_int_equal(keys_next(&keys, &key), KEYS_END);
    assert_int_equal(keys_wait(&keys), KEYS_END);
}

TEST_WITH(terminal, what_is_typed_comes_character_by_character)
{
    type("a\xc3\xa4z\n");
    assert_keys(L"a\u00e4z\n");
    assert_end();
}

TEST_WITH(terminal, a_character_may_come_in_pieces)
{
    type("\xe2\x82");
    assert_int_equal(keys_wait(&keys), KEYS_READY);
    type("\xac.");
    assert_keys(L"\u20ac.");
}

TEST_WITH(terminal, octets_that_are_no_characters_are_carried)
{
    type("n\xe4n\xc3\xc3\xa4\xff");
    assert_keys((wchar_t[]){'n', 0xdce4, 'n', 0xdcc3, 0xe4, 0xdcff, 0});
    assert_end();
}

TEST_WITH(terminal, without_a_locale_octets_beyond_ascii_are_carried)
{
    wchar_t key;

    setlocale(LC_CTYPE, "C");
    type("\xc3\xa4");
    for (int octet = 0xc3; octet >= 0xa4; octet -= 0xc3 - 0xa4) {
        char *back;

        assert_int_equal(keys_next(&keys, &key), KEYS_READY);
        back = keys_octets(&key, 1);
        assert_int_equal((unsigned char)*back, octet);
        free(back);
    }
}

TEST_WITH(terminal, what_is_there_already_is_known)
{
    wchar_t key;

    assert_false(keys_more(&keys));
    type("ab");
    assert_true(keys_more(&keys)); /* in the terminal */
    assert_int_equal(keys_next(&keys, &key), KEYS_READY);
    assert_true(keys_more(&keys)); /* read already */
    assert_int_equal(keys_peek(&keys), 'b');
    keys_skip(&keys);
    assert_false(keys_more(&keys));
}

TEST_WITH(terminal, a_ctrl_c_that_comes_as_an_octet_interrupts)
{
    wchar_t key;

    type("a\x03");
    assert_keys(L"a");
    assert_int_equal(keys_next(&keys, &key), KEYS_INTERRUPTED);
    assert_int_equal(keys_wait(&keys), KEYS_INTERRUPTED);
}

TEST_WITH(terminal, more_than_is_read_at_once_is_not_lost)
{
    char octets[10001];
    wchar_t key;

    memset(octets, 'x', sizeof octets - 1);
    octets[sizeof octets - 1] = '\0';
    type(octets);
    hang_up();
    for (size_t i = 0; i < sizeof octets - 1; i++)
        assert_int_equal(keys_next(&keys, &key), KEYS_READY);
    assert_int_equal(keys_next(&keys, &key), KEYS_END);
}

/* Ctrl+C may have it throw its input away between a wait and a read. */
TEST(reading_from_a_terminal_never_waits)
{
    int master, slave;
    struct termios mode;
    char octet;
    wchar_t key;

    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(slave, &mode), 0);
    cfmakeraw(&mode);
    assert_int_equal(tcsetattr(slave, TCSANOW, &mode), 0);
    keys = (struct keys){.fd = slave};
    assert_int_equal(write(master, "a", 1), 1);
    assert_int_equal(keys_next(&keys, &key), KEYS_READY);
    assert_int_equal(read(slave, &octet, 1), 0);
    close(master);
    assert_int_equal(keys_next(&keys, &key), KEYS_END);
    close(slave);
}

static void assert_there_and_back(const char *octets, const wchar_t *expected)
{
    wchar_t *characters = keys_characters(octets);
    char *back = keys_octets(characters, wcslen(characters));

    if (expected)
        assert_int_equal(wcscmp(characters, expected), 0);
    assert_string_equal(back, octets);
    free(characters);
    free(back);
}

TEST_WITH(terminal, a_line_becomes_characters_and_octets_again)
{
    assert_there_and_back("", L"");
    assert_there_and_back("b\xc3\xbc"
                          "cher.test",
                          L"b\u00fccher.test");
    assert_there_and_back("\xfc\xe2\x82", (wchar_t[]){0xdcfc, 0xdce2, 0xdc82, 0});
    /* A surrogate in UTF-8 is no character either, so it cannot be taken for one. */
    assert_there_and_back("\xed\xb3\xa4", (wchar_t[]){0xdced, 0xdcb3, 0xdca4, 0});
    setlocale(LC_CTYPE, "C");
    assert_there_and_back("b\xc3\xbc"
                          "cher.test",
                          NULL);
}
