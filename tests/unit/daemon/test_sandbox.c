/*
 * Each case runs in a process of its own. tests/system/test_sandbox.py tries much more,
 * from inside the real processes. Builds with sanitizers have no filters.
 */
#include "../in_child.h"
#include "../limit.h"

#include "base/shortage.h"
#include "channel/channel.h"
#include "daemon/sandbox.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { FORBIDDEN = 0 };
#else
enum { FORBIDDEN = EPERM };
#endif

static int error_of(int result)
{
    return result == -1 ? errno : 0;
}

static int serve_opens(void)
{
    sandbox_serve();
    return error_of(open("/dev/null", O_RDONLY));
}

static int serve_makes_a_socket(void)
{
    sandbox_serve();
    return error_of(socket(AF_INET, SOCK_DGRAM, 0));
}

static int serve_makes_code(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    sandbox_serve();
    return error_of(mprotect(at, 4096, PROT_READ | PROT_EXEC));
}

static int serve_works(void)
{
    int ends[2];
    void *memory;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == -1)
        return 1;
    sandbox_serve();
    memory = malloc(64 << 20);
    if (!memory || write(ends[0], "x", 1) != 1 || read(ends[1], memory, 1) != 1)
        return 2;
    memset(memory, 1, 64 << 20);
    free(memory);
    return error_of(shutdown(ends[0], SHUT_WR));
}

static int web_opens(void)
{
    sandbox_web();
    return error_of(open("/dev/null", O_RDONLY));
}

static int web_makes_a_socket(void)
{
    sandbox_web();
    return error_of(socket(AF_INET, SOCK_STREAM, 0));
}

