#include "daemon/control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 16 };

void control_socket_default(char path[static CONTROL_PATH_MAX + 1])
{
    const char *folder = geteuid() == 0 ? NULL : getenv("XDG_RUNTIME_DIR");

    snprintf(path, CONTROL_PATH_MAX + 1, "%s/hostdns/control", folder ? folder : "/run");
}

void control_socket_path(int fd, char path[static CONTROL_PATH_MAX + 1])
{
    struct sockaddr_un address = {0};
    socklen_t len = sizeof address - 1;

    path[0] = '\0';
    if (getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
        address.sun_family == AF_UNIX)
        snprintf(path, CONTROL_PATH_MAX + 1, "%s", address.sun_path);
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return address;
}

/* Tries to connect. 0 if a server listens there, otherwise the error. */
static int knock(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;

    if (fd == -1 || connect(fd, (struct sockaddr *)&address, sizeof address) == -1)
        error = errno;
    if (fd != -1)
        close(fd);
    return error == EAGAIN ? 0 : error; /* its backlog is full */
}

/* Removes the socket of a killed server, and no other file. 0, or -1 with errno. */
static int make_room(const char *path)
{
    struct stat file;
    int error;

    if (lstat(path, &file) == -1)
        return 0; /* bind() tells what is wrong with the path */
    error = S_ISSOCK(file.st_mode) ? knock(path) : EEXIST;
    if (error == ECONNREFUSED)
        return unlink(path);
    errno = error ? error : EADDRINUSE;
    return -1;
}

/* The path up to its last slash; "" if there is none that matters. */
static void folder_of(const char *path, char folder[static CONTROL_PATH_MAX + 1])
{
    char *slash;

    snprintf(folder, CONTROL_PATH_MAX + 1, "%s", path);
    slash = strrchr(folder, '/');
    *(slash ? slash : folder) = '\0';
}

static void make_folder_of(const char *path)
{
    char folder[CONTROL_PATH_MAX + 1];

    folder_of(path, folder);
    if (*folder)
        mkdir(folder, 0755);
}

void control_socket_remove(const char *path)
{
    char by_default[CONTROL_PATH_MAX + 1], folder[CONTROL_PATH_MAX + 1];

    if (make_room(path) == -1)
        return;
    control_socket_default(by_default);
    folder_of(path, folder);
    if (strcmp(path, by_default) == 0)
        rmdir(folder);
}

void control_socket_close(int fd)
{
    char path[CONTROL_PATH_MAX + 1];

    control_socket_path(fd, path);
    if (fd != -1)
        close(fd);
    if (*path)
        control_socket_remove(path);
}

/* Sets the mode by the umask, so that the socket never has another one. */
static int bind_for_owner(int fd, const char *path)
{
    struct sockaddr_un address = address_of(path);
    mode_t before = umask(0177);
    int result = bind(fd, (struct sockaddr *)&address, sizeof address);

    umask(before);
    return result;
}

/* The unlinker of a killed server may remove the folder between the steps, so they are
 * tried again. */
static int bind_to(int fd, const char *path, bool make_folder)
{
    int tries = 3;

    do {
        if (make_folder)
            make_folder_of(path);
        if (make_room(path) == 0 && bind_for_owner(fd, path) == 0)
            return 0;
    } while (errno == ENOENT && --tries > 0);
    return -1;
}

int control_socket_listen(const char *path, bool make_folder)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), saved;
    bool is_bound;

    if (fd == -1)
        return -1;
    is_bound = bind_to(fd, path, make_folder) == 0;
    if (is_bound && listen(fd, BACKLOG) == 0)
        return fd;
    saved = errno;
    close(fd);
    if (is_bound)
        control_socket_remove(path);
    errno = saved;
    return -1;
}
