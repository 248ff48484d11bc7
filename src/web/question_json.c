#include "web/question_json.h"

#include <inttypes.h>
#include <jansson.h>

#include "web/packet_json.h"

/* The number of digits that a time in seconds or milliseconds can need. */
enum { DIGITS = 15 };

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *row_of(const struct question_row *row)
{
    char id[24];

    snprintf(id, sizeof id, "%" PRIu64, row->number);
    return json_pack("{s:s, s:f, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:f, s:b}", "id", id,
                     "time", (double)row->at / 1000, "client", row->client, "transport",
                     row->transport, "name", row->name, "type", row->type, "source",
                     text_or_null(row->source), "rcode", row->rcode, "error",
                     text_or_null(row->error), "ms", (double)row->us / 1000, "cached",
                     (int)row->is_cached);
}

static bool print(FILE *out, json_t *json)
{
    bool done = json && json_dumpf(json, out,
                                   JSON_COMPACT | JSON_ENSURE_ASCII |
                                       JSON_REAL_PRECISION(DIGITS)) == 0;

    json_decref(json);
    return done;
}

bool question_json_put(FILE *out, const struct question_row *row)
{
    return print(out, row_of(row));
}

bool question_json_all(FILE *out)
{
    static struct question_row row;
    uint64_t number = UINT64_MAX;
    const char *between = "";

    fputc('[', out);
    for (int i = 0; i < QUESTION_ROWS && (number = question_row_before(&row, number)) > 0;
         i++) {
        fputs(between, out);
        if (!question_json_put(out, &row))
            return false;
        between = ",\n";
    }
    fputs("]\n", out);
    return true;
}

static const char *step_name(unsigned kind)
{
    static const char *const names[] = {
        [WAY_SERVE] = "serve",   [WAY_KEPT] = "cache",      [WAY_SOURCE] = "source",
        [WAY_LOOKUP] = "lookup", [WAY_PROBE] = "probe",     [WAY_OWNER] = "owner",
        [WAY_TRY] = "ask",       [WAY_VERDICT] = "verdict",
    };

    return kind < sizeof names / sizeof *names && names[kind] ? names[kind] : "";
}

/* These have no length of time. */
static bool is_remark(const struct way_step *step)
{
    return step->kind == WAY_KEPT || step->kind == WAY_SOURCE || step->kind == WAY_OWNER;
}

static json_t *step_of(const struct way_step *step, const struct way_words *words)
{
    char text[sizeof words->text + 64];
    json_t *took = is_remark(step) ? json_null() : json_real((double)step->took / 1000);

    if (step->kind == WAY_SERVE)
        snprintf(text, sizeof text, "%s", words->outcome);
    else
        snprintf(text, sizeof text, "%s%s%s", words->text, *words->outcome ? ", " : "",
                 words->outcome);
    return json_pack("{s:f, s:o, s:s, s:s}", "ms", (double)step->at / 1000, "took", took,
                     "step", step_name(step->kind), "text", text);
}

static json_t *way_of(const struct way *way)
{
    json_t *array = json_array();
    struct way_words words;

    for (size_t i = 0; array && i < way->count; i++)
        if (way_text_step(&words, way, &way->steps[i]) &&
            json_array_append_new(array, step_of(&way->steps[i], &words)) == -1) {
            json_decref(array);
            return NULL;
        }
    return array;
}

bool question_json_whole(FILE *out, const struct recent_record *record)
{
    static struct question_row row;
    json_t *whole;

    question_row_set(&row, record);
    whole = row_of(&row);
    if (!whole || json_object_set_new(whole, "way", way_of(&row.way)) == -1 ||
        json_object_set_new(
            whole, "packets",
            json_pack("[o, o]",
                      packet_json("question", record->question, record->question_len,
                                  record->question_size),
                      packet_json("reply", record->reply, record->reply_len,
                                  record->reply_size))) == -1) {
        json_decref(whole);
        return false;
    }
    return print(out, whole) && fputc('\n', out) != EOF;
}
