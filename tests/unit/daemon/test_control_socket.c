/* The control socket in a folder of its own. */
#include "../folder.h"

#include "daemon/control_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static char path[64];
static int listener;

static void set_up(void)
{
    listener = control_socket_listen(path, false);
    assert_int_not_equal(listener, -1);
}

static void tear_down(void)
{
    close(listener);
    unlink(path);
}

FIXTURE(socket, set_up, tear_down);

/* Whether a connection to the path comes to this listener. */
static bool comes_to(int fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), accepted, came = 0;

    strcpy(address.sun_path, path);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    while ((accepted = accept(fd, NULL, NULL)) !=
           -1) { /* connections of earlier clients may wait as well */
        came++;
        close(accepted);
    }
    close(client);
    return came > 0;
}

TEST_WITH(socket, the_file_is_its_owners)
{
    struct stat file;

    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
}

TEST_WITH(socket, one_in_use_is_not_taken)
{
    assert_int_equal(control_socket_listen(path, false), -1);
    assert_int_equal(errno, EADDRINUSE);
    assert_true(comes_to(listener));
}

TEST_WITH(socket, one_that_was_left_is_replaced)
{
    close(listener);
    listener = control_socket_listen(path, false);
    assert_int_not_equal(listener, -1);
    assert_true(comes_to(listener));
}

TEST_WITH(socket, what_is_closed_leaves_no_file)
{
    control_socket_close(listener);
    assert_int_equal(access(path, F_OK), -1);
    listener = -1;
}

TEST_WITH(socket, that_of_another_server_stays)
{
    int mine = listener;

    unlink(path);
    listener = control_socket_listen(path, false); /* the other server */
    control_socket_close(mine);
    assert_true(comes_to(listener));
}

TEST_WITH(socket, another_file_stays)
{
    char other[64];
    int fd;

    folder_path(other, "file");
    fd = open(other, O_CREAT | O_WRONLY, 0600);
    assert_int_not_equal(fd, -1);
    close(fd);
    assert_int_equal(control_socket_listen(other, false), -1);
    assert_int_equal(unlink(other), 0);
}

TEST_WITH(socket, a_folder_is_made_where_it_may_be)
{
    char other[64];
    int fd;

    folder_path(other, "new/control");
    assert_int_equal(control_socket_listen(other, false), -1);
    assert_int_equal(errno, ENOENT);
    fd = control_socket_listen(other, true);
    assert_int_not_equal(fd, -1);
    close(fd);
}

TEST_WITH(socket, it_tells_its_path)
{
    char text[CONTROL_PATH_MAX + 1];

    control_socket_path(listener, text);
    assert_string_equal(text, path);
    control_socket_path(-1, text);
    assert_string_equal(text, "");
}

TEST_WITH(socket, by_default_a_user_has_a_folder_of_his_own)
{
    char text[CONTROL_PATH_MAX + 1];

    setenv("XDG_RUNTIME_DIR", "/somewhere", 1);
    control_socket_default(text);
    assert_string_equal(text, geteuid() == 0 ? "/run/hostdns/control"
                                             : "/somewhere/hostdns/control");
    unsetenv("XDG_RUNTIME_DIR");
    control_socket_default(text);
    assert_string_equal(text, "/run/hostdns/control");
}

static void make_path(void)
{
    folder_make();
    folder_path(path, "control");
}

GROUP(make_path, folder_remove);
