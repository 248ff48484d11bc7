#include "daemon/unlinker.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/control_socket.h"
#include "daemon/descriptors.h"

enum {
    PATIENCE_S = 2, /* in case the unlinker has been stopped */
    TRIES = 10,     /* to remove the file; */
    PAUSE_MS = 20,  /* between them */
};

/* It takes CAP_DAC_OVERRIDE to remove a file from a folder that is not root's. */
static bool give_up_capabilities(void)
{
    bool may_override = capng_get_caps_process() == 0 &&
                        capng_have_capability(CAPNG_PERMITTED, CAP_DAC_OVERRIDE);

    capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
    if (may_override)
        capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_OVERRIDE);
    return capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) == 0;
}

/* Whoever waits for the end of the server's output must not wait for this process. */
static void close_standard_descriptors(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; null != -1 && fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
}

/* Signals that end the server go to its whole process group, or control group. */
static void ignore_signals(void)
{
    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

/* When the server is killed, the kernel may close our connection before its listening
 * socket, which then still answers for a moment. */
static void remove_once_closed(const char *path)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

    control_socket_remove(path);
    for (int tries = 1; tries < TRIES && access(path, F_OK) == 0; tries++) {
        nanosleep(&pause, NULL);
        control_socket_remove(path);
    }
}

__attribute__((noreturn)) static void keep(int fd, const char *path)
{
    ssize_t got;
    char octet;

    prctl(PR_SET_NAME, "hostdnsd-unlink");
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ignore_signals();
    if (!give_up_capabilities())
        _exit(EXIT_FAILURE); /* a file that stays behind does less harm than a process
                              * that is root */
    close_standard_descriptors();
    descriptors_keep(&fd, 1);
    do
        got = read(fd, &octet, 1);
    while (got > 0 || (got == -1 && errno == EINTR));
    remove_once_closed(path);
    _exit(EXIT_SUCCESS);
}

/* The process must not be a child of the server, which would have to reap it. */
static int fork_away(int fd, const char *path)
{
    pid_t between = fork();
    int status;

    if (between == 0) {
        pid_t unlinker = fork();

        if (unlinker == 0)
            keep(fd, path);
        _exit(unlinker == -1 ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    if (between == -1 || waitpid(between, &status, 0) != between)
        return -1;
    errno = EAGAIN;
    return status == 0 ? 0 : -1;
}

int unlinker_start(const char *path)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    int ends[2], result;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
        return -1;
    result = setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (result == 0)
        result = fork_away(ends[1], path);
    close(ends[1]);
    if (result == 0)
        return ends[0];
    close(ends[0]);
    return -1;
}

void unlinker_dismiss(int fd)
{
    char octet;

    if (fd == -1)
        return;
    shutdown(fd, SHUT_WR);
    while (read(fd, &octet, 1) == -1 && errno == EINTR)
        ; /* it ends when the unlinker does */
    close(fd);
}
