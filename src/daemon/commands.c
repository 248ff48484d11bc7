#include "daemon/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "daemon/command_table.h"
#include "daemon/report_json.h"
#include "dns/ask.h"

/* A text that is written piece by piece, and answered at the end. */
struct text {
    char *octets;
    size_t len;
    FILE *out;
};

static bool text_begin(struct text *text, int client)
{
    *text = (struct text){0};
    text->out = open_memstream(&text->octets, &text->len);
    if (!text->out)
        control_refuse(client, "no memory for the answer");
    return text->out != NULL;
}

/* Answers with the text, or with an error if memory was too short for all of it. */
static void text_answer(struct text *text, int client, bool is_whole)
{
    is_whole = is_whole && !ferror(text->out);
    if (fclose(text->out) == 0 && is_whole && text->octets)
        control_answer(client, text->octets);
    else
        control_refuse(client, "no memory for the answer");
    free(text->octets);
}

static void run_status(void *context, int client, const char *argument)
{
    const struct commands_host *host = context;
    struct report report;
    struct text text;
    bool is_whole = true;

    if (!text_begin(&text, client))
        return;
    host->describe(host->context, &report);
    if (argument)
        is_whole = report_json_status(text.out, &report);
    else
        report_status(text.out, &report);
    text_answer(&text, client, is_whole);
}

static void run_stats(void *context, int client, const char *argument)
{
    struct text text;
    bool is_whole = true;

    (void)context;
    if (!text_begin(&text, client))
        return;
    if (argument)
        is_whole = report_json_counters(text.out);
    else
        report_counters(text.out);
    text_answer(&text, client, is_whole);
}

static void run_metrics(void *context, int client, const char *argument)
{
    char text[METRICS_TEXT];

    (void)context;
    (void)argument;
    metrics_write(text);
    control_answer(client, text);
}

/* A client that is answered when all workers have replied. */
struct waiting {
    const struct commands_host *host;
    int client;
    struct question question; /* whose answers are forgotten; empty: all */
};

/* Asks all workers, and answers in `end`, which frees what it is given. */
static void ask_workers(const struct waiting *wanted, enum control_message message,
                        survey_end *end)
{
    struct waiting *waiting = malloc(sizeof *waiting);

    if (waiting) {
        *waiting = *wanted;
        if (wanted->host->survey(wanted->host->context, message, wanted->question.name,
                                 wanted->question.name_len, end, waiting))
            return;
    }
    free(waiting);
    control_refuse(wanted->client, "no memory for the question");
}

static void end_top(void *context, const struct survey_result *result)
{
    struct waiting *waiting = context;
    struct report report;
    struct text text;

    if (text_begin(&text, waiting->client)) {
        waiting->host->describe(waiting->host->context, &report);
        text_answer(
            &text, waiting->client,
            report_json_top(text.out, &report, clock_ms(), result->sum, result->missing));
    }
    free(waiting);
}

/* Always answers in JSON; hostdnsctl makes the view of that. */
static void run_top(void *context, int client, const char *argument)
{
    (void)argument;
    ask_workers(&(struct waiting){.host = context, .client = client}, CONTROL_SHOW_HUNG,
                end_top);
}

/* Makes a folded question of a name as people write it. False if it is none. */
static bool fold_text(const char *text, struct question *folded)
{
    struct ask query;

    if (ask_build(&query, text, TYPE_A, &(struct ask_form){0}) == -1)
        return false;
    question_fold(folded, &query.question);
    return true;
}

/* As people write it: without the final dot, but for the root. */
static void name_text(const struct question *question, char text[static NAME_PRINTED])
{
    size_t len = strlen(name_to_text(question_name(question), text));

    if (len > 1)
        text[len - 1] = '\0';
}

/* "forgot 3 answers of www.test" */
static void end_flush(void *context, const struct survey_result *result)
{
    struct waiting *waiting = context;
    char name[NAME_PRINTED] = "", missing[64] = "", text[NAME_PRINTED + 128];

    if (waiting->question.name_len > 0)
        name_text(&waiting->question, name);
    if (result->missing > 0)
        snprintf(missing, sizeof missing, "; %u worker%s not answered", result->missing,
                 result->missing == 1 ? " has" : "s have");
    snprintf(text, sizeof text, "forgot %" PRIu64 " answer%s%s%s%s\n", result->sum,
             result->sum == 1 ? "" : "s", *name ? " of " : "", name, missing);
    control_answer(waiting->client, text);
    free(waiting);
}

static void run_flush(void *context, int client, const char *argument)
{
    struct waiting waiting = {.host = context, .client = client};

    if (argument && !fold_text(argument, &waiting.question))
        control_refuse(client, "a domain name is needed");
    else
        ask_workers(&waiting, CONTROL_FLUSH, end_flush);
}

static void run_reload(void *context, int client, const char *argument)
{
    const struct commands_host *host = context;

    (void)argument;
    host->reload(host->context, client);
}

/* The words are in the order of enum log_level. */
static void run_log(void *context, int client, const char *argument)
{
    const struct commands_host *host = context;

    host->set_level(host->context, command_word(&command_table[COMMAND_LOG], argument));
    control_answer(client, "");
}

static void run_stop(void *context, int client, const char *argument)
{
    const struct commands_host *host = context;

    (void)argument;
    control_answer(client, "");
    host->stop(host->context);
}

static void run_help(void *context, int client, const char *argument)
{
    struct text text;

    (void)context;
    (void)argument;
    if (!text_begin(&text, client))
        return;
    command_print_help(command_table, text.out);
    text_answer(&text, client, true);
}

#define COMMAND_RUN(id, name, argument, help) run_##name,
const struct control_commands commands = {
    command_table, (control_run *const[]){COMMAND_ROWS(COMMAND_RUN)}};
