/* Names are the same in any letter case (RFC 4343), so they are compared without it. */
#include "client/completion.h"

#include "base/xalloc.h"
#include "client/keys.h"
#include "dns/ask.h"

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

enum { SHOWN = 100 };

static const wchar_t blanks[] = L" \t";

void completion_begin(struct completion *completion, const wchar_t *typed, size_t count)
{
    size_t start = count;

    while (start > 0 && !wcschr(blanks, typed[start - 1]))
        start--;
    *completion = (struct completion){.stem = typed + start, .length = count - start};
}

/* How many characters at the start of both are the same, at most `limit`. */
static size_t alike(const wchar_t *one, const wchar_t *other, size_t limit)
{
    size_t count = 0;

    while (count < limit && one[count] != L'\0' &&
           towlower((wint_t)one[count]) == towlower((wint_t)other[count]))
        count++;
    return count;
}

static bool is_type_or_class(const wchar_t *word)
{
    char text[32];
    size_t count = wcslen(word);

    if (count >= sizeof text)
        return false;
    for (size_t i = 0; i <= count; i++)
        text[i] = word[i] < 0x80 ? (char)word[i] : '?';
    return type_from_text(text) != 0 || class_from_text(text) != 0;
}

static bool is_new(const struct completion *completion, const wchar_t *word)
{
    for (size_t i = 0; i < completion->count; i++)
        if (wcscasecmp(completion->names[i], word) == 0)
            return false;
    return true;
}

/* The name belongs to the completion from now on. */
static void add(struct completion *completion, wchar_t *name)
{
    wchar_t **names =
        xreallocarray(completion->names, completion->count + 1, sizeof(wchar_t *));

    completion->names = names;
    names[completion->count++] = name;
    completion->common =
        completion->count == 1 ? wcslen(name) : alike(name, names[0], completion->common);
}

static void take_word(struct completion *completion, const wchar_t *word, size_t count)
{
    wchar_t *name;

    if (alike(word, completion->stem, completion->length) < completion->length)
        return;
    name = wmemcpy(xcalloc(count + 1, sizeof *name), word, count);
    if (!is_type_or_class(name) && is_new(completion, name))
        add(completion, name);
    else
        free(name);
}

void completion_take(struct completion *completion, const wchar_t *line)
{
    size_t count;

    for (; *line != L'\0'; line += count) {
        line += wcsspn(line, blanks);
        count = wcscspn(line, blanks);
        if (*line == L'#') /* a comment, as in a pipe */
            return;
        if (count > completion->length)
            take_word(completion, line, count);
    }
}

const wchar_t *completion_rest(const struct completion *completion, size_t *count)
{
    *count = completion->common > completion->length
                 ? completion->common - completion->length
                 : 0;
    return *count == 0 ? L"" : completion->names[0] + completion->length;
}

static void print_name(const wchar_t *name, FILE *out)
{
    char *octets = keys_octets(name, wcslen(name));

    for (const char *at = octets; *at != '\0'; at++)
        fprintf(out, *at > ' ' && *at <= '~' ? "%c" : "\\%03u", (unsigned char)*at);
    fputc('\n', out);
    free(octets);
}

void completion_print(const struct completion *completion, FILE *out)
{
    for (size_t i = 0; i < completion->count && i < SHOWN; i++)
        print_name(completion->names[i], out);
    if (completion->count > SHOWN)
        fprintf(out, "(%zu more)\n", completion->count - SHOWN);
}

void completion_free(struct completion *completion)
{
    for (size_t i = 0; i < completion->count; i++)
        free(completion->names[i]);
    free(completion->names);
    *completion = (struct completion){0};
}
