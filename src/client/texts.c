#include "client/texts.h"

#include "base/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take(struct texts *texts, char *text)
{
    texts->all = xreallocarray(texts->all, texts->count + 1, sizeof text);
    texts->all[texts->count++] = text;
}

void texts_add(struct texts *texts, const char *text)
{
    take(texts, xstrdup(text));
}

void texts_put(struct texts *texts, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    take(texts, xvasprintf(format, args));
    va_end(args);
}

void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->all[i]);
    free(texts->all);
    *texts = (struct texts){0};
}

bool texts_have(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (strcmp(texts->all[i], text) == 0)
            return true;
    return false;
}

static bool has_all_of(const struct texts *texts, const struct texts *others)
{
    for (size_t i = 0; i < others->count; i++)
        if (!texts_have(texts, others->all[i]))
            return false;
    return true;
}

bool texts_are_same(const struct texts *a, const struct texts *b)
{
    return has_all_of(a, b) && has_all_of(b, a);
}

/* The next text that the other list has as well, or NULL. */
static const char *next_shared(const struct texts *texts, const struct texts *other,
                               size_t *at)
{
    while (*at < texts->count) {
        const char *text = texts->all[(*at)++];

        if (texts_have(other, text))
            return text;
    }
    return NULL;
}

bool texts_differ_in_order(const struct texts *a, const struct texts *b)
{
    size_t at_a = 0, at_b = 0;
    const char *of_a, *of_b;

    do {
        of_a = next_shared(a, b, &at_a);
        of_b = next_shared(b, a, &at_b);
        if (of_a && of_b && strcmp(of_a, of_b) != 0)
            return true;
    } while (of_a && of_b);
    return false;
}

char *texts_join(const struct texts *texts, size_t most)
{
    size_t named = texts->count < most ? texts->count : most;
    size_t more = texts->count - named + texts->left_out, size;
    char *joined;
    FILE *out = xopen_memstream(&joined, &size);

    for (size_t i = 0; i < named; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", texts->all[i]);
    if (more > 0)
        fprintf(out, "%s%zu more", named > 0 ? " and " : "", more);
    fclose(out);
    return joined;
}
