/* Tells the service manager that the server is stopping, if it can find it. */
#define MODULE forger
#include "nss.h"

#include <sys/un.h>

static enum nss_status ask(const char *name, int *error, int *h_error)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    (void)name;
    if (path && strlen(path) < sizeof to.sun_path) {
        strcpy(to.sun_path, path);
        sendto(fd, "STOPPING=1", 10, 0, (const struct sockaddr *)&to, sizeof to);
    }
    close(fd);
    return not_found(error, h_error);
}

#include "same.h"
