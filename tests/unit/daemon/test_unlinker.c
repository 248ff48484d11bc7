/* A socket in a folder of its own, and the unlinker as its own process, as in the server.
 */
#include "../folder.h"

#include "daemon/control_socket.h"
#include "daemon/unlinker.h"

#include <signal.h>
#include <sys/wait.h>

static char path[64];

static bool is_there(void)
{
    return access(path, F_OK) == 0;
}

TEST(what_is_dismissed_has_removed_the_file)
{
    int listener = control_socket_listen(path, false), unlinker = unlinker_start(path);

    assert_int_not_equal(unlinker, -1);
    close(listener);
    assert_true(is_there());
    unlinker_dismiss(unlinker);
    assert_false(is_there());
}

TEST(a_file_in_use_stays)
{
    int listener = control_socket_listen(path, false);

    unlinker_dismiss(unlinker_start(path));
    assert_true(is_there());
    control_socket_close(listener);
}

TEST(it_is_no_child)
{
    int unlinker = unlinker_start(path);

    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    unlinker_dismiss(unlinker);
}

/* No event tells of the unlinker, which has no other descriptor: the file is looked at. */
TEST(it_works_when_the_server_is_killed)
{
    int said[2];
    char octet;
    pid_t server;

    assert_int_equal(pipe(said), 0);
    server = fork();
    if (server == 0) {
        control_socket_listen(path, false);
        unlinker_start(path);
        if (write(said[1], "!", 1) == 1)
            pause();
        _exit(1);
    }
    close(said[1]);
    assert_int_equal(read(said[0], &octet, 1), 1);
    assert_true(is_there());
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    while (is_there()) /* alarm() ends it */
        usleep(1000);
    close(said[0]);
}

TEST(without_one_there_is_nothing_to_dismiss)
{
    unlinker_dismiss(-1);
}

static void make_path(void)
{
    folder_make();
    folder_path(path, "control");
}

GROUP(make_path, folder_remove);
