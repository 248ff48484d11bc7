#include "client/plain_line.h"

#include "client/keys.h"

#include <stdlib.h>
#include <unistd.h>
#include <wctype.h>

enum { COLUMNS = 80, ROWS = 24, COLUMNS_MOST = 8 };

enum {
    CTRL_H = 8,
    CTRL_U = 21,
    ESCAPE = 27,
    BACKSPACE = 127,
};

enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_ARGUMENTS };

/* What cannot be shown, such as an octet that is no character, is a question mark. */
static void echo(wchar_t key, FILE *out)
{
    char *octets = iswprint((wint_t)key) ? keys_octets(&key, 1) : NULL;

    fputs(octets && *octets ? octets : "?", out);
    free(octets);
}

/* Wide characters take two columns. */
static void erase(struct plain_line *line, FILE *out)
{
    wchar_t key = line->text[--line->count];
    int width = iswprint((wint_t)key) ? wcwidth(key) : 1;

    for (int i = 0; i < width; i++)
        fputs("\b \b", out);
}

/* True if the key belongs to a sequence such as "ESC [ A" of an arrow key, which is
 * ignored. */
static bool is_escape(struct plain_line *line, wchar_t key)
{
    switch (line->escape) {
    case ESCAPE_BEGUN:
        line->escape = key == L'[' || key == L'O' ? ESCAPE_ARGUMENTS : ESCAPE_NONE;
        return true;
    case ESCAPE_ARGUMENTS:
        if (key >= 0x40 && key <= 0x7e)
            line->escape = ESCAPE_NONE;
        return true;
    default:
        line->escape = key == ESCAPE ? ESCAPE_BEGUN : ESCAPE_NONE;
        return key == ESCAPE;
    }
}

static void type(struct plain_line *line, wchar_t key, FILE *out)
{
    bool is_control = iswcntrl((wint_t)key) != 0;

    if (key == L'\t')
        key = L' ';
    else if (is_control)
        return;
    if (line->count == PLAIN_LINE)
        return;
    line->text[line->count++] = key;
    echo(key, out);
}

bool plain_line_take(struct plain_line *line, wchar_t key, FILE *out)
{
    if (is_escape(line, key))
        return true;
    if (key == L'\n' || key == L'\r')
        return false;
    if (key == BACKSPACE || key == CTRL_H) {
        if (line->count > 0)
            erase(line, out);
    } else if (key == CTRL_U) {
        while (line->count > 0)
            erase(line, out);
    } else {
        type(line, key, out);
    }
    fflush(out);
    return true;
}

struct winsize plain_line_window(void)
{
    struct winsize size = {0};

    ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    if (size.ws_col < 2)
        size.ws_col = COLUMNS;
    if (size.ws_row < 1)
        size.ws_row = ROWS;
    return size;
}

/* "\U+DCFF" is what takes most. */
static size_t columns_of(wchar_t character)
{
    int width = iswprint((wint_t)character) ? wcwidth(character) : COLUMNS_MOST;

    return width > 0 ? (size_t)width : 0;
}

bool plain_line_is_needed(size_t prompt, const wchar_t *line, size_t count)
{
    const struct winsize size = plain_line_window();
    size_t columns = prompt + COLUMNS_MOST;

    for (size_t i = 0; i < count; i++)
        columns += columns_of(line[i]);
    return columns / size.ws_col + 1 >= size.ws_row;
}
