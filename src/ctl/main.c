/*
 * hostdnsctl asks a running hostdnsd over its control socket (daemon/control): it sends the
 * words of its command line as one line and prints what comes back. A command that the
 * table (daemon/command_table) does not know is sent as well, since a server of another
 * version may know it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/memory_guard.h"
#include "ctl/arguments.h"
#include "ctl/layout.h"
#include "ctl/server.h"
#include "ctl/top.h"

enum { CTL_REFUSED = 1, CTL_NO_SERVER = 2, CTL_SILENT = 3 };

enum { PATIENCE_MS = 5000 }; /* with a server that says nothing */

/* What is said if the server has not answered. Each function returns the exit status. */

/* There is no connection; errno says why. */
static int no_server(const struct arguments *arguments)
{
    const char *path = arguments->path;

    if (arguments->id == COMMANDS) {
        fprintf(stderr,
                "hostdnsctl: no such command: %s (hostdnsctl -h lists them), and no server "
                "at %s that might know it\n",
                arguments->words[0], path);
        return EX_USAGE;
    }
    if (errno == EACCES)
        fprintf(stderr, "hostdnsctl: may not speak to a server at %s: %s\n", path,
                strerror(errno));
    else
        fprintf(stderr, "hostdnsctl: no server at %s: %s\n", path, strerror(errno));
    return CTL_NO_SERVER;
}

static int say_failure(const struct arguments *arguments, enum server_said said,
                       const char *text)
{
    switch (said) {
    case SERVER_REFUSED:
        fprintf(stderr, "hostdnsctl: %s", text);
        return CTL_REFUSED;
    case SERVER_SILENT:
        fprintf(stderr,
                "hostdnsctl: the server at %s has not answered within %d s: it hangs\n",
                arguments->path, PATIENCE_MS / 1000);
        return CTL_SILENT;
    case SERVER_MISSING:
        return no_server(arguments);
    default:
        fputs("hostdnsctl: the server has not answered\n", stderr);
        return CTL_NO_SERVER;
    }
}

/* Commands. */

/* A reload takes as long as starting a server, so the server hangs only if it does not
 * answer another question either. */
static bool lives(void *context)
{
    static const char *const help[] = {"help"};
    const struct server_patience patience = {.slice_ms = PATIENCE_MS};
    char *text;
    enum server_said said = server_ask(context, help, 1, &patience, &text);

    free(text);
    return said != SERVER_SILENT;
}

static enum server_said converse(const struct arguments *arguments, bool in_json,
                                 char **text)
{
    const char *const json[] = {arguments->words[0], "json"};
    struct server_patience patience = {.slice_ms = PATIENCE_MS,
                                       .context = (char *)(uintptr_t)arguments->path};

    if (arguments->id == COMMAND_RELOAD)
        patience.goes_on = lives;
    if (in_json)
        return server_ask(arguments->path, json, 2, &patience, text);
    return server_ask(arguments->path, arguments->words, arguments->count, &patience, text);
}

/* Prints what the server says. */
static int ask(const struct arguments *arguments)
{
    char *text;
    enum server_said said = converse(arguments, arguments->json, &text);
    int code = 0;

    if (said == SERVER_ANSWERED)
        fputs(text, stdout);
    else
        code = say_failure(arguments, said, text);
    free(text);
    return code;
}

/* An older server has no JSON for everything; then its text is shown. */
static int show_table(const struct arguments *arguments)
{
    bool (*print)(FILE *, const char *) =
        arguments->id == COMMAND_STATUS ? layout_print_status : layout_print_stats;
    char *text;
    enum server_said said = converse(arguments, true, &text);
    int code = 0;

    if (said != SERVER_ANSWERED && said != SERVER_REFUSED)
        code = say_failure(arguments, said, text);
    else if (said == SERVER_REFUSED || !print(stdout, text))
        code = ask(arguments);
    free(text);
    return code;
}

static int show_top(const struct arguments *arguments)
{
    const struct top_options options = {.path = arguments->path,
                                        .interval_ms = arguments->interval_ms,
                                        .once = arguments->once};
    char *text;
    enum server_said said = top_run(&options, &text);
    int code = 0;

    if (said != SERVER_ANSWERED) {
        code = say_failure(arguments, said, text);
    } else if (text) {
        fprintf(stderr, "hostdnsctl: %s\n", text);
        code = EX_UNAVAILABLE;
    }
    free(text);
    return code;
}

static int run(const struct arguments *arguments)
{
    bool for_people = !arguments->json && arguments->count == 1;

    if (for_people && arguments->id == COMMAND_TOP)
        return show_top(arguments);
    if (for_people && arguments_has_json(arguments) && isatty(STDOUT_FILENO))
        return show_table(arguments);
    return ask(arguments);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    int code = 0;

    memory_guard("hostdnsctl");
    if (!arguments_read(&arguments, argc, argv, stderr))
        return EX_USAGE;
    if (arguments.wish == ARGUMENTS_HELP)
        arguments_print_help(stdout);
    else if (arguments.wish == ARGUMENTS_VERSION)
        puts("hostdnsctl " HOSTDNS_VERSION);
    else
        code = run(&arguments);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "hostdnsctl: cannot write: %s\n", strerror(errno));
        code = EX_IOERR;
    }
    return code;
}
