/*
 * One name from the question to the text on the screen: ask (inquiry), show (show), clean
 * up. The command line, the pipe and the dialogue all come through here.
 */
#include "client/asker.h"

#include "client/inquiry.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* hostdnsd answers every question within 4.5 seconds; a little more is for the way. */
enum { TRIES = 2, TRY_MS = 5000 };

int asker_open(struct asker *asker, const struct options *options, FILE *out, FILE *err)
{
    *asker = (struct asker){.is_short = options->is_short,
                            .manner = {.tries = TRIES,
                                       .try_ms = TRY_MS,
                                       .use_tcp = options->use_tcp,
                                       .keep_truncated = options->keep_truncated},
                            .out = out,
                            .err = err};
    show_server(&options->server, asker->server);
    asker->socket = exchange_open(&options->server);
    return asker->socket == -1 ? -1 : 0;
}

void asker_close(struct asker *asker)
{
    if (asker->socket != -1)
        close(asker->socket);
    asker->socket = -1;
}

static int refuse_name(struct asker *asker, const char *name, int error)
{
    if (error == EINVAL) {
        show_bad_name(name, "not a domain name", asker->err);
        return EX_USAGE;
    }
    show_bad_name(name, strerror(error), asker->err);
    return EX_OSERR;
}

int asker_ask(struct asker *asker, const struct wish *wish)
{
    struct inquiry inquiry;
    int code;

    if (inquiry_run(&inquiry, asker->socket, wish->name, wish->type, &asker->manner) != 0) {
        code = refuse_name(asker, wish->name, errno);
    } else if (inquiry_is_interrupted(&inquiry)) {
        code = ASKER_INTERRUPTED;
    } else {
        show_inquiry(&inquiry, asker->server, asker->is_short, asker->out, asker->err);
        code = (int)inquiry_exit(&inquiry);
    }
    inquiry_free(&inquiry);
    return code;
}
