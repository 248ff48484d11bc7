/* Reloads of a program that is this test, which ends well or badly when it is asked to
 * check; what comes of it is seen in a child, since it may execute the program. */
#define TEST_OWN_MAIN
#include "../check.h"

#include "daemon/reload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { EXECUTED = 42, STAYED = 43 };

static struct loop *loop;
static bool too_much;
static int asker = -1;

static bool hand_over(void *context, struct handover *handover)
{
    assert_ptr_equal(context, &loop);
    handover->generation = 9;
    handover->counters = handover->control = -1;
    return !too_much;
}

static void stop(void *context)
{
    loop_stop(context);
}

/* Begins a reload with this as the program's argument, and stays only if it was refused. */
static int reload_with(char *argument)
{
    static char name[] = "program";
    char *const argv[] = {name, argument, NULL};
    static struct reload reload;
    struct timer end;

    loop = loop_new();
    reload_init(&reload, loop, argv, hand_over, &loop);
    reload_begin(&reload, asker);
    timer_init(&end, stop, loop);
    while (reload.trial) {
        timer_set(loop, &end, clock_ms() + 10);
        loop_run(loop);
    }
    return STAYED;
}

/* In a child; its exit status. What the asker hears is in `told`. */
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
        asker = ends[1];
        _exit(reload_with(copy));
    }
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    got = read(ends[0], told, 255);
    told[got > 0 ? got : 0] = '\0';
    close(ends[0]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The process becomes the program, and who asked is its to answer. */
TEST(a_good_trial_is_followed_by_the_program)
{
    char told[256];

    assert_int_equal(outcome("good", told), EXECUTED);
    assert_string_equal(told, "taken over, generation 9");
}

TEST(a_bad_trial_changes_nothing_and_the_asker_is_told)
{
    char told[256];

    assert_int_equal(outcome("bad", told), STAYED);
    assert_string_equal(told, "error this is bad\n");
}

TEST(too_many_predecessors_are_a_refusal)
{
    char told[256];

    too_much = true;
    assert_int_equal(outcome("good", told), STAYED);
    assert_int_equal(strncmp(told, "error processes of too many reloads", 35), 0);
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
    if (!handover_read(&handover) || handover.asker == -1)
        return 1;
    dprintf(handover.asker, "taken over, generation %u", handover.generation);
    return EXECUTED;
}

int main(int argc, char **argv)
{
    if (strcmp(argv[0], "program") == 0)
        return be_program(argc, argv);
    return test_main(argc, argv);
}
