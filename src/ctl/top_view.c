#include "ctl/top_view.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "ctl/layout.h"

enum {
    FIGURES = 13, /* lines above the lists */
    LISTS = 3,
    LIST_ROWS = 10,
    BAR = 12, /* columns */
};

struct top_view {
    json_t *now, *before; /* NULL: none yet; `before` is of the same server */
};

struct top_view *top_view_new(void)
{
    return xcalloc(1, sizeof(struct top_view));
}

void top_view_free(struct top_view *view)
{
    json_decref(view->now);
    json_decref(view->before);
    free(view);
}

/* Numbers. A missing one is 0. */

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static double counter_of(const json_t *told, const char *name)
{
    return number_of(json_object_get(told, "counters"), name);
}

static const json_t *status_of(const struct top_view *view)
{
    return json_object_get(view->now, "status");
}

/* Counters survive a reload, in which the process stays, but not a restart. */
static bool is_same_server(const json_t *a, const json_t *b)
{
    return number_of(json_object_get(a, "status"), "pid") ==
               number_of(json_object_get(b, "status"), "pid") &&
           number_of(a, "clock") < number_of(b, "clock");
}

bool top_view_take(struct top_view *view, const char *json)
{
    json_t *told = json_loads(json, 0, NULL);

    if (!json_is_object(json_object_get(told, "counters"))) {
        json_decref(told);
        return false;
    }
    json_decref(view->before);
    view->before = view->now;
    view->now = told;
    if (!is_same_server(view->before, told)) {
        json_decref(view->before);
        view->before = NULL;
    }
    return true;
}

/* Sums of counters. */

struct figure {
    const char *label;
    const char *counters[3]; /* NULL: no more */
    bool has_share;          /* of the questions */
};

static const struct figure questions = {
    "Questions", {"questions-udp", "questions-tcp"}, false};

static const struct figure figures[] = {
    {"  over TCP", {"questions-tcp"}, true},
    {"  from the cache", {"cache-hits"}, true},
    {"  from stale answers", {"cache-stale"}, true},
    {"  SERVFAIL", {"answer-servfail"}, true},
    {"Lookups in DNS", {"dns-records", "dns-nodata", "dns-nxdomain"}, false},
    {"  in other sources", {"host-records", "host-nodata", "host-nxdomain"}, false},
    {"  failed", {"dns-failed"}, false},
};

/* How many lookups took less than a certain time. */
static const struct figure times[] = {
    {"< 0.5 ms", {"lookup-us-125", "lookup-us-250", "lookup-us-500"}, false},
    {"< 2 ms", {"lookup-ms-1", "lookup-ms-2"}, false},
    {"< 8 ms", {"lookup-ms-4", "lookup-ms-8"}, false},
    {"< 32 ms", {"lookup-ms-16", "lookup-ms-32"}, false},
    {"< 128 ms", {"lookup-ms-64", "lookup-ms-128"}, false},
    {"< 1024 ms", {"lookup-ms-256", "lookup-ms-512", "lookup-ms-1024"}, false},
    {"longer", {"lookup-ms-2048", "lookup-ms-4096", "lookup-ms-more"}, false},
};

enum { FIGURE_ROWS = sizeof figures / sizeof *figures };

_Static_assert(FIGURE_ROWS == sizeof times / sizeof *times, "they stand side by side");

static double total(const json_t *told, const struct figure *figure)
{
    double sum = 0;

    for (int i = 0; i < 3 && figure->counters[i]; i++)
        sum += counter_of(told, figure->counters[i]);
    return sum;
}

static double growth(const struct top_view *view, const struct figure *figure)
{
    return view->before ? total(view->now, figure) - total(view->before, figure) : 0;
}

static double interval(const struct top_view *view)
{
    return view->before ? number_of(view->now, "clock") - number_of(view->before, "clock")
                        : 0;
}

/* The label, the number in a second, and the total. */
static void put_figure(const struct top_view *view, FILE *out, const struct figure *figure)
{
    char text[LAYOUT_TEXT];

    fprintf(out, "%-20s", figure->label);
    if (interval(view) > 0)
        fprintf(out, "%10.1f", growth(view, figure) / interval(view));
    else
        fprintf(out, "%10s", "-");
    fprintf(out, "%13s", layout_number((uint64_t)total(view->now, figure), text));
}

/* The share of the questions in the last interval. */
static void put_share(const struct top_view *view, FILE *out, const struct figure *figure)
{
    double all = growth(view, &questions);

    if (figure->has_share && all > 0)
        fprintf(out, "%6.1f %%", 100 * growth(view, figure) / all);
    else
        fprintf(out, "%8s", "");
}

static double most_of_times(const struct top_view *view)
{
    double most = 1;

    for (int i = 0; i < FIGURE_ROWS; i++)
        if (total(view->now, &times[i]) > most)
            most = total(view->now, &times[i]);
    return most;
}

