#include "daemon/sandbox.h"

#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/counters.h"
#include "base/log.h"
#include "base/shortage.h"
#include "daemon/facilities.h"

/* The sanitizers read /proc, start threads and attach to their own process, which the
 * filters forbid. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool is_checked = true;
#else
static const bool is_checked = false;
#endif

/* The calls have names, since not every kernel and machine has all of them. */
static const char *const never[] = {
    "_sysctl",
    "acct",
    "add_key",
    "adjtimex",
    "bpf",
    "chroot",
    "clock_adjtime",
    "clock_adjtime64",
    "clock_settime",
    "clock_settime64",
    "create_module",
    "delete_module",
    "finit_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "get_kernel_syms",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "migrate_pages",
    "mount",
    "mount_setattr",
    "move_mount",
    "move_pages",
    "name_to_handle_at",
    "nfsservctl",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "personality",
    "pidfd_getfd",
    "pivot_root",
    "process_madvise",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "query_module",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "request_key",
    "setdomainname",
    "sethostname",
    "setns",
    "settimeofday",
    "stime",
    "swapoff",
    "swapon",
    "syslog",
    "umount",
    "umount2",
    "unshare",
    "uselib",
    "userfaultfd",
    "ustat",
    "vhangup",
    "vmsplice",
};

/* clone() is not among them, since it makes threads as well; see sandbox_lookup. */
static const char *const never_in_lookup[] = {
    "chmod",       "chown",       "chown32",
    "execve",      "execveat",    "fchmod",
    "fchmodat",    "fchmodat2",   "fchown",
    "fchown32",    "fchownat",    "fork",
    "lchown",      "lchown32",    "mknod",
    "mknodat",     "pidfd_open",  "setfsgid",
    "setfsgid32",  "setfsuid",    "setfsuid32",
    "setgid",      "setgid32",    "setgroups",
    "setgroups32", "setregid",    "setregid32",
    "setresgid",   "setresgid32", "setresuid",
    "setresuid32", "setreuid",    "setreuid32",
    "setuid",      "setuid32",    "tkill",
    "truncate",    "truncate64",  "pidfd_send_signal",
    "vfork",
};

/* Signals, which may go to the process itself: abort() sends one. */
static const char *const signals[] = {"kill", "tgkill", "rt_sigqueueinfo",
                                      "rt_tgsigqueueinfo"};

static const char *const serve_may[] = {
    "accept4",
    "brk",
    "clock_gettime",
    "clock_gettime64",
    "close",
    "exit",
    "exit_group",
    "futex",
    "futex_time64",
    "getpid",
    "getrandom",
    "getsockname",
    "gettid",
    "madvise",
    "mremap",
    "munmap",
    "poll",
    "ppoll",
    "ppoll_time64",
    "read",
    "readv",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmmsg_time64",
    "recvmsg",
    "restart_syscall",
    "rt_sigprocmask",
    "rt_sigreturn",
    "send",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "sigreturn",
    "write",
    "writev",
};

/* epoll is how libmicrohttpd waits for its connections. */
static const char *const web_may[] = {
    "accept4",        "brk",
    "clock_gettime",  "clock_gettime64",
    "close",          "epoll_ctl",
    "epoll_pwait",    "epoll_wait",
    "exit",           "exit_group",
    "futex",          "futex_time64",
    "getpid",         "getrandom",
    "gettid",         "madvise",
    "mremap",         "munmap",
    "poll",           "ppoll",
    "ppoll_time64",   "read",
    "recv",           "recvfrom",
    "recvmsg",        "restart_syscall",
    "rt_sigprocmask", "rt_sigreturn",
    "send",           "sendmsg",
    "sendto",         "setsockopt",
    "shutdown",       "sigreturn",
    "write",          "writev",
};

/* These may get memory, but not for code. */
static const char *const may_without_execution[] = {"mmap", "mmap2", "mprotect"};

/* They work on open files alone. newfstatat(), by which libc does fstat(), can tell the
 * state of any file, but no more. */
static const char *const file_may[] = {
    "fstat", "fstat64",   "newfstatat",  "_llseek",
    "lseek", "ftruncate", "ftruncate64", "pread64",
};

static _Noreturn void end_for_want_of_memory(void)
{
    shortage_end_by(NULL);
    log_warning(
        "memory has run out, so this process ends: no filter of system calls can be "
        "made");
    _exit(EXIT_FAILURE);
}

