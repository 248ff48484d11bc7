#include "client/idn.h"

#include "base/xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <idn2.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>
#include <wctype.h>

enum { LABEL = 63, FLAGS = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL };

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* glibc calls the letters of the C locale "ANSI_X3.4-1968". */
static bool is_utf8_locale(void)
{
    const char *letters = nl_langinfo(CODESET);

    return strcmp(letters, "UTF-8") == 0 || strcmp(letters, "ANSI_X3.4-1968") == 0;
}

/*
 * Switches this thread to the letters of the user's locale, only for the functions below:
 * elsewhere "mx" must be a type in a Turkish locale as well. Returns the locale to switch
 * back to.
 */
static locale_t begin(void)
{
    static locale_t own;

    if (!own)
        own = newlocale(LC_CTYPE_MASK, "", NULL);
    return uselocale(own); /* NULL changes nothing */
}

static char *to_ascii(const char *name)
{
    char *ascii = NULL;
    int status = is_utf8_locale() ? idn2_to_ascii_8z(name, &ascii, FLAGS)
                                  : idn2_to_ascii_lz(name, &ascii, FLAGS);

    if (status == IDN2_OK)
        return ascii;
    errno = EILSEQ;
    return NULL;
}

char *idn_to_ascii(const char *name)
{
    locale_t before;
    char *ascii;

    if (is_ascii(name))
        return xstrdup(name);
    before = begin();
    ascii = to_ascii(name);
    uselocale(before);
    return ascii;
}

static bool is_printable(const char *letters)
{
    mbstate_t state = {0};
    wchar_t letter;
    size_t size;

    for (; (size = mbrtowc(&letter, letters, MB_CUR_MAX, &state)) != 0; letters += size)
        if (size > MB_CUR_MAX || !iswprint((wint_t)letter))
            return false;
    return true;
}

static bool leads_back(const char *letters, const char *label)
{
    char *ascii = to_ascii(letters);
    bool same = ascii && strcasecmp(ascii, label) == 0;

    free(ascii);
    return same;
}

/* To free; NULL if the label is to stay as it is. */
static char *letters_of(const char *label)
{
    char *letters = NULL;

    if (idn2_to_unicode_8zlz(label, &letters, FLAGS) != IDN2_OK)
        return NULL;
    if (is_printable(letters) && leads_back(letters, label))
        return letters;
    free(letters);
    return NULL;
}

/* The length of the label that the text begins with, if it stands for letters; or 0. */
static size_t encoded_label(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789-");

    return len <= LABEL && strncasecmp(text, "xn--", 4) == 0 && strchr(". ", text[len])
               ? len
               : 0;
}

static void put_label(FILE *out, const char *text, size_t len)
{
    char label[LABEL + 1];
    char *letters;

    for (size_t i = 0; i < len; i++)
        label[i] = (char)tolower((unsigned char)text[i]);
    label[len] = '\0';
    letters = letters_of(label);
    if (letters)
        fputs(letters, out);
    else
        fwrite(text, 1, len, out);
    free(letters);
}

static void put_text(FILE *out, const char *text)
{
    bool is_start = true; /* of a label */

    while (*text) {
        size_t len = is_start ? encoded_label(text) : 0;

        if (len > 0)
            put_label(out, text, len);
        else
            fputc(*text, out);
        text += len > 0 ? len : 1;
        is_start = strchr(". ", text[-1]) != NULL;
    }
}

char *idn_to_letters(const char *text)
{
    char *letters;
    size_t size;
    FILE *out = xopen_memstream(&letters, &size);
    locale_t before = begin();

    put_text(out, text);
    uselocale(before);
    fclose(out);
    return letters;
}
