/*
 * The dialogue runs in a child on a terminal of its own; the test is the person. What
 * editing and the shell see is tested in tests/system/test_client.py.
 */
#include "responder.h"

#include "client/dialogue.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>

struct person {
    pid_t child;
    int terminal;
    char seen[8192]; /* all that came so far */
    size_t size, read;
    struct responder responder;
};

static int talk(const struct addr *server)
{
    struct options options = {.server = *server};
    struct asker asker;

    setenv("TERM", "dumb", 1);
    setenv("HOME", "/nonexistent", 1);
    if (asker_open(&asker, &options, stdout, stderr) != 0)
        return 100;
    if (dialogue_run(&asker) != 0)
        return 101;
    return asker.socket == -1 ? 0 : 102;
}

static void sit_down(struct person *person, responder_script *script)
{
    *person = (struct person){0};
    responder_listen(&person->responder, script);
    person->child = forkpty(&person->terminal, NULL, NULL, NULL);
    assert_int_not_equal(person->child, -1);
    if (person->child == 0)
        exit(talk(&person->responder.addr));
    responder_run(&person->responder);
}

static void type(struct person *person, const char *keys)
{
    assert_int_equal(write(person->terminal, keys, strlen(keys)), strlen(keys));
}

/* Waits until the text stands on the screen, behind all that was waited for before. */
static void see(struct person *person, const char *text)
{
    struct pollfd wanted = {.fd = person->terminal, .events = POLLIN};
    const char *at;
    ssize_t count;

    while (!(at = strstr(person->seen + person->read, text))) {
        if (poll(&wanted, 1, 10000) != 1)
            fail_msg("\"%s\" did not come after: %s", text, person->seen);
        count = read(person->terminal, person->seen + person->size,
                     sizeof person->seen - 1 - person->size);
        if (count <= 0)
            fail_msg("\"%s\" did not come at all: %s", text, person->seen);
        person->size += (size_t)count;
    }
    person->read = (size_t)(at - person->seen) + strlen(text);
}

static void leave(struct person *person)
{
    int status;

    see(person, "\r\nDNS client socket closed\r\n");
    assert_int_equal(waitpid(person->child, &status, 0), person->child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    responder_stop(&person->responder);
    close(person->terminal);
}

#define NAME_PROMPT  "Enter hostname to be looked up: "
#define ENTER_PROMPT "Press 'Ctrl + C' to exit or 'Enter' to continue."
#define CTRL_C       "\x03"
#define CTRL_D       "\x04"

TEST(a_name_is_asked_for_and_shown_again_and_again)
{
    struct person person;

    sit_down(&person, responder_addresses);
    for (int i = 0; i < 3; i++) {
        see(&person, NAME_PROMPT);
        type(&person, "host.test\n");
        see(&person, "Canonical name:  host.test\r\n"
                     "IPv4 address:    192.0.2.10\r\n"
                     "IPv6 address:    2001:db8::10\r\n" ENTER_PROMPT);
        type(&person, "\n");
    }
    see(&person, NAME_PROMPT);
    type(&person, CTRL_C);
    leave(&person);
}

TEST(an_empty_name_is_asked_for_again)
{
    struct person person;

    sit_down(&person, responder_addresses);
    see(&person, NAME_PROMPT);
    type(&person, "\n");
    see(&person, NAME_PROMPT);
    type(&person, "  \n");
    see(&person, NAME_PROMPT);
    type(&person, "a b c\n");
    see(&person, "Please enter a NAME, or a NAME and a TYPE.\r\n");
    see(&person, NAME_PROMPT);
    type(&person, CTRL_D);
    leave(&person);
    assert_int_equal(person.responder.asked, 0);
}

TEST(ctrl_c_ends_the_wait_for_enter)
{
    struct person person;

    sit_down(&person, responder_addresses);
    see(&person, NAME_PROMPT);
    type(&person, "host.test\n");
    see(&person, ENTER_PROMPT);
    type(&person, CTRL_C);
    leave(&person);
}

TEST(the_end_of_input_ends_the_wait_for_enter)
{
    struct person person;

    sit_down(&person, responder_addresses);
    see(&person, NAME_PROMPT);
    type(&person, "host.test\n");
    see(&person, ENTER_PROMPT);
    type(&person, CTRL_D);
    leave(&person);
}

TEST(ctrl_c_drops_a_half_typed_name)
{
    struct person person;

    sit_down(&person, responder_addresses);
    see(&person, NAME_PROMPT);
    type(&person, "half");
    see(&person, "half");
    type(&person, CTRL_C);
    leave(&person);
    assert_int_equal(person.responder.asked, 0);
}

static int query_came[2];

static void say_nothing(struct responder *responder, const uint8_t *query, size_t size)
{
    (void)responder;
    (void)query;
    (void)size;
    assert_int_equal(write(query_came[1], "", 1), 1);
}

TEST(ctrl_c_ends_a_query)
{
    struct person person;
    char octet;

    assert_int_equal(pipe(query_came), 0);
    sit_down(&person, say_nothing);
    see(&person, NAME_PROMPT);
    type(&person, "host.test\n");
    assert_int_equal(read(query_came[0], &octet, 1), 1);
    type(&person, CTRL_C);
    leave(&person);
    close(query_came[0]);
    close(query_came[1]);
}
