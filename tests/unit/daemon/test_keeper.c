/* A socket in a folder of its own, and the keeper as its own process, as in the server. */
#include "../check.h"

#include "daemon/control.h"
#include "daemon/keeper.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/hostdns-keeper-XXXXXX";
static char path[64];

static bool is_there(void)
{
    return access(path, F_OK) == 0;
}

TEST(what_is_dismissed_has_removed_the_file)
{
    int listener = control_listen(path, false), keeper = keeper_start(path);

    assert_int_not_equal(keeper, -1);
    close(listener);
    assert_true(is_there());
    keeper_dismiss(keeper);
    assert_false(is_there());
}

TEST(a_file_in_use_stays)
{
    int listener = control_listen(path, false);

    keeper_dismiss(keeper_start(path));
    assert_true(is_there());
    control_close(listener);
}

TEST(it_is_no_child)
{
    int keeper = keeper_start(path);

    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    keeper_dismiss(keeper);
}

/* No event tells of the keeper, which has no other descriptor: the file is looked at. */
TEST(it_works_when_the_server_is_killed)
{
    int said[2];
    char octet;
    pid_t server;

    assert_int_equal(pipe(said), 0);
    server = fork();
    if (server == 0) {
        control_listen(path, false);
        keeper_start(path);
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
    keeper_dismiss(-1);
}

static void make_folder(void)
{
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/control", folder);
}

static void remove_folder(void)
{
    rmdir(folder);
}

GROUP(make_folder, remove_folder);