/* When libseccomp gets no memory, it may crash, or loop for ever. */
static scmp_filter_ctx begin(uint32_t otherwise)
{
    shortage_end_by(end_for_want_of_memory);
    return seccomp_init(otherwise);
}

static int rule(scmp_filter_ctx filter, uint32_t action, const char *name)
{
    int number = seccomp_syscall_resolve_name(name);

    return number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, action, number, 0);
}

static int rules(scmp_filter_ctx filter, uint32_t action, const char *const *names,
                 size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int result = rule(filter, action, names[i]);

        if (result < 0)
            return result;
    }
    return 0;
}

/* Adds an action for signals to this process, or to any other one. */
static int rules_for_signals(scmp_filter_ctx filter, uint32_t action, enum scmp_compare to)
{
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        int result =
            seccomp_rule_add(filter, action, seccomp_syscall_resolve_name(signals[i]), 1,
                             SCMP_A0(to, (scmp_datum_t)getpid()));

        if (result < 0)
            return result;
    }
    return 0;
}

static int allow_without_execution(scmp_filter_ctx filter)
{
    const size_t count = sizeof may_without_execution / sizeof *may_without_execution;

    for (size_t i = 0; i < count; i++) {
        int number = seccomp_syscall_resolve_name(may_without_execution[i]);
        int result = number == __NR_SCMP_ERROR
                         ? 0
                         : seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
                                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

        if (result < 0)
            return result;
    }
    return 0;
}

/* The service goes on without its filter, which matters only in a process taken over. */
static bool load(scmp_filter_ctx filter, int result)
{
    if (!filter)
        result = -ENOMEM;
    if (result == 0)
        result = seccomp_load(filter);
    if (result < 0) {
        facility_lost(FACILITY_FILTER,
                      "this process runs without a filter of system calls: %s",
                      strerror(-result));
        count_set(COUNT_UNFILTERED, 1);
    }
    seccomp_release(filter);
    shortage_end_by(NULL);
    return result == 0;
}

static const uint32_t refuse = SCMP_ACT_ERRNO(EPERM);

/* The argument of clone() that has the flags. */
#if defined(__s390__)
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

/* Refuses a clone() if these bits of its flags have this value. */
static int refuse_clone(scmp_filter_ctx filter, scmp_datum_t bits, scmp_datum_t value)
{
    return seccomp_rule_add(filter, refuse, SCMP_SYS(clone), 1,
                            SCMP_CMP(CLONE_FLAGS, SCMP_CMP_MASKED_EQ, bits, value));
}

/* A new namespace would give root's power inside it, such as raw sockets. clone3() has
 * its flags in memory, which a filter cannot read; without clone3() libc uses clone(). */
static int refuse_new_namespaces(scmp_filter_ctx filter)
{
    static const scmp_datum_t flags[] = {CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET,
                                         CLONE_NEWNS,     CLONE_NEWPID, CLONE_NEWUSER,
                                         CLONE_NEWUTS};
    int result = rule(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3");

    for (size_t i = 0; i < sizeof flags / sizeof *flags && result >= 0; i++)
        result = refuse_clone(filter, flags[i], flags[i]);
    return result;
}

static bool forbid_everywhere(void)
{
    scmp_filter_ctx filter = begin(SCMP_ACT_ALLOW);
    int result = 0;

    if (filter)
        result = rules(filter, refuse, never, sizeof never / sizeof *never);
    if (filter && result == 0)
        result = refuse_new_namespaces(filter);
    return load(filter, result);
}

bool sandbox_all(bool is_filtered)
{
    const struct rlimit none = {0};

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    /* The change of user has already made it 0, with which a sanitizer could not look
     * for leaks. */
    prctl(PR_SET_DUMPABLE, is_checked, 0, 0, 0);
    if (is_checked || is_filtered)
        return is_filtered;
    return forbid_everywhere();
}

/* Refuses a call whose second argument, an int, is this one. */
static int refuse_request(scmp_filter_ctx filter, int call, int request)
{
    return seccomp_rule_add(filter, refuse, call, 1,
                            SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)request));
}

/* The kernel also sends signals for whoever owns a descriptor, and a limit may end another
 * process of the same user; 0 is the process itself. */
