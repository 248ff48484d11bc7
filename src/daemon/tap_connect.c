#include "daemon/tap_connect.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"

enum {
    LEAST_MS = 500
}; /* between two connections for one process, which asks each second */

static bool is_too_often(const struct child *child)
{
    static int64_t last;
    static pid_t asked;
    int64_t now = clock_ms();

    if (child->pid == asked && now - last < LEAST_MS)
        return true;
    last = now;
    asked = child->pid;
    return false;
}

/* A Unix socket is connected at once, or not at all if the reader's queue is full. */
static int open_socket(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), saved;

    memcpy(addr.sun_path, path, strnlen(path, sizeof addr.sun_path - 1));
    if (fd == -1 || connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

void tap_connect(const struct child *child, const struct tap_config *config)
{
    uint8_t error[sizeof(uint32_t)];
    struct writer out = writer_of(error, sizeof error);
    int fd;

    if (config->output != TAP_OUTPUT_UNIX || is_too_often(child))
        return;
    fd = open_socket(config->path);
    put_u32(&out, fd == -1 ? (uint32_t)errno : 0);
    if (fd == -1) {
        child_tell(child, CONTROL_CONNECTED, error, sizeof error);
        return;
    }
    child_pass(child, CONTROL_CONNECTED, error, sizeof error, fd);
    close(fd);
}
