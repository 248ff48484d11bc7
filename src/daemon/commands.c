#include "daemon/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/report.h"
#include "dns/ask.h"

static const char *const level_names[] = {"error", "warning", "info", "debug"};

/* A text that is written piece by piece, and answered at the end. */
struct text {
    char *octets;
    size_t len;
    FILE *out;
};

static bool text_begin(struct text *text, struct control_request *request)
{
    *text = (struct text){0};
    text->out = open_memstream(&text->octets, &text->len);
    if (!text->out)
        control_refuse(request, "no memory for the answer");
    return text->out != NULL;
}

static void text_answer(struct text *text, struct control_request *request)
{
    fclose(text->out);
    control_answer(request, text->octets);
    free(text->octets);
}

static void run_status(void *context, struct control_request *request, const char *argument)
{
    const struct commands_host *host = context;
    struct text text;

    (void)argument;
    if (!text_begin(&text, request))
        return;
    host->describe(host->context, text.out);
    report_state(text.out, host->cache_bytes);
    text_answer(&text, request);
}

static void run_stats(void *context, struct control_request *request, const char *argument)
{
    struct text text;

    (void)context;
    if (argument && strcmp(argument, "json") != 0) {
        control_refuse(request, "json or nothing is needed");
        return;
    }
    if (!text_begin(&text, request))
        return;
    report_counters(text.out, argument != NULL);
    text_answer(&text, request);
}

/* A name as people write it, folded. False if it is none. */
static bool fold_text(const char *text, struct question *folded)
{
    struct ask query;

    if (ask_build(&query, text, TYPE_A) == -1)
        return false;
    question_fold(folded, &query.question);
    return true;
}

static void run_flush(void *context, struct control_request *request, const char *argument)
{
    const struct commands_host *host = context;
    struct question folded;

    if (argument && !fold_text(argument, &folded)) {
        control_refuse(request, "a domain name is needed");
        return;
    }
    if (argument) {
        host->tell(host->context, WORD_FORGET, folded.name, folded.name_len);
    } else {
        host->tell(host->context, WORD_HOST_CHANGED, NULL, 0);
    }
    control_answer(request, "");
}

static void run_reload(void *context, struct control_request *request, const char *argument)
{
    const struct commands_host *host = context;

    (void)argument;
    host->reload(host->context, control_detach(request));
}

static void run_log(void *context, struct control_request *request, const char *argument)
{
    const struct commands_host *host = context;

    for (int i = 0; i < (int)(sizeof level_names / sizeof *level_names); i++)
        if (strcmp(level_names[i], argument) == 0) {
            host->set_level(host->context, i);
            control_answer(request, "");
            return;
        }
    control_refuse(request, "error, warning, info or debug is needed");
}

static void run_stop(void *context, struct control_request *request, const char *argument)
{
    const struct commands_host *host = context;

    (void)argument;
    control_answer(request, "");
    host->stop(host->context);
}

const struct control_command commands[] = {
    {"status", NULL, "Processes, addresses, name servers, lookups, cache.", run_status},
    {"stats", "[json]", "All counters, or as a JSON object.", run_stats},
    {"flush", "[NAME]", "Forget all answers that are kept, or those of a name.", run_flush},
    {"reload", NULL, "Read the configuration again, and the program.", run_reload},
    {"log", "LEVEL", "Log error, warning, info or debug, until the next reload.", run_log},
    {"stop", NULL, "End the server.", run_stop},
    {0},
};
