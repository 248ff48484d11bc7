#include "base/shortage.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

static _Thread_local unsigned refused, refused_before;

unsigned shortage_count(void)
{
    return refused;
}

void shortage_watch(void)
{
    refused_before = refused;
}

static _Noreturn void leave(const char *what)
{
    log_warning("%s run out in the C library, so this process ends, and a new one starts",
                what);
    _exit(EXIT_FAILURE);
}

void shortage_end(void)
{
    if (refused != refused_before)
        leave("memory has");
}

/* An event counter is a new file, which counts against the limits of the process and of the
 * host; a duplicate of a descriptor would not count against the host's. */
void shortage_check_descriptors(void)
{
    int fd = eventfd(0, EFD_CLOEXEC);

    if (fd != -1)
        close(fd);
    else if (errno == EMFILE || errno == ENFILE)
        leave("descriptors have");
}

/* A sanitizer has its own allocator, which must come first; with it memory does not run
 * out. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

enum { PAUSE_MS = 10, TRIES = 100 };

static bool waits = true;
static void (*end_by)(void);

void shortage_wait(bool wait)
{
    waits = wait;
}

static bool pause_before(unsigned try)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

    if (!waits || try == TRIES)
        return false;
    nanosleep(&pause, NULL);
    return true;
}

void shortage_end_by(void (*end)(void))
{
    end_by = end;
}

static void *counted(void *memory)
{
    refused += memory == NULL;
    if (!memory && end_by)
        end_by();
    return memory;
}

/* The system's function, or one that is preloaded in its place. NULL if the linker itself
 * allocates during the search; it does without. */
static void *find_next(const char *name)
{
    static _Thread_local bool is_searching;
    void *found = NULL;

    if (is_searching)
        return NULL;
    is_searching = true;
    found = dlsym(RTLD_NEXT, name);
    is_searching = false;
    return found;
}

#define FIND_NEXT(function)                                                                \
    static __typeof__(&function) next;                                                     \
    if (!next)                                                                             \
        *(void **)&next = find_next(#function);                                            \
    if (!next)                                                                             \
    return NULL

/* Returns the value of an expression that allocates, and tries again. */
#define TRY(allocate)                                                                      \
    void *memory = (allocate);                                                             \
    for (unsigned try = 0; !memory && pause_before(try); try++)                            \
        memory = (allocate);                                                               \
    return counted(memory)

void *malloc(size_t size)
{
    FIND_NEXT(malloc);
    TRY(next(size));
}

void *calloc(size_t count, size_t size)
{
    FIND_NEXT(calloc);
    TRY(next(count, size));
}

/* A size of 0 frees the memory, so that NULL is no refusal. */
void *realloc(void *old, size_t size)
{
    FIND_NEXT(realloc);
    if (size == 0)
        return next(old, size);
    TRY(next(old, size));
}

#else

void shortage_wait(bool wait)
{
    (void)wait;
}

void shortage_end_by(void (*end)(void))
{
    (void)end;
}

#endif
