/*
 * libedit edits the line, but its keys come from here, since its own function for that does
 * not use the client's only poll(), goes on reading after Ctrl+C, and does not redraw after
 * fg.
 */
#include "client/editor.h"

#include "base/xalloc.h"
#include "client/completion.h"
#include "client/history.h"
#include "client/job_control.h"
#include "client/keys.h"
#include "client/plain_line.h"

#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wctype.h>

struct editor {
    EditLine *line;
    HistoryW *history;
    char *path; /* where lines are kept; NULL: nowhere */
    char prompt[80];
    const char *words;        /* what editor_wait() says, as long as it waits; borrowed */
    struct plain_line *plain; /* what is typed behind the editor's line; borrowed */
    struct keys keys;
    int signal;
};

enum { CTRL_D = 4 };

static struct editor *editor_of(EditLine *line)
{
    void *editor = NULL;

    el_get(line, EL_CLIENTDATA, &editor);
    return editor;
}

static char *give_prompt(EditLine *line)
{
    return editor_of(line)->prompt;
}

static void set_mode(struct editor *editor, bool for_keys)
{
    el_set(editor->line, EL_PREP_TERM, for_keys ? 1 : 0);
}

/* Draws again what the shell or a new size of the window has overwritten. */
static void redraw(struct editor *editor)
{
    putchar('\r');
    if (editor->words) {
        fputs(editor->words, stdout);
        fflush(stdout);
    } else if (!editor->plain) {
        el_set(editor->line, EL_REFRESH);
    }
}

/* Characters between the start of what is on the screen and the cursor. */
static size_t drawn(const struct editor *editor)
{
    const LineInfoW *info = el_wline(editor->line);

    if (editor->words)
        return strlen(editor->words);
    return strlen(editor->prompt) + (size_t)(info->cursor - info->buffer);
}

/* Most terminals wrap lines again when their width changes: goes up to our first row and
 * clears all behind it. */
static void clear_wrapped(struct editor *editor)
{
    struct winsize size = plain_line_window();
    char *up = NULL, *clear = NULL;

    if (el_get(editor->line, EL_GETTC, "up", &up) == -1 || !up ||
        el_get(editor->line, EL_GETTC, "cd", &clear) == -1 || !clear)
        return;
    for (size_t rows = drawn(editor) / size.ws_col; rows > 0; rows--)
        fputs(up, stdout);
    putchar('\r');
    fputs(clear, stdout);
}

/* False if the signal ends the dialogue. */
static bool heed_signal(struct editor *editor)
{
    switch (editor->keys.signal) {
    case SIGTSTP:
    case SIGCONT: /* after SIGSTOP, and the shell may have changed the mode */
        set_mode(editor, false);
        if (editor->keys.signal == SIGTSTP)
            job_control_stop();
        set_mode(editor, true);
        break;
    case SIGWINCH:
        if (editor->plain)
            return true;
        el_resize(editor->line);
        clear_wrapped(editor);
        break;
    default:
        editor->signal = editor->keys.signal;
        return false;
    }
    redraw(editor);
    return true;
}

static enum keys_result next_key(struct editor *editor, wchar_t *key)
{
    enum keys_result result;

    do
        result = keys_next(&editor->keys, key);
    while (result == KEYS_SIGNALLED && heed_signal(editor));
    return result;
}

/* With a key at the end of a line that fills the window, libedit 3.1 would write behind
 * the end of its memory (re_fastputc). */
static bool must_not_take(const struct editor *editor, wchar_t key)
{
    const LineInfoW *info = el_wline(editor->line);

    return !iswcntrl((wint_t)key) && info->cursor == info->lastchar &&
           plain_line_is_needed(strlen(editor->prompt), info->buffer,
                                (size_t)(info->lastchar - info->buffer));
}

/* Reads what is typed from this key to Enter, and puts it behind the editor's line. */
static enum keys_result read_rest(struct editor *editor, wchar_t *key)
{
    struct plain_line rest = {0};
    enum keys_result result = KEYS_READY;

    editor->plain = &rest;
    while (result == KEYS_READY && plain_line_take(&rest, *key, stdout))
        result = next_key(editor, key);
    editor->plain = NULL;
    rest.text[rest.count] = L'\0';
    el_winsertstr(editor->line, rest.text);
    return result;
}

/* libedit calls this for a key. Returns 1, or -1 if the dialogue ends. */
static int read_key(EditLine *line, wchar_t *key)
{
    struct editor *editor = editor_of(line);
    enum keys_result result = next_key(editor, key);

    if (result == KEYS_READY && must_not_take(editor, *key))
        result = read_rest(editor, key);
    return result == KEYS_READY ? 1 : -1;
}

static void take_history(struct editor *editor, struct completion *completion)
{
    HistEventW event;

    for (int code = history_w(editor->history, &event, H_FIRST); code != -1;
         code = history_w(editor->history, &event, H_NEXT))
        completion_take(completion, event.str);
}

/* Inserts the only name that fits and a blank, or what all names that fit have in
 * common, or lists them. */
