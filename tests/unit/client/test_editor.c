/*
 * The editor runs in a child on a terminal of its own, and the test is the person. What it
 * does with keys beyond the plainest is tested in tests/system/test_dialogue.py.
 */
#include "../check.h"

#include "client/editor.h"
#include "client/wait.h"

#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>

static pid_t child;
static int terminal;
static char seen[8192];
static size_t seen_size, seen_read;

/* Lines come back as octets in hexadecimal; those with a "k" first are kept. */
static int edit(void)
{
    struct editor *editor;
    char *line;
    int signal;

    setenv("TERM", "dumb", 1);
    setenv("HOSTDNS_HISTORY", "", 1);
    setlocale(LC_CTYPE, "C.UTF-8");
    wait_catch_interrupt();
    editor = editor_new();
    while ((line = editor_read(editor, "> "))) {
        printf("[");
        for (char *at = line; *at != '\0'; at++)
            printf("%02x", (unsigned char)*at);
        printf("]\n");
        if (*line == 'k')
            editor_keep(editor, line);
        free(line);
        if (!editor_wait(editor, "wait"))
            break;
    }
    signal = editor_signal(editor);
    editor_free(editor);
    printf("end");
    return signal;
}

static void sit_down(void)
{
    seen_size = seen_read = 0;
    memset(seen, 0, sizeof seen);
    child = forkpty(&terminal, NULL, NULL, NULL);
    assert_int_not_equal(child, -1);
    if (child == 0)
        exit(edit());
}

static void stand_up(void)
{
    if (child > 0) { /* the test has failed */
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    close(terminal);
}

FIXTURE(editor, sit_down, stand_up);

static void type(const char *keys)
{
    assert_int_equal(write(terminal, keys, strlen(keys)), strlen(keys));
}

/* Waits until the text stands on the screen, behind all that was waited for before. */
static void see(const char *text)
{
    struct pollfd wanted = {.fd = terminal, .events = POLLIN};
    const char *at;
    ssize_t count;

    while (!(at = strstr(seen + seen_read, text))) {
        if (poll(&wanted, 1, 60000) != 1)
            fail_msg("\"%s\" did not come after: %s", text, seen);
        count = read(terminal, seen + seen_size, sizeof seen - 1 - seen_size);
        if (count <= 0)
            fail_msg("\"%s\" did not come at all: %s", text, seen);
        seen_size += (size_t)count;
    }
    seen_read = (size_t)(at - seen) + strlen(text);
}

static void see_end(int signal)
{
    int status;

    see("end");
    assert_int_equal(waitpid(child, &status, 0), child);
    child = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), signal);
}

TEST_WITH(editor, every_octet_of_a_line_comes_through)
{
    see("> ");
    type("a\xc3\xa4\xe4\n");
    see("[61c3a4e4]\r\nwait");
    type("\x04");
    see_end(0);
}

TEST_WITH(editor, a_pasted_line_ends_the_wait_before_it)
{
    see("> ");
    type("a\nb\n\n\nc\n");
    see("[61]\r\nwait\r\n> b\r\n[62]\r\nwait\r\n> \r\n[]\r\nwait\r\n> c\r\n[63]\r\nwait");
    type("\x04");
    see_end(0);
}

TEST_WITH(editor, a_kept_line_can_be_brought_back)
{
    see("> ");
    type("kept\n\n");
    see("wait\r\n> ");
    type("lost\n\n");
    see("wait\r\n> ");
    type("\x10\n"); /* Ctrl+P: the line before */
    see("[6b657074]\r\nwait");
    type("\x03");
    see_end(0);
}

TEST_WITH(editor, a_signal_is_told)
{
    see("> ");
    assert_int_equal(kill(child, SIGTERM), 0);
    see_end(SIGTERM);
}

TEST_WITH(editor, a_signal_in_the_wait_is_told)
{
    see("> ");
    type("a\n");
    see("wait");
    assert_int_equal(kill(child, SIGHUP), 0);
    see_end(SIGHUP);
}
