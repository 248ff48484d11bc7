/*
 * hostdns asks a DNS server and shows what it says: about the names on the command line,
 * about those that come through a pipe, or about those that a person types.
 */
#include "base/memory_guard.h"
#include "client/batch.h"
#include "client/capture.h"
#include "client/cmdline.h"
#include "client/dialogue.h"
#include "client/explain.h"
#include "client/lines.h"
#include "client/session.h"
#include "client/view_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Progress is shown only if nothing else goes to the terminal. */
static FILE *progress_terminal(void)
{
    return isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) ? stderr : NULL;
}

/* The names of the command line, then those of a file or pipe; -1: there is none. */
static int ask_many(struct session *session, const struct cmdline *cmdline, int input)
{
    struct batch *batch = batch_new(session, cmdline->at_once, progress_terminal());
    const struct wishes *wishes = &cmdline->wishes;

    for (size_t i = 0; i < wishes->count; i++)
        if (!batch_ask(batch, &wishes->all[i]))
            break;
    if (input != -1)
        lines_run(batch, input);
    return batch_end(batch);
}

/* A name of "-" is standard input. */
static int ask_file(struct session *session, const struct cmdline *cmdline)
{
    int fd = strcmp(cmdline->file, "-") == 0 ? dup(STDIN_FILENO)
                                             : open(cmdline->file, O_RDONLY | O_CLOEXEC);
    int code;

    if (fd == -1) {
        fprintf(stderr, "hostdns: cannot open %s: %s\n", cmdline->file, strerror(errno));
        return EX_NOINPUT;
    }
    code = ask_many(session, cmdline, fd);
    close(fd);
    return code;
}

static int ask_person(struct session *session)
{
    if (dialogue_run(session) == 0)
        return 0;
    fprintf(stderr, "hostdns: no line editing on this terminal: %s\n", strerror(errno));
    return EX_OSERR;
}

static int ask(const struct cmdline *cmdline)
{
    struct session session;
    int code;

    if (session_open(&session, cmdline, stdout, stderr) != 0) {
        fprintf(stderr, "hostdns: cannot reach %s: %s\n", session.server, strerror(errno));
        return INQUIRY_SILENT;
    }
    if (cmdline->file)
        code = ask_file(&session, cmdline);
    else if (cmdline->wishes.count > 0)
        code = ask_many(&session, cmdline, -1);
    else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        code = ask_person(&session);
    else
        code = ask_many(&session, cmdline, STDIN_FILENO);
    session_close(&session);
    return code;
}

/* How much of a file has been shown, and whether anything could not be. */
struct capture_reading {
    const char *path;
    unsigned count;
    bool has_failed;
};

static void explain_message(void *context, const struct capture_message *message)
{
    struct capture_reading *reading = context;

    if (reading->count++ == 0)
        view_wire_legend(stdout);
    printf("\nMessage %u, %zu octets%s%s\n", reading->count, message->size,
           *message->about ? ", " : "", message->about);
    view_wire_message(stdout, message->wire, message->size);
}

static void complain(void *context, const char *line)
{
    struct capture_reading *reading = context;

    fflush(stdout);
    fprintf(stderr, "hostdns: %s: %s\n", reading->path, line);
    reading->has_failed = true;
}

static int explain_capture(const char *path)
{
    struct capture_reading reading = {.path = path};
    size_t size;
    uint8_t *octets = capture_load(path, &size);

    if (!octets) {
        fprintf(stderr, "hostdns: cannot read %s: %s\n", path, strerror(errno));
        return EX_NOINPUT;
    }
    capture_read(octets, size, &(struct sink){explain_message, complain, &reading});
    free(octets);
    return reading.has_failed ? EX_DATAERR : 0;
}

static int act(const struct cmdline *cmdline)
{
    switch (cmdline->action) {
    case CMDLINE_HELP:
    case CMDLINE_HELP_ALL:
        cmdline_help(stdout, cmdline->action == CMDLINE_HELP_ALL);
        return 0;
    case CMDLINE_EXPLAIN:
        return explain_run(cmdline, stdout, stderr);
    case CMDLINE_READ:
        return explain_capture(cmdline->capture);
    case CMDLINE_VERSION:
        puts("hostdns " HOSTDNS_VERSION);
        return 0;
    default:
        return ask(cmdline);
    }
}

/*
 * The next socket would get the number of a standard descriptor that our caller has closed,
 * and what is printed would go to the server. So the number is taken by a file that can be
 * neither read nor written, and that is there even where /dev is empty.
 */
static void keep_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/", O_PATH) == -1)
            exit(EX_OSERR);
}

int main(int argc, char **argv)
{
    struct cmdline cmdline;
    char error[OPTION_ERROR];
    int code;

    memory_guard("hostdns");
    keep_standard_descriptors();
    if (cmdline_parse(&cmdline, argc, argv, error) == 0) {
        code = act(&cmdline);
    } else {
        fprintf(stderr, "hostdns: %s\n", error);
        code = EX_USAGE;
    }
    cmdline_free(&cmdline);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "hostdns: cannot write: %s\n", strerror(errno));
        code = EX_IOERR;
    }
    return code;
}
