#include "daemon/commands.h"

#include <stdlib.h>

#include "daemon/command_table.h"
#include "daemon/report.h"
#include "dns/ask.h"

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

/* A part of it is none. */
static void text_answer(struct text *text, struct control_request *request, bool is_whole)
{
    is_whole = is_whole && !ferror(text->out);
    if (fclose(text->out) == 0 && is_whole && text->octets)
        control_answer(request, text->octets);
    else
        control_refuse(request, "no memory for the answer");
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
    text_answer(&text, request, true);
}

static void run_stats(void *context, struct control_request *request, const char *argument)
{
    struct text text;

    (void)context;
    if (!text_begin(&text, request))
        return;
    text_answer(&text, request, report_counters(text.out, argument != NULL));
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

/* The words are in the order of enum log_level. */
static void run_log(void *context, struct control_request *request, const char *argument)
{
    const struct commands_host *host = context;

    host->set_level(host->context, command_word(&command_table[COMMAND_LOG], argument));
    control_answer(request, "");
}

static void run_stop(void *context, struct control_request *request, const char *argument)
{
    const struct commands_host *host = context;

    (void)argument;
    control_answer(request, "");
    host->stop(host->context);
}

const struct control_commands commands = {
    .table = command_table,
    .run = (control_run *const[COMMANDS]){[COMMAND_STATUS] = run_status,
                                          [COMMAND_STATS] = run_stats,
                                          [COMMAND_FLUSH] = run_flush,
                                          [COMMAND_RELOAD] = run_reload,
                                          [COMMAND_LOG] = run_log,
                                          [COMMAND_STOP] = run_stop,
                                          [COMMAND_HELP] = control_help}};
