/*
 * Ask for a name, show its addresses, wait for Enter, and again. Ctrl+C ends it at any
 * moment: it is noticed in wait_readable() alone, through which every wait here goes, the
 * one for a key as well as the one for a reply.
 */
#include "client/dialogue.h"

#include "client/lines.h"
#include "client/wait.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

struct dialogue {
    struct asker *asker; /* borrowed */
    EditLine *editor;
    History *history;
};

enum { HISTORY_SIZE = 500 };

static const char enter_prompt[] = "Press 'Ctrl + C' to exit or 'Enter' to continue.";

static char *name_prompt(EditLine *editor)
{
    static char prompt[] = "Enter hostname to be looked up: ";

    (void)editor;
    return prompt;
}

/*
 * The editor's way to a key: 1, 0 at the end of input, -1 on Ctrl+C. Its own way goes on
 * reading after the signal.
 */
static int read_key(EditLine *editor, wchar_t *key)
{
    mbstate_t state = {0};
    char octet;
    ssize_t count;

    (void)editor;
    for (;;) {
        if (wait_readable(STDIN_FILENO, WAIT_FOREVER) != WAIT_READY)
            return -1;
        count = read(STDIN_FILENO, &octet, 1);
        if (count <= 0)
            return (int)count;
        switch (mbrtowc(key, &octet, 1, &state)) {
        case (size_t)-2: /* a character of more octets */
            break;
        case (size_t)-1: /* not a character at all */
            state = (mbstate_t){0};
            break;
        default:
            return 1;
        }
    }
}

static int open_editor(struct dialogue *dialogue)
{
    HistEvent event;

    dialogue->editor = el_init("hostdns", stdin, stdout, stderr);
    dialogue->history = history_init();
    if (!dialogue->editor || !dialogue->history)
        return -1;
    history(dialogue->history, &event, H_SETSIZE, HISTORY_SIZE);
    history(dialogue->history, &event, H_SETUNIQUE, 1);
    el_set(dialogue->editor, EL_PROMPT, name_prompt);
    el_set(dialogue->editor, EL_EDITOR, "emacs");
    el_set(dialogue->editor, EL_HIST, history, dialogue->history);
    el_set(dialogue->editor, EL_SIGNAL, 1); /* stopped or killed, it tidies the terminal */
    el_set(dialogue->editor, EL_GETCFN, read_key);
    el_source(dialogue->editor, NULL); /* ~/.editrc: the person's own keys */
    return 0;
}

/* Puts the terminal back as it was. */
static void close_editor(struct dialogue *dialogue)
{
    if (dialogue->editor)
        el_end(dialogue->editor);
    if (dialogue->history)
        history_end(dialogue->history);
}

/* The line without its end, borrowed from the editor; NULL at the end of the dialogue. */
static char *read_line(struct dialogue *dialogue, char *line, size_t size)
{
    HistEvent event;
    int count = 0;
    const char *typed;

    /* By itself the editor takes over the terminal after the prompt; a Ctrl+D that fell in
       between would be lost. */
    el_set(dialogue->editor, EL_PREP_TERM, 1);
    typed = el_gets(dialogue->editor, &count);
    if (!typed || count <= 0)
        return NULL;
    snprintf(line, size, "%s", typed);
    if (line[strspn(line, " \t\n")] != '\0')
        history(dialogue->history, &event, H_ENTER, typed);
    return line;
}

/* Asks about what was typed: true if there is something on the screen to look at. */
static bool ask_line(struct asker *asker, char *line, int *code)
{
    struct words words;
    char error[WORDS_ERROR];
    bool asked = false;

    if (!lines_read(&words, line, error)) {
        fprintf(asker->err, "Please enter a NAME, or a NAME and a TYPE (%s).\n", error);
    } else if (words.count > 0) {
        *code = lines_ask(asker, &words);
        asked = true;
    }
    words_free(&words);
    return asked;
}

/* The terminal hands over whole lines here: one read() is one Enter. */
static bool wait_for_enter(void)
{
    char line[256];

    fputs(enter_prompt, stdout);
    fflush(stdout);
    return wait_readable(STDIN_FILENO, WAIT_FOREVER) == WAIT_READY &&
           read(STDIN_FILENO, line, sizeof line) > 0;
}

static void converse(struct dialogue *dialogue)
{
    char text[2048], *line;
    int code = 0;

    while ((line = read_line(dialogue, text, sizeof text))) {
        if (!ask_line(dialogue->asker, line, &code))
            continue;
        if (code == ASKER_INTERRUPTED || !wait_for_enter())
            return;
    }
}

int dialogue_run(struct asker *asker)
{
    struct dialogue dialogue = {.asker = asker};
    int opened;

    setlocale(LC_CTYPE, ""); /* for keys beyond ASCII */
    wait_catch_interrupt();
    opened = open_editor(&dialogue);
    if (opened == 0)
        converse(&dialogue);
    close_editor(&dialogue);
    asker_close(asker);
    if (opened == 0)
        puts("\nDNS client socket closed");
    return opened;
}
