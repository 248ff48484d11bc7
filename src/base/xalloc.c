#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void *xmalloc(size_t size)
{
    return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
    return checked(reallocarray(old, count ? count : 1, size));
}

void *xmemdup(const void *octets, size_t size)
{
    return size ? memcpy(xmalloc(size), octets, size) : xmalloc(0);
}

char *xstrdup(const char *text)
{
    return checked(strdup(text));
}

char *xstrndup(const char *text, size_t most)
{
    return checked(strndup(text, most));
}

char *xvasprintf(const char *format, va_list args)
{
    char *text = NULL;

    return checked(vasprintf(&text, format, args) == -1 ? NULL : text);
}

char *xasprintf(const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    text = xvasprintf(format, args);
    va_end(args);
    return text;
}

FILE *xopen_memstream(char **text, size_t *size)
{
    return checked(open_memstream(text, size));
}