static int refuse_reaching_others(scmp_filter_ctx filter)
{
    static const int commands[] = {F_SETOWN, F_SETOWN_EX, F_SETSIG};
    static const int requests[] = {FIOSETOWN, SIOCSPGRP};
    int result =
        seccomp_rule_add(filter, refuse, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_NE, 0));

    for (size_t i = 0; i < sizeof commands / sizeof *commands && result >= 0; i++)
        result = refuse_request(filter, SCMP_SYS(fcntl), commands[i]);
    for (size_t i = 0; i < sizeof requests / sizeof *requests && result >= 0; i++)
        result = refuse_request(filter, SCMP_SYS(ioctl), requests[i]);
    return result;
}

void sandbox_lookup(void)
{
    scmp_filter_ctx filter;
    int result = 0;

    if (is_checked)
        return;
    filter = begin(SCMP_ACT_ALLOW);
    if (filter)
        result = rules(filter, refuse, never_in_lookup,
                       sizeof never_in_lookup / sizeof *never_in_lookup);
    if (filter && result == 0)
        result = rules_for_signals(filter, refuse, SCMP_CMP_NE);
    if (filter && result == 0)
        result = refuse_reaching_others(filter);
    /* A process that an NSS module forks could outlive the server. */
    if (filter && result == 0)
        result = refuse_clone(filter, CLONE_THREAD, 0);
    load(filter, result);
}

/* Allows base/output to ask how much waits in the pipe of the log. */
static int allow_count_of_pipe(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                            SCMP_A1(SCMP_CMP_EQ, FIONREAD));
}

/* Allows these calls and what every such process needs. The kernel logs what it refuses,
 * which is always an attack or a bug. */
static int describe(scmp_filter_ctx filter, const char *const *names, size_t count)
{
    int result = rules(filter, SCMP_ACT_ALLOW, names, count);

    seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
    if (result == 0)
        result = rules_for_signals(filter, SCMP_ACT_ALLOW, SCMP_CMP_EQ);
    if (result == 0)
        result = allow_count_of_pipe(filter);
    return result == 0 ? allow_without_execution(filter) : result;
}

static int describe_serve(scmp_filter_ctx filter)
{
    return describe(filter, serve_may, sizeof serve_may / sizeof *serve_may);
}

static int allow_fcntl(scmp_filter_ctx filter, int command)
{
    static const char *const names[] = {"fcntl", "fcntl64"};
    int result = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names && result >= 0; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);

        if (number != __NR_SCMP_ERROR)
            result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
                                      SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)command));
    }
    return result;
}

/* libmicrohttpd looks whether a new connection blocks, and whether it is inherited. */
static int describe_web(scmp_filter_ctx filter)
{
    int result = describe(filter, web_may, sizeof web_may / sizeof *web_may);

    if (result == 0)
        result = allow_fcntl(filter, F_GETFL);
    return result == 0 ? allow_fcntl(filter, F_GETFD) : result;
}

/* The lock is for this process alone (dnstap/tap_memory). */
static int allow_lock(scmp_filter_ctx filter)
{
    return allow_fcntl(filter, F_SETLK);
}

static int describe_dnstap_file(scmp_filter_ctx filter)
{
    int result = describe_serve(filter);

    if (result == 0)
        result =
            rules(filter, SCMP_ACT_ALLOW, file_may, sizeof file_may / sizeof *file_may);
    return result == 0 ? allow_lock(filter) : result;
}

/* The supervisor connects the socket (daemon/tap_connect). */
static int describe_dnstap_socket(scmp_filter_ctx filter)
{
    int result = describe_serve(filter);

    return result == 0 ? allow_lock(filter) : result;
}

/* Allows what `describe` names, and nothing else. */
static void allow_only(int (*describe_it)(scmp_filter_ctx))
{
    const struct rlimit none = {0};
    scmp_filter_ctx filter;

    if (is_checked)
        return;
    setrlimit(RLIMIT_NPROC, &none);
    filter = begin(refuse);
    load(filter, filter ? describe_it(filter) : 0);
}

void sandbox_serve(void)
{
    allow_only(describe_serve);
}

void sandbox_web(void)
{
    allow_only(describe_web);
}

void sandbox_dnstap(enum tap_output output)
{
    allow_only(output == TAP_OUTPUT_UNIX ? describe_dnstap_socket : describe_dnstap_file);
}
