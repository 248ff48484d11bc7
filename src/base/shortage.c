#include "base/shortage.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>

static _Thread_local unsigned refused;

unsigned shortage_count(void)
{
    return refused;
}

/* A sanitizer has an allocator that must come first; there memory does not run out. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

static void *counted(void *memory)
{
    refused += memory == NULL;
    return memory;
}

/* The system's, or one that is preloaded in its place. NULL if the linker itself allocates
 * while it looks, which does without. */
static void *find_next(const char *name)
{
    static _Thread_local bool looks;
    void *found = NULL;

    if (looks)
        return NULL;
    looks = true;
    found = dlsym(RTLD_NEXT, name);
    looks = false;
    return found;
}

#define FIND_NEXT(function)                                                                \
    static __typeof__(&function) next;                                                     \
    if (!next)                                                                             \
        *(void **)&next = find_next(#function);                                            \
    if (!next)                                                                             \
    return NULL

void *malloc(size_t size)
{
    FIND_NEXT(malloc);
    return counted(next(size));
}

void *calloc(size_t count, size_t size)
{
    FIND_NEXT(calloc);
    return counted(next(count, size));
}

/* To nothing is not refused. */
void *realloc(void *old, size_t size)
{
    FIND_NEXT(realloc);
    return size == 0 ? next(old, size) : counted(next(old, size));
}

#endif
