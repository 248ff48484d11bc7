/*
 * hostdns asks a DNS server and shows what it says: about the names on the command line,
 * about those that come through a pipe, or about those that a person types.
 */
#include "client/asker.h"
#include "client/dialogue.h"
#include "client/lines.h"
#include "client/options.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int ask_wishes(struct asker *asker, const struct options *options)
{
    int worst = 0, code;

    for (size_t i = 0; i < options->words.count; i++) {
        code = asker_ask(asker, &options->words.wishes[i]);
        if (code > worst)
            worst = code;
    }
    return worst;
}

static int ask_person(struct asker *asker)
{
    if (dialogue_run(asker) == 0)
        return 0;
    fprintf(stderr, "hostdns: no line editing on this terminal: %s\n", strerror(errno));
    return EX_OSERR;
}

static int ask(const struct options *options)
{
    struct asker asker;
    int code;

    if (asker_open(&asker, options, stdout, stderr) != 0) {
        fprintf(stderr, "hostdns: cannot reach %s: %s\n", asker.server, strerror(errno));
        return INQUIRY_SILENT;
    }
    if (options->words.count > 0)
        code = ask_wishes(&asker, options);
    else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        code = ask_person(&asker);
    else
        code = lines_run(&asker, stdin);
    asker_close(&asker);
    return code;
}

static int act(const struct options *options)
{
    switch (options->action) {
    case OPTIONS_HELP:
        options_help(stdout);
        return 0;
    case OPTIONS_VERSION:
        puts("hostdns " HOSTDNS_VERSION);
        return 0;
    default:
        return ask(options);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    char error[OPTIONS_ERROR];
    int code;

    if (options_parse(&options, argc, argv, error) == 0) {
        code = act(&options);
    } else {
        fprintf(stderr, "hostdns: %s\n", error);
        code = EX_USAGE;
    }
    options_free(&options);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "hostdns: cannot write: %s\n", strerror(errno));
        code = EX_IOERR;
    }
    return code;
}
