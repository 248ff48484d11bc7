#include "ctl/top.h"

#include <curses.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "ctl/top_view.h"

enum {
    SLICE_MS = 100,     /* how often keys are looked for while an answer is awaited */
    PATIENCE_MS = 2000, /* with a server that was there */
    FIRST_MS = 5000,    /* with one that is asked first */
    PROBLEM_SIZE = 160,
};

struct top_screen {
    const struct top_options *options;
    struct top_view *view;
    SCREEN *screen;
    int64_t asked;              /* clock_ms() of the question under way */
    char problem[PROBLEM_SIZE]; /* why nothing new is shown; "" if nothing is wrong */
    bool is_over;
};

static volatile sig_atomic_t signalled;

static void signal_came(int number)
{
    (void)number;
    signalled = 1;
}

/* A signal that was ignored from the start stays ignored, as for a background job. */
static void end_on(int number)
{
    const struct sigaction action = {.sa_handler = signal_came};
    struct sigaction before;

    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

/* The server. */

static enum server_said ask(const char *path, const struct server_patience *patience,
                            char **text)
{
    static const char *const words[] = {"top", "json"};

    return server_ask(path, words, 2, patience, text);
}

static bool take(struct top_view *view, char **text)
{
    bool taken = top_view_take(view, *text);

    free(*text);
    *text = taken ? NULL
                  : xstrdup("the server's figures cannot be read: it is of another "
                            "version");
    return taken;
}

/* Drawing. */

static void draw_line(int row, const char *line, size_t len)
{
    bool is_title = row == 0 || (len > 0 && line[len - 1] == ':');

    attrset(is_title ? A_BOLD : A_NORMAL);
    mvaddnstr(row, 0, line, len < (size_t)COLS ? (int)len : COLS);
    attrset(A_NORMAL);
}

static void draw_text(const char *text)
{
    const char *end;

    for (int row = 0; row < LINES && (end = strchr(text, '\n')); row++, text = end + 1)
        draw_line(row, text, (size_t)(end - text));
}

static void draw_problem(const struct top_screen *top)
{
    attrset(A_REVERSE);
    mvaddnstr(LINES - 1, 0, top->problem, COLS);
    attrset(A_NORMAL);
}

static void draw(const struct top_screen *top)
{
    char *text;
    size_t len;
    FILE *out = xopen_memstream(&text, &len);

    top_view_print(top->view, out, (unsigned)LINES);
    fclose(out);
    erase();
    draw_text(text);
    free(text);
    if (*top->problem)
        draw_problem(top);
    refresh();
}

/* A terminal that was smaller for a moment has lost what did not fit. */
static void draw_anew(const struct top_screen *top)
{
    clearok(stdscr, TRUE);
    draw(top);
}

/* Keys. */

/* If the terminal is gone, getch() returns at once, again and again. */
static void read_key(struct top_screen *top, int ms)
{
    int key;

    timeout(ms);
    key = getch();
    if (key == 'q' || key == 'Q' || signalled || (key == ERR && !isatty(STDIN_FILENO)))
        top->is_over = true;
    else if (key == KEY_RESIZE)
        draw_anew(top);
}

/* While the server is awaited. */
static bool goes_on(void *context)
{
    struct top_screen *top = context;

    read_key(top, 0);
    return !top->is_over && clock_ms() - top->asked < PATIENCE_MS;
}

static void wait_until(struct top_screen *top, int64_t at)
{
    int64_t left;

    while (!top->is_over && (left = at - clock_ms()) > 0)
        read_key(top, left < 1000 ? (int)left : 1000);
}

/* The view. */

static void tell_problem(struct top_screen *top, enum server_said said, const char *text)
{
    const char *const what[] = {[SERVER_REFUSED] = "the server refuses: ",
                                [SERVER_ENDED] = "the server has not answered",
                                [SERVER_SILENT] = "the server hangs",
                                [SERVER_MISSING] = "no server: "};

    snprintf(top->problem, sizeof top->problem, "%s%s", what[said],
             said == SERVER_MISSING ? strerror(errno)
             : text                 ? text
                                    : "");
    top->problem[strcspn(top->problem, "\n")] = '\0';
}

static void update(struct top_screen *top)
{
    const struct server_patience patience = {
        .slice_ms = SLICE_MS, .goes_on = goes_on, .context = top};
    enum server_said said;
    char *text;

    top->asked = clock_ms();
    said = ask(top->options->path, &patience, &text);
    if (said != SERVER_ANSWERED)
        tell_problem(top, said, text);
    else
        snprintf(top->problem, sizeof top->problem, "%s",
                 take(top->view, &text) ? "" : text);
    free(text);
}

static void run(struct top_screen *top)
{
    int64_t next = clock_ms();

    draw(top);
    while (!top->is_over) {
        next += top->options->interval_ms;
        if (next < clock_ms()) /* the last question took longer than that */
            next = clock_ms();
        wait_until(top, next);
        if (top->is_over)
            break;
        update(top);
        draw(top);
    }
}

static bool open_screen(struct top_screen *top)
{
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        top->screen = newterm(NULL, stdout, stdin);
    if (!top->screen)
        return false;
    end_on(SIGINT);
    end_on(SIGTERM);
    end_on(SIGHUP);
    end_on(SIGQUIT);
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    return true;
}

static void close_screen(struct top_screen *top)
{
    endwin();
    delscreen(top->screen);
}

static void show(struct top_screen *top, char **text)
{
    if (!open_screen(top)) {
        *text = xstrdup("top needs a terminal; --once prints the view as text");
        return;
    }
    run(top);
    close_screen(top);
}

/* With --once: what happens in one interval. */

static void pause_for(int ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    nanosleep(&time, NULL);
}

static enum server_said show_once(struct top_screen *top,
                                  const struct server_patience *patience, char **text)
{
    enum server_said said;

    pause_for(top->options->interval_ms);
    said = ask(top->options->path, patience, text);
    if (said == SERVER_ANSWERED && take(top->view, text))
        top_view_print(top->view, stdout, 0);
    return said;
}

enum server_said top_run(const struct top_options *options, char **text)
{
    const struct server_patience patience = {.slice_ms = FIRST_MS};
    struct top_screen top = {.options = options, .view = top_view_new()};
    enum server_said said = ask(options->path, &patience, text);

    if (said == SERVER_ANSWERED && take(top.view, text)) {
        if (options->once)
            said = show_once(&top, &patience, text);
        else
            show(&top, text);
    }
    top_view_free(top.view);
    return said;
}
