/*
 * Preloaded into hostdnsd, it tries from inside each process what that process must not be
 * able to do, when it first waits in poll(), and writes what came of it to stderr:
 *
 *     inside hostdnsd-serve: open=EPERM socket=EPERM ...
 *
 * Each call is made so that without a filter of system calls it would do no harm and would
 * not fail with EPERM. In another program all are tried at once: tests compare.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long close_if_open(long fd)
{
    if (fd >= 0)
        close((int)fd);
    return fd;
}

static long try_open(void)
{
    return close_if_open(open("/etc/hosts", O_RDONLY));
}

static long try_write_file(void)
{
    return close_if_open(open("/dev/null", O_WRONLY));
}

static long try_socket(void)
{
    return close_if_open(socket(AF_INET, SOCK_DGRAM, 0));
}

static long try_unix_socket(void)
{
    return close_if_open(socket(AF_UNIX, SOCK_STREAM, 0));
}

static long try_bind(void)
{
    return bind(-1, NULL, 0);
}

static long try_connect(void)
{
    return connect(-1, NULL, 0);
}

static long try_fork(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid((pid_t)pid, NULL, 0);
    return pid;
}

static long try_execve(void)
{
    char *none[] = {NULL};

    return execve("/nonexistent/program", none, none);
}

static long try_kill(void)
{
    return kill(0, 0); /* to all of its group; to itself it may, to abort */
}

static long try_unlink(void)
{
    return unlink("/nonexistent/file");
}

static long try_chmod(void)
{
    return chmod("/nonexistent/file", 0600);
}

static long try_setuid(void)
{
    return syscall(SYS_setuid, getuid());
}

static long try_executable_memory(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED)
        return -1;
    munmap(at, 4096);
    return 0;
}

static long try_ptrace(void)
{
    return ptrace(PTRACE_PEEKDATA, 0, NULL, NULL);
}

static long try_other_memory(void)
{
    return syscall(SYS_process_vm_readv, 0x7fffffff, NULL, 0, NULL, 0, 0);
}

static long try_mount(void)
{
    return syscall(SYS_mount, NULL, NULL, NULL, 0, NULL);
}

static long try_chroot(void)
{
    return syscall(SYS_chroot, NULL);
}

static long try_unshare(void)
{
    return syscall(SYS_unshare, 0);
}

/* A thread that shares no memory is refused in any case, so nothing is made. */
static long try_clone_namespace(void)
{
    return syscall(SYS_clone, CLONE_NEWUSER | CLONE_THREAD, NULL, NULL, NULL, NULL);
}

static long try_clone3(void)
{
    return syscall(SYS_clone3, NULL, 0);
}

static long try_setns(void)
{
    return syscall(SYS_setns, -1, 0);
}

static long try_perf(void)
{
    return syscall(SYS_perf_event_open, NULL, 0, 0, -1, 0);
}

static long try_io_uring(void)
{
    return syscall(SYS_io_uring_setup, 0, NULL);
}

static long try_keys(void)
{
    return syscall(SYS_keyctl, -1, 0, 0, 0, 0);
}

static long try_clock(void)
{
    return syscall(SYS_clock_settime, 0x7fff, NULL); /* there is no such clock */
}

static const struct {
    const char *name;
    long (*try)(void);
} calls[] = {
    {"open", try_open},
    {"open-to-write", try_write_file},
    {"socket", try_socket},
    {"unix-socket", try_unix_socket},
    {"bind", try_bind},
    {"connect", try_connect},
    {"fork", try_fork},
    {"execve", try_execve},
    {"kill", try_kill},
    {"unlink", try_unlink},
    {"chmod", try_chmod},
    {"setuid", try_setuid},
    {"executable-memory", try_executable_memory},
    {"ptrace", try_ptrace},
    {"memory-of-others", try_other_memory},
    {"mount", try_mount},
    {"chroot", try_chroot},
    {"unshare", try_unshare},
    {"clone-namespace", try_clone_namespace},
    {"clone3", try_clone3},
    {"setns", try_setns},
    {"perf", try_perf},
    {"io_uring", try_io_uring},
    {"keys", try_keys},
    {"clock", try_clock},
};

static void try_all(const char *name)
{
    char line[2048];
    size_t len = (size_t)snprintf(line, sizeof line, "inside %s:", name);

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        long result;

        errno = 0;
        result = calls[i].try();
        len += (size_t)snprintf(line + len, sizeof line - len, " %s=%s", calls[i].name,
                                result != -1 ? "done" : strerrorname_np(errno));
    }
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, len) != (ssize_t)len)
        _exit(99);
}

static char given[17]; /* the name that the process has given itself */

/* Not every process may ask for its name. */
static void name_of_process(char name[static 17])
{
    strcpy(name, given);
    if (!*given)
        prctl(PR_GET_NAME, name);
}

int prctl(int option, ...)
{
    unsigned long all[4];
    va_list args;

    va_start(args, option);
    for (size_t i = 0; i < 4; i++)
        all[i] = va_arg(args, unsigned long);
    va_end(args);
    if (option == PR_SET_NAME)
        strncpy(given, (const char *)all[0], sizeof given - 1);
    return (int)syscall(SYS_prctl, option, all[0], all[1], all[2], all[3]);
}

/* The name tells that the process has become what it is to be. */
static void look(void)
{
    static char tried[17];
    char name[17];

    name_of_process(name);
    if (strcmp(tried, name) == 0)
        return;
    strcpy(tried, name);
    try_all(name);
}

static int real_poll(struct pollfd *fds, nfds_t count, int ms)
{
    static int (*next)(struct pollfd *, nfds_t, int);

    if (!next)
        next = dlsym(RTLD_NEXT, "poll");
    return next(fds, count, ms);
}

int poll(struct pollfd *fds, nfds_t count, int ms)
{
    int result = real_poll(fds, count, 0); /* errno of what is tried must not be seen */

    if (result == 0) {
        look();
        result = real_poll(fds, count, ms);
    }
    return result;
}

int __poll_chk(struct pollfd *fds, nfds_t count, int ms, size_t size)
{
    (void)size;
    return poll(fds, count, ms);
}

__attribute__((constructor)) static void other_program(void)
{
    char name[17];

    name_of_process(name);
    if (strncmp(name, "hostdnsd", 8) != 0)
        try_all("another program");
}
