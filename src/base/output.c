#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_pipe(int fd)
{
    struct stat file;

    return fstat(fd, &file) == 0 && S_ISFIFO(file.st_mode);
}

static bool waits(int fd)
{
    return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

/* For each standard descriptor, the size of a pipe that other programs may fill between our
 * look and our write; otherwise 0. */
static int shared_size[STDERR_FILENO + 1];

void output_open(int fd)
{
    char path[32];
    int own;

    shared_size[fd] = 0;
    if (!waits(fd) || (!is_pipe(fd) && !isatty(fd)))
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own == -1) {
        shared_size[fd] = fcntl(fd, F_GETPIPE_SZ);
        return;
    }
    dup2(own, fd);
    close(own);
}

/*
 * A write that does not fit behind the last octets begins a new page, so a pipe may be full
 * at half its size. Another quarter is left to programs that write at the same time.
 */
static bool may_be_full(int fd)
{
    int queued;

    return shared_size[fd] > 0 && ioctl(fd, FIONREAD, &queued) == 0 &&
           queued > shared_size[fd] / 4;
}

static ssize_t write_now(int fd, const char *text, size_t len)
{
    ssize_t sent = send(fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent != -1 || errno != ENOTSOCK)
        return sent;
    if (!may_be_full(fd))
        return write(fd, text, len);
    errno = EAGAIN;
    return -1;
}

enum output_result output_write(int fd, const char *text, size_t len)
{
    ssize_t written = write_now(fd, text, len);

    if (written == -1)
        return OUTPUT_LOST;
    return (size_t)written == len ? OUTPUT_DONE : OUTPUT_CUT;
}
