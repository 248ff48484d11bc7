#include "lookup/resolved.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/bound.h"

/* The socket that nss-resolve uses. It may be left over from a process that has ended. */
static const struct sockaddr_un varlink = {
    .sun_family = AF_UNIX,
    .sun_path = "/run/systemd/resolve/io.systemd.Resolve",
};

struct addr resolved_stub(void)
{
    struct addr addr;

    addr_parse(&addr, "127.0.0.53", 53);
    return addr;
}

static bool answers_varlink(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool answers;

    if (fd == -1)
        return false;
    answers = connect(fd, (const struct sockaddr *)&varlink, sizeof varlink) == 0 ||
              errno == EAGAIN; /* too many wait there */
    close(fd);
    return answers;
}

/* If the kernel does not list sockets, the stub is assumed to listen. */
enum resolved_state resolved_look(bool stub_is_us)
{
    const struct addr stub = resolved_stub();
    struct bound_socket bound;
    int count = stub_is_us ? 0 : bound_list(&stub, &bound, 1);

    if (count > 0)
        return RESOLVED_STUB;
    if (!answers_varlink())
        return RESOLVED_ABSENT;
    return count == 0 ? RESOLVED_HIDDEN : RESOLVED_STUB;
}
