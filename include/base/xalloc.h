/*
 * Allocation for programs that end when memory runs out (base/memory_guard): nothing here
 * ever returns NULL, so that their code need not ask. A program without the guard aborts.
 * Whatever is returned is to be freed.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define XALLOC __attribute__((returns_nonnull, warn_unused_result))

XALLOC void *xmalloc(size_t size);
XALLOC void *xcalloc(size_t count, size_t size);
XALLOC void *xreallocarray(void *old, size_t count, size_t size);
XALLOC void *xmemdup(const void *octets, size_t size);
XALLOC char *xstrdup(const char *text);
XALLOC char *xstrndup(const char *text, size_t most);
XALLOC __attribute__((format(printf, 1, 0))) char *xvasprintf(const char *format, va_list);
XALLOC __attribute__((format(printf, 1, 2))) char *xasprintf(const char *format, ...);
/* As open_memstream(). */
__attribute__((returns_nonnull)) FILE *xopen_memstream(char **text, size_t *size);
