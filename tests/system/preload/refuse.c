/*
 * Preloaded into the server: the kernel refuses it what stands in the file named by
 * REFUSED, one word for each, which a test shares with all the server's processes: inotify,
 * watches, netlink, sockets, counters, filter. The errors are those of a host where others
 * have all there is, or of a sandbox around the server.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAGE = 4096 };

static const char *refused = "";

/* Serve cannot open files later, and the page follows what the test writes. */
__attribute__((constructor)) static void map_page(void)
{
    int fd = open(getenv("REFUSED"), O_RDONLY | O_CLOEXEC);
    void *mapped = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

    if (fd == -1 || mapped == MAP_FAILED)
        abort();
    close(fd);
    refused = mapped;
}

static bool is_refused(const char *word, int error)
{
    errno = error;
    return strstr(refused, word) != NULL;
}

#define REAL(result, name, ...)                                                            \
    static result (*real)(__VA_ARGS__);                                                    \
    if (!real)                                                                             \
    *(void **)&real = dlsym(RTLD_NEXT, name)

int inotify_init1(int flags)
{
    REAL(int, "inotify_init1", int);
    return is_refused("inotify", EMFILE) ? -1 : real(flags);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    REAL(int, "inotify_add_watch", int, const char *, uint32_t);
    return is_refused("watches", ENOSPC) ? -1 : real(fd, path, mask);
}

int socket(int domain, int type, int protocol)
{
    REAL(int, "socket", int, int, int);
    if (domain == AF_NETLINK &&
        is_refused(protocol == NETLINK_ROUTE ? "netlink" : "sockets", EAFNOSUPPORT))
        return -1;
    return real(domain, type, protocol);
}

int memfd_create(const char *name, unsigned flags)
{
    REAL(int, "memfd_create", const char *, unsigned);
    return strstr(name, "counters") && is_refused("counters", EMFILE) ? -1
                                                                      : real(name, flags);
}

int seccomp_load(void *filter)
{
    REAL(int, "seccomp_load", void *);
    return is_refused("filter", 0) ? -EINVAL : real(filter);
}