/* What is ready is reported by another descriptor. */
static int web_works(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int ends[2], all = epoll_create1(0);

    if (all == -1 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
        return 1;
    sandbox_web();
    if (epoll_ctl(all, EPOLL_CTL_ADD, ends[1], &event) == -1 ||
        send(ends[0], "x", 1, 0) != 1 || epoll_wait(all, &event, 1, -1) != 1)
        return 2;
    return error_of(shutdown(ends[0], SHUT_WR));
}

static int dnstap_opens(void)
{
    sandbox_dnstap(TAP_OUTPUT_FILE);
    return error_of(open("/dev/null", O_RDONLY));
}

static int dnstap_opens_beside_its_socket(void)
{
    sandbox_dnstap(TAP_OUTPUT_UNIX);
    return error_of(open("/dev/null", O_RDONLY));
}

static int dnstap_makes_a_socket(void)
{
    sandbox_dnstap(TAP_OUTPUT_UNIX);
    return error_of(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int dnstap_makes_a_socket_beside_its_file(void)
{
    sandbox_dnstap(TAP_OUTPUT_FILE);
    return error_of(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int dnstap_writes_a_file(void)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = memfd_create("file", 0);
    struct stat file;

    sandbox_dnstap(TAP_OUTPUT_FILE);
    if (write(fd, "x", 1) != 1 || ftruncate(fd, 0) == -1 || lseek(fd, 0, SEEK_SET) == -1 ||
        fstat(fd, &file) == -1 || pread(fd, &file, 1, 0) == -1)
        return errno;
    return error_of(fcntl(fd, F_SETLK, &whole));
}

/* The other result is that of a build without filters. */
static int dnstap_connects(void)
{
    const struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = "/nonexistent"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    sandbox_dnstap(TAP_OUTPUT_UNIX);
    connect(fd, (const struct sockaddr *)&addr, sizeof addr);
    return errno == ENOENT ? 0 : errno;
}

/* Its socket comes from the supervisor. */
static int dnstap_gets_a_descriptor(void)
{
    enum control_message message;
    struct channel channel;
    int fd = -1;

    if (channel_open(&channel) == -1)
        return 1;
    sandbox_dnstap(TAP_OUTPUT_UNIX);
    channel_send_descriptor(channel.left, CONTROL_CONNECTED, NULL, 0, channel.left);
    channel_receive_control(channel.right, &message, NULL, NULL, &fd, CHANNEL_BLOCK);
    return error_of(fd);
}

static int lookup_executes(void)
{
    char *none[] = {NULL};

    sandbox_lookup();
    execve("/nonexistent", none, none);
    return errno == ENOENT ? 0 : errno;
}

static int lookup_opens(void)
{
    sandbox_lookup();
    return error_of(open("/dev/null", O_RDONLY));
}

static int nobody_leaves_a_namespace(void)
{
    if (sandbox_all(false) != (FORBIDDEN != 0))
        return 1;
    return error_of(unshare(0));
}

static int nobody_clones_into_a_namespace(void)
{
    sandbox_all(false);
    return error_of((int)syscall(SYS_clone, CLONE_NEWUSER | CLONE_THREAD, 0, 0, 0, 0));
}

/* Without arguments it is EINVAL where there is such a call. */
static int nobody_uses_clone3(void)
{
    sandbox_all(false);
    return error_of((int)syscall(SYS_clone3, NULL, 0));
}

static int lookup_forks(void)
{
    pid_t pid;

    sandbox_lookup();
    pid = fork();
    if (pid == 0)
        _exit(0);
    return error_of(pid);
}

static void *nothing(void *context)
{
    return context;
}

static int lookup_starts_a_thread(void)
{
    pthread_t thread;

    sandbox_all(false);
    sandbox_lookup();
    return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL);
}

static int nobody_dumps_core(void)
{
    struct rlimit limit;

    sandbox_all(true);
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 ? 0 : 1;
}

static int a_reload_adds_nothing(void)
{
    if (!sandbox_all(true))
        return 1;
    return error_of(unshare(0));
}

TEST(serve_has_no_files_no_new_sockets_and_no_new_code)
{
    assert_int_equal(in_child(serve_opens), FORBIDDEN);
    assert_int_equal(in_child(serve_makes_a_socket), FORBIDDEN);
    assert_int_equal(in_child(serve_makes_code), FORBIDDEN);
}

TEST(serve_can_do_its_work)
{
    assert_int_equal(in_child(serve_works), 0);
}

TEST(web_has_no_files_and_no_new_sockets)
{
    assert_int_equal(in_child(web_opens), FORBIDDEN);
    assert_int_equal(in_child(web_makes_a_socket), FORBIDDEN);
}

TEST(web_can_do_its_work)
{
    assert_int_equal(in_child(web_works), 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

static int serve_has_no_memory(void)
{
    shortage_wait(false);
    limit_begin(RLIMIT_AS, 0);
    for (size_t size = 65536; size > 0; size /= 2)
        while (malloc(size))
            ;
    sandbox_serve();
    return 0;
}

TEST(without_memory_for_its_filter_a_process_ends)
{
    assert_int_equal(in_child(serve_has_no_memory), EXIT_FAILURE);
}

#endif

TEST(dnstap_opens_no_files_and_no_sockets)
{
    assert_int_equal(in_child(dnstap_opens), FORBIDDEN);
    assert_int_equal(in_child(dnstap_opens_beside_its_socket), FORBIDDEN);
    assert_int_equal(in_child(dnstap_makes_a_socket), FORBIDDEN);
    assert_int_equal(in_child(dnstap_connects), FORBIDDEN);
    assert_int_equal(in_child(dnstap_makes_a_socket_beside_its_file), FORBIDDEN);
}

TEST(dnstap_can_do_its_work)
{
    assert_int_equal(in_child(dnstap_writes_a_file), 0);
    assert_int_equal(in_child(dnstap_gets_a_descriptor), 0);
}

TEST(lookup_has_files_but_no_programs)
{
    assert_int_equal(in_child(lookup_opens), 0);
    assert_int_equal(in_child(lookup_executes), FORBIDDEN);
}

TEST(lookup_has_threads_but_no_processes)
{
    assert_int_equal(in_child(lookup_starts_a_thread), 0);
    assert_int_equal(in_child(lookup_forks), FORBIDDEN);
}

TEST(all_stay_in_their_namespaces_and_dump_no_core)
{
    assert_int_equal(in_child(nobody_leaves_a_namespace), FORBIDDEN);
    assert_int_equal(in_child(nobody_clones_into_a_namespace), FORBIDDEN ? EPERM : EINVAL);
    assert_int_equal(in_child(nobody_uses_clone3), FORBIDDEN ? ENOSYS : EINVAL);
    assert_int_equal(in_child(nobody_dumps_core), 0);
}

TEST(after_a_reload_there_is_no_second_filter)
{
    assert_int_equal(in_child(a_reload_adds_nothing), 0);
}
