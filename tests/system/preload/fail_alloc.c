/*
 * Preloaded into a program: one allocation of one process fails, or all from then on, as if
 * memory had run out.
 *
 * Which one, a test says in a page that it shares with all the program's processes: the
 * file named by FAIL_ALLOC. Nothing fails while no process is named there.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct page {
    int32_t pid;        /* whose allocations count; 0: nobody's */
    int32_t newer;      /* and those of processes with a higher number, if not 0 */
    uint32_t fails_at;  /* 1 is the first; 0: none does */
    atomic_uint count;  /* so many were there */
    atomic_uint failed; /* so many of these have failed */
    uint32_t for_good;  /* 1: all behind it fail, too */
};

static struct page *page;

__attribute__((constructor)) static void map_page(void)
{
    const char *path = getenv("FAIL_ALLOC");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *mapped = MAP_FAILED;

    if (fd != -1) {
        mapped = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (mapped != MAP_FAILED)
        page = mapped;
}

static bool is_meant(void)
{
    pid_t self = page && (page->pid || page->newer) ? getpid() : 0;

    return self && (self == page->pid || (page->newer && self > page->newer));
}

static bool fails(void)
{
    unsigned number = is_meant() ? atomic_fetch_add(&page->count, 1) + 1 : 0;

    if (number == 0 || page->fails_at == 0 || number < page->fails_at ||
        (number > page->fails_at && !page->for_good))
        return false;
    atomic_fetch_add(&page->failed, 1);
    errno = ENOMEM;
    return true;
}

/* The next definition of a function, looked up once. */
#define NEXT(function)                                                                     \
    static __typeof__(&function) next;                                                     \
    if (!next)                                                                             \
    next = (__typeof__(&function))dlsym(RTLD_NEXT, #function)

void *malloc(size_t size)
{
    NEXT(malloc);
    return fails() ? NULL : next(size);
}

void *calloc(size_t count, size_t size)
{
    NEXT(calloc);
    return fails() ? NULL : next(count, size);
}

void *realloc(void *old, size_t size)
{
    NEXT(realloc);
    return fails() ? NULL : next(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    NEXT(aligned_alloc);
    return fails() ? NULL : next(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    NEXT(posix_memalign);
    return fails() ? ENOMEM : next(out, alignment, size);
}
