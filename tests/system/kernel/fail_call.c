/*
 * Runs a program in whose processes one system call fails, or all of a kind:
 *
 *     fail_call PAGE PROGRAM [ARGUMENT]...
 *
 * Which process, which call and with which error, a test says in the file PAGE, whose
 * layout is `struct page`. A filter (seccomp(2)) has the kernel ask a process that this
 * program leaves beside the other one what is to become of each call. So calls that libc
 * makes inside itself are met, too, in all threads, and behind execve() as well. It ends
 * with the last process that has the filter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct page {
    int32_t pid;       /* the process whose calls count; 0: nobody's */
    int32_t newer;     /* and those of processes with a higher number, if not 0 */
    uint32_t fails_at; /* 1 is the first; 0: none does */
    uint32_t for_good; /* 1: all behind it fail, too */
    int32_t error;     /* 0: that which is usual for the call */
    char only[28];     /* the call's name, if only such calls count */
    uint32_t count;    /* so many were there */
    uint32_t failed;   /* so many of these have failed */
    char name[28];     /* of the call that failed last */
};

/* They cannot fail, if what they are given is right. */
static const char *const sure[] = {
    "arch_prctl",      "clock_gettime", "clock_nanosleep", "close",
    "close_range",     "exit",          "exit_group",      "futex",
    "getegid",         "geteuid",       "getgid",          "getpid",
    "getppid",         "getresgid",     "getresuid",       "gettid",
    "getuid",          "madvise",       "munmap",          "nanosleep",
    "restart_syscall", "rseq",          "rt_sigaction",    "rt_sigprocmask",
    "rt_sigreturn",    "sched_yield",   "set_robust_list", "set_tid_address",
    "sigaltstack",     "umask",         "wait4",           "waitid"};

static const struct {
    const char *calls;
    int error;
} usual[] = {
    {" brk clone clone3 fork mmap mprotect mremap poll ppoll recvfrom recvmmsg recvmsg "
     "vfork ",
     ENOMEM},
    {" accept4 dup dup2 dup3 epoll_create1 eventfd2 fcntl inotify_init1 memfd_create "
     "openat "
     "pipe2 signalfd4 socket socketpair ",
     EMFILE},
    {" sendmmsg sendmsg sendto ", ENOBUFS},
    {" getdents64 pread64 read readv ", EIO},
    {" inotify_add_watch ftruncate pwrite64 write writev ", ENOSPC},
    {" bind listen ", EADDRINUSE},
    {" connect ", ENETUNREACH},
};

enum { NOT_YET = -1, NEVER = -2 }; /* there is a listener */

static struct page *page;

static int usual_error(const char *name)
{
    char word[40];

    snprintf(word, sizeof word, " %s ", name);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strstr(usual[i].calls, word))
            return usual[i].error;
    return EPERM;
}

/* The process that a thread belongs to; 0 if it has just ended. */
static pid_t process_of(pid_t thread)
{
    char path[40], line[128];
    int pid = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)thread);
    file = fopen(path, "re");
    while (file && pid == 0 && fgets(line, sizeof line, file))
        sscanf(line, "Tgid: %d", &pid);
    if (file)
        fclose(file);
    return pid;
}

static bool is_meant(pid_t thread, const char *name)
{
    pid_t pid = 0;

    if ((page->pid || page->newer) && (!*page->only || strcmp(page->only, name) == 0))
        pid = process_of(thread);
    return pid && (pid == page->pid || (page->newer && pid > page->newer));
}

/* The error that the call has; 0: it goes on. */
static int decide(const struct seccomp_notif *call)
{
    char *name = seccomp_syscall_resolve_num_arch(call->data.arch, call->data.nr);
    int error = 0;

    if (name && is_meant((pid_t)call->pid, name)) {
        uint32_t number = ++page->count;

        if (page->fails_at &&
            (number == page->fails_at || (number > page->fails_at && page->for_good))) {
            error = page->error ? page->error : usual_error(name);
            snprintf(page->name, sizeof page->name, "%s", name);
            page->failed++;
        }
    }
    free(name);
    return error;
}

/* A call that a signal has ended in the meantime has no answer any more. */
static void answer_calls(int listener)
{
    struct pollfd polled = {.fd = listener, .events = POLLIN};
    struct seccomp_notif *call;
    struct seccomp_notif_resp *answer;

    if (seccomp_notify_alloc(&call, &answer) != 0)
        exit(EXIT_FAILURE);
    while (poll(&polled, 1, -1) != -1 && !(polled.revents & (POLLHUP | POLLERR))) {
        memset(call, 0, sizeof *call);
        if (seccomp_notify_receive(listener, call) != 0)
            continue;
        memset(answer, 0, sizeof *answer);
        answer->id = call->id;
        answer->error = -decide(call);
        if (answer->error == 0)
            answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        seccomp_notify_respond(listener, answer);
    }
    exit(EXIT_SUCCESS);
}

/* The other process cannot call anything before it is answered, so it says in memory which
 * descriptor the kernel asks at; the two have one table of descriptors until then. */
static void keep_beside(const atomic_int *listener)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    while (atomic_load(listener) == NOT_YET)
        nanosleep(&moment, NULL);
    if (atomic_load(listener) == NEVER)
        exit(EXIT_FAILURE);
    if (unshare(CLONE_FILES) == -1)
        exit(EXIT_FAILURE);
    dup2(atomic_load(listener), 0);
    close_range(1, ~0U, 0);
    answer_calls(0);
}

static pid_t fork_with_descriptors(void)
{
    return (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
}

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_NOTIFY);
    int fd = argc > 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
    atomic_int *listener = mmap(NULL, sizeof *listener, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t between;

    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (!filter || page == MAP_FAILED || listener == MAP_FAILED)
        fail("fail_call");
    close(fd);
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, seccomp_syscall_resolve_name(sure[i]), 0);
    atomic_store(listener, NOT_YET);
    between = fork_with_descriptors(); /* so that the other one is nobody's child */
    if (between == 0) {
        if (fork_with_descriptors() == 0)
            keep_beside(listener);
        _exit(EXIT_SUCCESS);
    }
    waitpid(between, NULL, 0);
    if (seccomp_load(filter) != 0) {
        atomic_store(listener, NEVER);
        fail("fail_call: seccomp_load");
    }
    atomic_store(listener, seccomp_notify_fd(filter));
    execv(argv[2], argv + 2);
    fail(argv[2]);
}
