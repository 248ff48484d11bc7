#include "web/figures_json.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "web/health.h"

enum { DIGITS = 13 }; /* of a number; a time in milliseconds has as many */

/* Frees the array and returns NULL if memory is too short for the item. */
static json_t *append(json_t *array, json_t *item)
{
    if (!array)
        json_decref(item);
    else if (json_array_append_new(array, item) == 0)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *real_or_null(double number)
{
    return number < 0 ? json_null() : json_real(number);
}

/* One field of all points. */
static json_t *history_of(const struct figures *figures, size_t field)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < figures->count; i++) {
        const char *point = (const char *)figures_at(figures, i);

        array = append(array, real_or_null(*(const double *)(const void *)(point + field)));
    }
    return array;
}

static json_t *history(const struct figures *figures)
{
    return json_pack(
        "{s:i, s:o, s:o, s:o, s:o}", "step", FIGURES_STEP_MS / 1000, "rate",
        history_of(figures, offsetof(struct figures_point, rate)), "cached_rate",
        history_of(figures, offsetof(struct figures_point, cached_rate)), "median_ms",
        history_of(figures, offsetof(struct figures_point, median_ms)), "p99_ms",
        history_of(figures, offsetof(struct figures_point, p99_ms)));
}

static json_t *sources(const struct summary *summary)
{
    json_t *array = json_array();

    for (size_t i = 0; i < SUMMARY_SOURCES; i++)
        array =
            append(array, json_pack("{s:s, s:I, s:I}", "source", summary->sources[i].name,
                                    "count", (json_int_t)summary->sources[i].count,
                                    "failed", (json_int_t)summary->sources[i].failed));
    return array;
}

static json_t *rcodes(const struct summary *summary)
{
    json_t *array = json_array();

    for (size_t i = 0; i < SUMMARY_RCODES; i++)
        array = append(array, json_pack("{s:s, s:I}", "rcode", summary->rcodes[i].name,
                                        "count", (json_int_t)summary->rcodes[i].count));
    return array;
}

/* The name of a row has the type behind it. */
static json_t *row(const struct worst_row *row)
{
    const char *type = strrchr(row->name, ' ');
    size_t len = type ? (size_t)(type - row->name) : strlen(row->name);

    return json_pack("{s:s%, s:s, s:I, s:s*}", "name", row->name, len, "type",
                     type ? type + 1 : "", "ms", (json_int_t)row->ms, "error",
                     *row->reason ? row->reason : NULL);
}

static json_t *rows(const struct worst_row *all, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        array = append(array, row(&all[i]));
    return array;
}

static json_t *states(const struct name_server_row *server)
{
    json_t *array = json_array();

    for (int i = 0; i < NAME_SERVER_STATES_NUMBER; i++)
        if (server->states & 1u << i)
            array = append(array, json_string(name_server_words[i]));
    return array;
}

static json_t *name_servers(const struct summary *summary)
{
    json_t *array = json_array();

    for (size_t i = 0; i < summary->server_count; i++) {
        const struct name_server_row *server = &summary->servers[i];

        array = append(array, json_pack("{s:s, s:o, s:o, s:I, s:I, s:I}", "address",
                                        server->address, "states", states(server), "rtt_ms",
                                        server->rtt_us > 0
                                            ? json_real((double)server->rtt_us / 1000)
                                            : json_null(),
                                        "asked", (json_int_t)server->asked, "answered",
                                        (json_int_t)server->answered, "failed",
                                        (json_int_t)server->failed));
    }
    return array;
}

static json_t *totals(const struct summary *summary)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "questions",
                     (json_int_t)summary->questions, "cached", (json_int_t)summary->cached,
                     "failed", (json_int_t)summary->failed, "shown",
                     (json_int_t)summary->shown, "not_shown",
                     (json_int_t)(summary->questions - summary->shown));
}

static json_t *health(void)
{
    const char *fault = health_fault();

    return fault ? json_stringn(fault, strcspn(fault, "\n")) : json_string("ok");
}

static json_t *figures_object(const struct summary *summary, const struct figures *figures)
{
    return json_pack(
        "{s:I, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o}",
        "time", (json_int_t)(summary->unix_ms / 1000), "version", HOSTDNS_VERSION, "uptime",
        (json_int_t)(summary->uptime_ms / 1000), "health", health(), "totals",
        totals(summary), "history", history(figures), "sources", sources(summary), "rcodes",
        rcodes(summary), "slowest", rows(summary->slowest, summary->slowest_count),
        "failing", rows(summary->failing, summary->failing_count), "hung",
        (json_int_t)summary->hung, "waiting", (json_int_t)summary->waiting, "restarts",
        (json_int_t)summary->restarts, "lost_log_lines", (json_int_t)summary->lost_lines,
        "name_servers", name_servers(summary));
}

static bool print(FILE *out, json_t *object)
{
    bool done = object && json_dumpf(object, out,
                                     JSON_COMPACT | JSON_ENSURE_ASCII |
                                         JSON_REAL_PRECISION(DIGITS)) == 0;

    json_decref(object);
    return done;
}

bool figures_json_newest(FILE *out, const struct figures *figures)
{
    const struct figures_point *point = figures_at(figures, figures->count - 1);
    int64_t at = clock_unix_ms() - (clock_ms() - figures->at); /* when it was added */

    return print(
        out, json_pack(
                 "{s:f, s:f, s:f, s:o, s:o, s:I, s:I, s:I, s:I}", "time", (double)at / 1000,
                 "rate", point->rate, "cached_rate", point->cached_rate, "median_ms",
                 real_or_null(point->median_ms), "p99_ms", real_or_null(point->p99_ms),
                 "hung", (json_int_t)counters_sum(COUNT_THREADS_HUNG), "waiting",
                 (json_int_t)counters_sum(COUNT_WAITING), "shown",
                 (json_int_t)figures->shown, "not_shown", (json_int_t)figures->not_shown));
}

bool figures_json(FILE *out, const struct summary *summary, const struct figures *figures)
{
    return print(out, figures_object(summary, figures));
}
