/*
 * Asks for a name, shows its addresses, waits for Enter, and begins again. Ctrl+C ends it
 * at any moment, since every wait here, for a key as well as for a reply, goes through
 * client/wait.c, which notices it.
 */
#include "client/dialogue.h"

#include "base/xalloc.h"
#include "client/editor.h"
#include "client/lines.h"
#include "client/typed_line.h"
#include "client/wait.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const char name_prompt[] = "Enter hostname to be looked up: ";
static const char enter_prompt[] = "Press 'Ctrl + C' to exit or 'Enter' to continue.";

enum step {
    STEP_NEXT, /* ask for a name again */
    STEP_READ, /* wait for Enter first, so that the answer can be read */
    STEP_LEAVE,
};

static int open_other(struct session *other, const struct session *session,
                      const struct addr *server)
{
    if (session_at(other, session, server) == 0)
        return 0;
    fprintf(session->err, "hostdns: cannot reach %s: %s\n", other->server, strerror(errno));
    return -1;
}

/* All further questions are for this server. */
static enum step change_server(struct session *session, const struct addr *server)
{
    struct session other;

    if (open_other(&other, session, server) == 0) {
        session_close(session);
        *session = other;
        fprintf(session->out, "Questions go to %s from now on.\n", session->server);
    }
    return STEP_NEXT;
}

static enum step ask_words(struct session *session, const struct wishes *wishes)
{
    return lines_ask(session, wishes) == SESSION_INTERRUPTED ? STEP_LEAVE : STEP_READ;
}

static enum step ask(struct session *session, const struct typed_line *typed)
{
    struct session other;
    enum step step;

    if (!typed->has_server)
        return ask_words(session, &typed->wishes);
    if (open_other(&other, session, &typed->server) != 0)
        return STEP_NEXT;
    step = ask_words(&other, &typed->wishes);
    session_close(&other);
    return step;
}

static enum step obey(struct session *session, const struct typed_line *typed)
{
    switch (typed->kind) {
    case TYPED_ASK:
        return ask(session, typed);
    case TYPED_SWITCH:
        return change_server(session, &typed->server);
    case TYPED_HELP:
        typed_line_help(session->out);
        return STEP_NEXT;
    case TYPED_QUIT:
        return STEP_LEAVE;
    case TYPED_MISTAKE:
        fprintf(session->err, "%s\n", typed->error);
        return STEP_NEXT;
    default:
        return STEP_NEXT;
    }
}

static enum step take_line(struct session *session, struct editor *editor, char *line)
{
    struct typed_line typed;
    char *copy = xstrdup(line);
    enum step step;

    typed_line_read(&typed, line);
    if (typed.kind != TYPED_HELP && typed.kind != TYPED_QUIT)
        editor_keep(editor, copy);
    free(copy);
    step = obey(session, &typed);
    typed_line_free(&typed);
    return step;
}

static void converse(struct session *session, struct editor *editor)
{
    enum step step = STEP_NEXT;
    char *line;

    while (step != STEP_LEAVE && (line = editor_read(editor, name_prompt))) {
        step = take_line(session, editor, line);
        free(line);
        if (step == STEP_READ && !editor_wait(editor, enter_prompt))
            return;
    }
}

int dialogue_run(struct session *session)
{
    struct editor *editor;
    int signal = 0;

    setlocale(LC_CTYPE, ""); /* for keys beyond ASCII */
    wait_catch_interrupt();
    editor = editor_new();
    if (editor) {
        converse(session, editor);
        signal = editor_signal(editor);
        editor_free(editor);
    }
    session_close(session);
    if (!editor)
        return -1;
    if (signal != 0)
        raise(signal); /* now that the terminal is as it was */
    puts("\nDNS client socket closed");
    return 0;
}
