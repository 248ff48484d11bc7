#include "daemon/web_socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/facilities.h"
#include "net/holder.h"

static bool read_address(int fd, struct addr *addr)
{
    addr->len = sizeof addr->sock;
    return fd != -1 && getsockname(fd, &addr->sock.any, &addr->len) == 0;
}

const char *web_socket_format(int fd, char text[static ADDR_TEXT])
{
    struct addr addr;

    *text = '\0';
    return read_address(fd, &addr) ? addr_format(&addr, text) : text;
}

/* Port 0 stands for any. */
static bool is_at(int fd, const struct addr *wanted)
{
    struct addr addr;

    if (!read_address(fd, &addr))
        return false;
    if (addr_port(wanted) == 0)
        addr_set_port(&addr, 0);
    return addr_equal(&addr, wanted);
}

static void explain(const struct endpoint *endpoint)
{
    char text[ADDR_TEXT], holder[64];
    int error = errno;

    endpoint_format(endpoint, text);
    if (error == EADDRINUSE && holder_find(&endpoint->addr, holder, sizeof holder))
        facility_lost(FACILITY_WEB, "no web page: cannot listen on %s: %s, held by %s",
                      text, strerror(error), holder);
    else
        facility_lost(FACILITY_WEB, "no web page: cannot listen on %s: %s", text,
                      strerror(error));
}

/* Clients are shown, and nobody has to say who he is. */
static void warn_of_strangers(const struct endpoint *endpoint)
{
    char text[ADDR_TEXT];

    if (!addr_is_loopback(&endpoint->addr))
        log_warning("web=%s: not a loopback address: whoever reaches it sees what clients "
                    "ask, over HTTP without encryption",
                    endpoint_format(endpoint, text));
}

/* Port 0 would take any socket, such as the one for questions over TCP. After a reload,
 * what was passed are the sockets for questions. */
static bool may_be_passed(const struct endpoint *endpoint, const struct handover *handover)
{
    return handover->is_activated && !handover->is_reload &&
           addr_port(&endpoint->addr) != 0;
}

static int open_socket(struct endpoint *endpoint, struct handover *handover)
{
    int fd = -1;

    if (*endpoint->link && !endpoint_find_link(endpoint)) {
        errno = ENODEV;
        return -1;
    }
    if (may_be_passed(endpoint, handover))
        fd = passed_take(&handover->sockets, SOCK_STREAM, &endpoint->addr);
    if (fd != -1 && listener_adopt(&(struct listener){0}, &endpoint->addr, -1, fd) == 0)
        return fd;
    return listener_open_tcp(&endpoint->addr);
}

bool web_socket_open(const struct endpoint *wanted, bool is_wanted,
                     struct handover *handover)
{
    struct endpoint endpoint = *wanted;
    int fd;

    if (!is_wanted) {
        web_socket_close(handover);
        return true;
    }
    warn_of_strangers(wanted);
    if (is_at(handover->web, &wanted->addr))
        return true;
    fd = open_socket(&endpoint, handover);
    if (fd == -1) {
        explain(wanted);
        return false;
    }
    web_socket_close(handover);
    handover->web = fd;
    return true;
}

void web_socket_close(struct handover *handover)
{
    if (handover->web != -1)
        close(handover->web);
    handover->web = -1;
}
