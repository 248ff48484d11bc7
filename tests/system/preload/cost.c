/*
 * Preloaded into a hostdnsd that callgrind watches: upon a signal, a process writes down
 * how many instructions it has executed since the last one, and how many octets it has had
 * allocated at most beyond those that it had then. The folder COST is for that.
 *
 * There are no filters of system calls, because callgrind writes from within the process.
 */
#include <fcntl.h>
#include <malloc.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

static atomic_long octets, most, before;

int seccomp_load(const scmp_filter_ctx filter)
{
    (void)filter;
    return 0;
}

static void *taken(void *memory)
{
    long now = atomic_fetch_add(&octets, (long)malloc_usable_size(memory)) +
               (long)malloc_usable_size(memory);
    long highest = most;

    while (now > highest && !atomic_compare_exchange_weak(&most, &highest, now))
        ;
    return memory;
}

static void given_back(void *memory)
{
    atomic_fetch_sub(&octets, (long)malloc_usable_size(memory));
}

void *malloc(size_t size)
{
    return taken(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return taken(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t size)
{
    void *moved;

    given_back(memory);
    moved = __libc_realloc(memory, size);
    taken(moved || size == 0 ? moved : memory);
    return moved;
}

void free(void *memory)
{
    given_back(memory);
    __libc_free(memory);
}

static void write_down(int number)
{
    static unsigned parts;
    char path[256], text[64];
    int file;

    (void)number;
    CALLGRIND_DUMP_STATS;
    snprintf(path, sizeof path, "%s/%d.%u.octets", getenv("COST"), getpid(), ++parts);
    snprintf(text, sizeof text, "%ld\n", most - before);
    before = octets;
    most = octets;
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file != -1 && write(file, text, strlen(text)) != -1)
        close(file);
}

__attribute__((constructor)) static void start(void)
{
    signal(SIGRTMIN + 7, write_down);
}
