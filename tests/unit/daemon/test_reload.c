/* The program that is reloaded is this test, which ends well or badly when it is run
 * with -n. Each reload is done in a child, since it may execute the program. */
#define TEST_OWN_MAIN
#include "../turn.h"

#include "daemon/reload.h"

#include <sys/socket.h>
#include <sys/wait.h>

enum { EXECUTED = 42, STAYED = 43 };

static struct loop *loop;
static bool too_much;
static int client = -1;

static const char *hand_over(void *context, struct handover *handover)
{
    assert_ptr_equal(context, &loop);
    handover->generation = 9;
    handover->counters = handover->control = -1;
    return too_much ? "it is too much" : NULL;
}

static int busy; /* how many times the owner is busy */

static bool is_busy(void *context)
{
    assert_ptr_equal(context, &loop);
    return busy-- > 0;
}

/* Begins a reload with this argument of the program, and returns only if it was
 * refused. */
static int reload_with(char *argument)
{
    static char name[] = "program";
    char *const argv[] = {name, argument, NULL};
    static struct reload reload;

    loop = loop_new();
    reload_init(&reload, loop, argv, &(struct reload_owner){hand_over, is_busy, &loop});
    reload_begin(&reload, client);
    while (reload.dry_run || timer_is_set(&reload.wait))
        turn_for(loop, 10);
    return STAYED;
}

/* Reloads in a child, and returns its exit status. `told` has what the client has got. */
static int outcome(const char *argument, char told[static 256])
{
    char copy[64];
    int ends[2], status;
    ssize_t got;
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    snprintf(copy, sizeof copy, "%s", argument);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        client = ends[1];
        _exit(reload_with(copy));
    }
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    got = read(ends[0], told, 255);
    told[got > 0 ? got : 0] = '\0';
    close(ends[0]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The process becomes the program, which has to answer the client. */
TEST(a_good_dry_run_is_followed_by_the_program)
{
    char told[256];

    assert_int_equal(outcome("good", told), EXECUTED);
    assert_string_equal(told, "taken over, generation 9");
}

TEST(it_waits_until_the_clients_of_the_control_socket_are_answered)
{
    char told[256];
    int64_t before = clock_ms();

    busy = 5;
    assert_int_equal(outcome("good", told), EXECUTED);
    assert_true(clock_ms() - before >= 5 * 20);
    busy = 0;
}

TEST(a_bad_dry_run_changes_nothing_and_the_client_is_told)
{
    char told[256];

    assert_int_equal(outcome("bad", told), STAYED);
    assert_string_equal(told, "error this is bad\n");
}

TEST(what_cannot_be_handed_over_is_a_refusal)
{
    char told[256];

    too_much = true;
    assert_int_equal(outcome("good", told), STAYED);
    assert_string_equal(told, "error it is too much\n");
    too_much = false;
}

/* What this program does when it is run by a reload. */
static int be_program(int argc, char **argv)
{
    struct handover handover;

    if (argc == 3 && strcmp(argv[1], "-n") == 0) {
        if (strcmp(argv[2], "good") == 0)
            return 0;
        puts("this is bad");
        return 1;
    }
    if (!handover_read(&handover) || handover.client == -1)
        return 1;
    dprintf(handover.client, "taken over, generation %u", handover.generation);
    return EXECUTED;
}

int main(int argc, char **argv)
{
    if (strcmp(argv[0], "program") == 0)
        return be_program(argc, argv);
    return test_main(argc, argv);
}
