#include "dnstap/tap_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/counters.h"

/* The memory is used only where a process puts messages. */
static const off_t memory_size = (off_t)COUNTERS_SLOTS * TAP_RING_SIZE;

static bool fits(int fd)
{
    struct stat file;

    return fd != -1 && fstat(fd, &file) == 0 && file.st_size == memory_size;
}

/* The process that takes reads what strangers may have written, and a file that it cut
 * would end all processes that put. So nobody can change the size. */
static bool set_size(int fd)
{
    return ftruncate(fd, memory_size) == 0 &&
           fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
}

int tap_memory_open(int fd)
{
    int saved;

    if (fits(fd))
        return fd;
    if (fd != -1)
        close(fd);
    fd = memfd_create("hostdnsd-dnstap", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd == -1 || set_size(fd))
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static void *map(int fd, size_t size, off_t at)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);

    return memory == MAP_FAILED ? NULL : memory;
}

struct tap_ring *tap_memory_ring(int fd, unsigned slot)
{
    return map(fd, TAP_RING_SIZE, (off_t)slot * TAP_RING_SIZE);
}

void *tap_memory_map(int fd)
{
    return map(fd, (size_t)memory_size, 0);
}

struct tap_ring *tap_memory_at(void *memory, unsigned slot)
{
    return (void *)((char *)memory + (size_t)slot * TAP_RING_SIZE);
}

bool tap_memory_lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_SETLK, &whole) == 0;
}