/* The most frequent time has the longest bar, and every time that occurs has a mark. */
static void put_time(const struct top_view *view, FILE *out, const struct figure *time)
{
    double number = total(view->now, time), share = number / most_of_times(view);
    int marks = number > 0 ? 1 + (int)(share * (BAR - 1)) : 0;
    char text[LAYOUT_TEXT];

    fprintf(out, "  %9s%12s%s%.*s\n", time->label, layout_number((uint64_t)number, text),
            marks > 0 ? " " : "", marks, "############");
}

static void put_figures(const struct top_view *view, FILE *out)
{
    fprintf(out, "%-20s%10s%13s%8s  %9s%12s\n", "", "A SECOND", "IN ALL", "SHARE",
            "LOOKUPS", "IN ALL");
    put_figure(view, out, &questions);
    fputc('\n', out);
    for (int i = 0; i < FIGURE_ROWS; i++) {
        put_figure(view, out, &figures[i]);
        put_share(view, out, &figures[i]);
        put_time(view, out, &times[i]);
    }
}

/* What there is at the moment. */

static uint64_t gauge(const struct top_view *view, const char *name)
{
    return (uint64_t)counter_of(view->now, name);
}

static unsigned workers(const struct top_view *view)
{
    const json_t *process;
    unsigned count = 0;
    size_t i;

    json_array_foreach(json_object_get(status_of(view), "processes"), i, process)
    {
        const char *role = json_string_value(json_object_get(process, "role"));

        count += role && strcmp(role, "serve") == 0;
    }
    return count;
}

static void put_head(const struct top_view *view, FILE *out)
{
    const json_t *status = status_of(view);
    char text[LAYOUT_TEXT];

    fprintf(out, "hostdnsd, pid %.0f, up %s, generation %.0f, %u worker%s",
            number_of(status, "pid"), layout_seconds(number_of(status, "seconds"), text),
            number_of(status, "generation"), workers(view), workers(view) == 1 ? "" : "s");
    if (number_of(view->now, "silent-workers") > 0)
        fprintf(out, ", of which %.0f did not answer",
                number_of(view->now, "silent-workers"));
    fputc('\n', out);
}

static void put_gauges(const struct top_view *view, FILE *out)
{
    char text[LAYOUT_TEXT];

    fprintf(out,
            "\nNow: %" PRIu64 " lookups in flight, %" PRIu64
            " at name servers, %.0f hung; %" PRIu64 " questions wait\n",
            gauge(view, "lookups-in-flight"), gauge(view, "at-name-servers"),
            number_of(view->now, "hung-lookups"), gauge(view, "waiting"));
    fprintf(out,
            "     %" PRIu64 " threads, %" PRIu64 " busy, %" PRIu64 " hung; %" PRIu64
            " TCP connections; ",
            gauge(view, "threads"), gauge(view, "threads-busy"),
            gauge(view, "threads-hung"), gauge(view, "tcp-open"));
    fprintf(out, "%s answers kept\n", layout_number(gauge(view, "cache-entries"), text));
}

/* Names. */

static void put_safe(FILE *out, const char *text)
{
    for (; text && *text; text++)
        fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
}

/* Most lookups take milliseconds. */
static const char *duration(double seconds, char text[static LAYOUT_TEXT])
{
    if (seconds >= 0 && seconds < 1)
        snprintf(text, LAYOUT_TEXT, "%.0f ms", seconds * 1000);
    else
        layout_seconds(seconds, text);
    return text;
}

static void put_name(FILE *out, const json_t *row, bool failed)
{
    const char *reason = json_string_value(json_object_get(row, "reason"));
    char text[LAYOUT_TEXT];

    fprintf(out, "%13s", duration(number_of(row, failed ? "ago" : "seconds"), text));
    fputs(failed ? " ago  " : "  ", out);
    put_safe(out, json_string_value(json_object_get(row, "name")));
    if (reason) {
        fputs(": ", out);
        put_safe(out, reason);
    }
    fputc('\n', out);
}

static void put_list(const struct top_view *view, FILE *out, const char *title,
                     const char *key, unsigned rows)
{
    const json_t *list = json_object_get(view->now, key), *row;
    size_t i;

    fprintf(out, "%s:\n", title);
    if (json_array_size(list) == 0)
        fputs("  none\n", out);
    json_array_foreach(list, i, row) if (i < rows)
        put_name(out, row, strcmp(key, "failures") == 0);
}

/* How many rows each list gets of those that the figures leave. */
static unsigned rows_of_list(unsigned rows)
{
    unsigned left = rows > FIGURES + LISTS ? rows - FIGURES - LISTS : 0;

    if (rows == 0 || left / LISTS > LIST_ROWS)
        return LIST_ROWS;
    return left / LISTS > 0 ? left / LISTS : 1;
}

void top_view_print(const struct top_view *view, FILE *out, unsigned rows)
{
    unsigned each = rows_of_list(rows);

    if (!view->now)
        return;
    put_head(view, out);
    put_figures(view, out);
    put_gauges(view, out);
    put_list(view, out, "Hung lookups", "hung", each);
    put_list(view, out, "Failures of the last minutes", "failures", each);
    put_list(view, out, "Slowest lookups of the last minutes", "slowest", each);
}
