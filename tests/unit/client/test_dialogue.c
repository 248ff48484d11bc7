/*
 * The dialogue runs in a child on a terminal of its own; the test is the person. What
 * editing and the shell see is tested in tests/system/test_client.py.
 */
#include "responder.h"

#include "client/dialogue.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>

static struct person {
    pid_t child;
    int terminal;
    char seen[8192]; /* all that came so far */
    size_t size, read;
    struct responder responder;
} person;

static int talk(const struct addr *server)
{
    static struct cmdline cmdline;

    cmdline = (struct cmdline){.server = *server,
                               .settings.manner = {.tries = 2, .try_ms = 5000}};
    struct session session;

    setenv("TERM", "dumb", 1);
    setenv("HOME", "/nonexistent", 1);
    setenv("HOSTDNS_HISTORY", "", 1);
    if (session_open(&session, &cmdline, stdout, stderr) != 0)
        return 100;
    if (dialogue_run(&session) != 0)
        return 101;
    return session.socket == -1 ? 0 : 102;
}

static void sit_down(responder_script *script)
{
    person = (struct person){0};
    responder_listen(&person.responder, script);
    person.child = forkpty(&person.terminal, NULL, NULL, NULL);
    assert_int_not_equal(person.child, -1);
    if (person.child == 0)
        exit(talk(&person.responder.addr));
    responder_run(&person.responder);
}

static void type(const char *keys)
{
    assert_int_equal(write(person.terminal, keys, strlen(keys)), strlen(keys));
}

/* Waits until the text stands on the screen, behind all that was waited for before. */
static void see(const char *text)
{
    struct pollfd wanted = {.fd = person.terminal, .events = POLLIN};
    const char *at;
    ssize_t count;

    while (!(at = strstr(person.seen + person.read, text))) {
        if (poll(&wanted, 1, 60000) != 1)
            fail_msg("\"%s\" did not come after: %s", text, person.seen);
        count = read(person.terminal, person.seen + person.size,
                     sizeof person.seen - 1 - person.size);
        if (count <= 0)
            fail_msg("\"%s\" did not come at all: %s", text, person.seen);
        person.size += (size_t)count;
    }
    person.read = (size_t)(at - person.seen) + strlen(text);
}

/* The dialogue must have ended, and well. */
static void leave(void)
{
    int status;

    see("\r\nDNS client socket closed\r\n");
    assert_int_equal(waitpid(person.child, &status, 0), person.child);
    person.child = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void stand_up(void)
{
    if (person.child > 0) { /* the test has failed */
        kill(person.child, SIGKILL);
        waitpid(person.child, NULL, 0);
    }
    responder_stop(&person.responder);
    close(person.terminal);
}

static void sit_down_at_addresses(void)
{
    sit_down(responder_addresses);
}

FIXTURE(dialogue, sit_down_at_addresses, stand_up);
FIXTURE(own_dialogue, NULL, stand_up); /* for a test that calls sit_down itself */

#define NAME_PROMPT  "Enter hostname to be looked up: "
#define ENTER_PROMPT "Press 'Ctrl + C' to exit or 'Enter' to continue."
#define CTRL_C       "\x03"
#define CTRL_D       "\x04"

TEST_WITH(dialogue, a_name_is_asked_for_and_shown_again_and_again)
{
    for (int i = 0; i < 3; i++) {
        see(NAME_PROMPT);
        type("host.test\n");
        see("Canonical name:  host.test\r\n"
            "IPv4 address:    192.0.2.10\r\n"
            "IPv6 address:    2001:db8::10\r\n" ENTER_PROMPT);
        type("\n");
    }
    see(NAME_PROMPT);
    type(CTRL_C);
    leave();
}

TEST_WITH(dialogue, an_empty_name_is_asked_for_again)
{
    see(NAME_PROMPT);
    type("\n");
    see(NAME_PROMPT);
    type("  \n");
    see(NAME_PROMPT);
    type("a b c\n");
    see("Please enter a NAME, or a NAME and a TYPE (more than one NAME).\r\n");
    see(NAME_PROMPT);
    type(CTRL_D);
    leave();
    assert_int_equal(person.responder.asked, 0);
}

TEST_WITH(dialogue, ctrl_c_ends_the_wait_for_enter)
{
    see(NAME_PROMPT);
    type("host.test\n");
    see(ENTER_PROMPT);
    type(CTRL_C);
    leave();
}

TEST_WITH(dialogue, the_end_of_input_ends_the_wait_for_enter)
{
    see(NAME_PROMPT);
    type("host.test\n");
    see(ENTER_PROMPT);
    type(CTRL_D);
    leave();
}

TEST_WITH(dialogue, ctrl_c_drops_a_half_typed_name)
{
    see(NAME_PROMPT);
    type("half");
    see("half");
    type(CTRL_C);
    leave();
    assert_int_equal(person.responder.asked, 0);
}

static int query_came[2];

/* The query for the other family may come when the test has closed the pipe. */
static void say_nothing(struct responder *responder, const uint8_t *query, size_t size)
{
    (void)query;
    (void)size;
    if (responder->asked == 1)
        assert_int_equal(write(query_came[1], "", 1), 1);
}

TEST_WITH(own_dialogue, ctrl_c_ends_a_query)
{
    char octet;

    assert_int_equal(pipe(query_came), 0);
    sit_down(say_nothing);
    see(NAME_PROMPT);
    type("host.test\n");
    assert_int_equal(read(query_came[0], &octet, 1), 1);
    type(CTRL_C);
    leave();
    close(query_came[0]);
    close(query_came[1]);
}

TEST_WITH(dialogue, quit_ends_it)
{
    see(NAME_PROMPT);
    type("quit\n");
    leave();
    assert_int_equal(person.responder.asked, 0);
}

TEST_WITH(dialogue, help_says_what_can_be_typed)
{
    see(NAME_PROMPT);
    type("help\n");
    see("  NAME TYPE     show its records of this type, such as MX or TXT\r\n");
    see(NAME_PROMPT);
    type("help.\n");
    see("Name:            help\r\n");
    see(ENTER_PROMPT);
    type("exit\n");
    leave();
}

TEST_WITH(dialogue, another_server_is_asked_once_or_from_now_on)
{
    struct responder other;
    char line[64];

    responder_start(&other, responder_addresses);
    see(NAME_PROMPT);
    snprintf(line, sizeof line, "a.test A @127.0.0.1#%u\n\n", addr_port(&other.addr));
    type(line);
    see(ENTER_PROMPT "\r\n" NAME_PROMPT);
    assert_int_equal(other.asked, 1);
    type("a.test A\n\n");
    see(ENTER_PROMPT "\r\n" NAME_PROMPT);
    assert_int_equal(person.responder.asked, 1);
    snprintf(line, sizeof line, "@127.0.0.1#%u\n", addr_port(&other.addr));
    type(line);
    snprintf(line, sizeof line, "Questions go to 127.0.0.1 port %u from now on.\r\n",
             addr_port(&other.addr));
    see(line);
    see(NAME_PROMPT);
    type("a.test A\n");
    see(ENTER_PROMPT);
    type(CTRL_D);
    leave();
    responder_stop(&other);
    assert_int_equal(person.responder.asked, 1);
    assert_int_equal(other.asked, 2);
}