static unsigned char put_names(EditLine *line, const struct completion *completion)
{
    size_t count;
    const wchar_t *rest = completion_rest(completion, &count);
    wchar_t text[HISTORY_LINE + 2];

    if (completion->count == 0)
        return CC_ERROR;
    if (count == 0 && completion->count > 1) {
        putchar('\n');
        completion_print(completion, stdout);
        return CC_REDISPLAY;
    }
    swprintf(text, sizeof text / sizeof *text, L"%.*ls%ls", (int)count, rest,
             completion->count == 1 ? L" " : L"");
    return el_winsertstr(line, text) == 0 ? CC_REFRESH : CC_ERROR;
}

/* A tab in pasted text is just a blank between words. */
static unsigned char complete(EditLine *line, wint_t key)
{
    struct editor *editor = editor_of(line);
    const LineInfoW *info = el_wline(line);
    struct completion completion;
    unsigned char result;

    (void)key;
    if (keys_more(&editor->keys))
        return el_winsertstr(line, L" ") == 0 ? CC_REFRESH : CC_ERROR;
    completion_begin(&completion, info->buffer, (size_t)(info->cursor - info->buffer));
    take_history(editor, &completion);
    result = put_names(line, &completion);
    completion_free(&completion);
    return result;
}

static void remember(void *arg, const char *line)
{
    struct editor *editor = arg;
    wchar_t *characters = keys_characters(line);
    HistEventW event;

    history_w(editor->history, &event, H_ENTER, characters);
    free(characters);
}

static void set_up(struct editor *editor)
{
    HistEventW event;

    history_w(editor->history, &event, H_SETSIZE, HISTORY_LINES);
    history_w(editor->history, &event, H_SETUNIQUE, 1);
    if (editor->path)
        history_read(editor->path, remember, editor);
    el_set(editor->line, EL_CLIENTDATA, editor);
    el_set(editor->line, EL_PROMPT, give_prompt);
    el_set(editor->line, EL_EDITOR, "emacs");
    el_wset(editor->line, EL_HIST, history_w, editor->history);
    el_set(editor->line, EL_GETCFN, read_key);
    el_wset(editor->line, EL_ADDFN, L"complete-name", L"Complete an earlier name",
            complete);
    el_set(editor->line, EL_BIND, "^I", "complete-name", NULL);
    el_source(editor->line, NULL); /* ~/.editrc: the person's own keys */
}

struct editor *editor_new(void)
{
    struct editor *editor = xcalloc(1, sizeof *editor);

    editor->keys.fd = STDIN_FILENO;
    editor->path = history_path();
    editor->line = el_init("hostdns", stdin, stdout, stderr);
    editor->history = history_winit();
    if (editor->line && editor->history) {
        set_up(editor);
        return editor;
    }
    editor_free(editor);
    return NULL;
}

void editor_free(struct editor *editor)
{
    if (!editor)
        return;
    if (editor->line)
        el_end(editor->line);
    if (editor->history)
        history_wend(editor->history);
    free(editor->path);
    free(editor);
}

char *editor_read(struct editor *editor, const char *prompt)
{
    const wchar_t *typed;
    int count = 0;

    snprintf(editor->prompt, sizeof editor->prompt, "%s", prompt);
    job_control_hold();
    /* libedit itself would change the mode after the prompt, and lose a Ctrl+D typed in
     * between. */
    set_mode(editor, true);
    typed = el_wgets(editor->line, &count);
    set_mode(editor, false);
    job_control_release();
    if (!typed || count <= 0)
        return NULL;
    return keys_octets(typed, wcscspn(typed, L"\r\n"));
}

void editor_keep(struct editor *editor, const char *line)
{
    if (!history_is_fit(line))
        return;
    remember(editor, line);
    if (!editor->path)
        return;
    job_control_hold(); /* if it were stopped with the file locked, other dialogues would
                           wait */
    history_append(editor->path, line);
    job_control_release();
}

/*
 * Takes the key that ends the wait. A Ctrl+D that was typed before the mode changed comes
 * as a NUL. "^C" is shown as the terminal does in its usual mode.
 */
static bool take_key(struct editor *editor, enum keys_result result)
{
    char key;

    if (result == KEYS_INTERRUPTED)
        fputs("^C", stdout);
    if (result != KEYS_READY)
        return false;
    key = keys_peek(&editor->keys);
    if (key == '\n' || key == '\r')
        keys_skip(&editor->keys);
    if (key == CTRL_D || key == '\0')
        return false;
    putchar('\n');
    return true;
}

bool editor_wait(struct editor *editor, const char *words)
{
    enum keys_result result;
    bool goes_on;

    job_control_hold();
    set_mode(editor, true);
    editor->words = words;
    fputs(words, stdout);
    fflush(stdout);
    do
        result = keys_wait(&editor->keys);
    while (result == KEYS_SIGNALLED && heed_signal(editor));
    goes_on = take_key(editor, result);
    editor->words = NULL;
    set_mode(editor, false);
    job_control_release();
    return goes_on;
}

int editor_signal(const struct editor *editor)
{
    return editor->signal;
}
