/*
 * A question goes out as one datagram and the reply comes back as another. If the server is
 * on this host, both travel through the loopback interface: the kernel hands the bytes from
 * our socket to the server's and never touches a network card. Even so UDP promises
 * nothing: a datagram may get lost, and anybody may send us one that is no reply. Hence the
 * second try, and the checks before a reply is believed; see outstanding.c.
 */
#include "client/datagram.h"

#include "base/clock.h"
#include "client/wait.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SOCKET_BUFFER = 1 << 20,
    SEND_WAIT_MS = 20, /* until the kernel has room for one more */
};

/*
 * SOCK_NONBLOCK: from its birth the socket never makes us wait. recv() without a datagram
 * fails with EAGAIN; the waiting is left to wait_any(), which knows when to stop.
 *
 * connect() sends nothing, since UDP has no connections. It makes the kernel drop datagrams
 * from other addresses and ports, and report it when the server's host says that nobody
 * listens there (ECONNREFUSED), which an unconnected socket never learns.
 */
int datagram_open(const struct addr *server)
{
    int fd =
        socket(server->sock.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int saved;

    if (fd == -1 || connect(fd, &server->sock.any, server->len) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

void datagram_make_room(int fd)
{
    const int size = SOCKET_BUFFER;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void datagram_forget_error(int fd)
{
    int error;
    socklen_t size = sizeof error;

    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
}

/* Errors that pass: a datagram that they concern counts as lost. */
static bool is_passing(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

int datagram_send(int fd, const struct ask *ask)
{
    ssize_t count = send(fd, ask->wire, ask->size, 0);

    /* Waiting for room keeps the kernel from dropping questions. */
    if (count == -1 && errno == EAGAIN &&
        wait_writable(fd, clock_ms() + SEND_WAIT_MS) == WAIT_READY)
        count = send(fd, ask->wire, ask->size, 0);
    return count == -1 && !is_passing(errno) ? -1 : 0;
}

ssize_t datagram_receive(int fd, uint8_t wire[static DATAGRAM_MAX])
{
    ssize_t size = recv(fd, wire, DATAGRAM_MAX, 0);

    if (size == -1 && is_passing(errno))
        errno = EAGAIN;
    return size;
}
