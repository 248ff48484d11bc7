#include "ctl/layout.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/counters.h"

enum { LABEL = 14 }; /* columns */

const char *layout_number(uint64_t number, char text[static LAYOUT_TEXT])
{
    char digits[LAYOUT_TEXT];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number), out = 0;

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            text[out++] = ',';
        text[out++] = digits[i];
    }
    text[out] = '\0';
    return text;
}

const char *layout_seconds(double seconds, char text[static LAYOUT_TEXT])
{
    double bounded = seconds > 0 && seconds < 1e12 ? seconds : 0; /* else it says nothing */
    uint64_t whole = (uint64_t)bounded;
    uint64_t minutes = whole / 60, hours = minutes / 60, days = hours / 24;

    if (days > 0)
        snprintf(text, LAYOUT_TEXT, "%" PRIu64 " d %" PRIu64 " h", days, hours % 24);
    else if (hours > 0)
        snprintf(text, LAYOUT_TEXT, "%" PRIu64 " h %" PRIu64 " min", hours, minutes % 60);
    else if (minutes > 0)
        snprintf(text, LAYOUT_TEXT, "%" PRIu64 " min %" PRIu64 " s", minutes, whole % 60);
    else
        snprintf(text, LAYOUT_TEXT, "%.1f s", bounded);
    return text;
}

/* Parts of the object. A missing one is 0 or "". */

static uint64_t number_of(const json_t *object, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(object, key));

    return number > 0 ? (uint64_t)number : 0;
}

static const char *text_of(const json_t *value)
{
    const char *text = json_string_value(value);

    return text ? text : "";
}

static void put_safe(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
}

/* Status. */

static void put_label(FILE *out, const char *label)
{
    fprintf(out, "%-*s ", LABEL, label);
}

static void put_head(FILE *out, const json_t *status)
{
    char text[LAYOUT_TEXT];

    fputs("hostdnsd ", out);
    put_safe(out, text_of(json_object_get(status, "version")));
    fprintf(out, ", pid %" PRIu64 ", up %s, generation %" PRIu64 "\n\n",
            number_of(status, "pid"),
            layout_seconds(json_number_value(json_object_get(status, "seconds")), text),
            number_of(status, "generation"));
}

static void put_addresses(FILE *out, const json_t *addresses)
{
    const json_t *address;
    size_t i;

    json_array_foreach(addresses, i, address)
    {
        put_label(out, i == 0 ? "Listens" : "");
        put_safe(out, text_of(json_object_get(address, "address")));
        if (json_is_true(json_object_get(address, "missing")))
            fputs(", which the host does not have now", out);
        if (json_is_true(json_object_get(address, "taken-back")))
            fputs(", taken back from another user's socket", out);
        fputc('\n', out);
    }
}

static void put_web(FILE *out, const json_t *address)
{
    if (!json_is_string(address))
        return;
    put_label(out, "Web page");
    fputs("http://", out);
    put_safe(out, text_of(address));
    fputs("/\n", out);
}

static void put_missing(FILE *out, const json_t *missing)
{
    const json_t *row;
    size_t i;

    json_array_foreach(missing, i, row)
    {
        put_label(out, i == 0 ? "Missing" : "");
        put_safe(out, text_of(json_object_get(row, "facility")));
        fputs(", ", out);
        put_safe(out, text_of(json_object_get(row, "text")));
        fputc('\n', out);
    }
}

/* "answers, without EDNS, 1.2 ms" */
static void put_states(FILE *out, const json_t *server)
{
    double seconds = json_number_value(json_object_get(server, "round-trip-seconds"));
    const json_t *state;
    size_t i;

    json_array_foreach(json_object_get(server, "states"), i, state)
    {
        fputs(", ", out);
        put_safe(out, text_of(state));
    }
    if (seconds > 0 && seconds < 1e6)
        fprintf(out, ", %.1f ms", 1000 * seconds);
}

static void put_figures(FILE *out, const json_t *server)
{
    double recheck = json_number_value(json_object_get(server, "recheck-seconds"));
    char text[LAYOUT_TEXT];

    put_label(out, "");
    fprintf(out, "asked %s", layout_number(number_of(server, "asked"), text));
    fprintf(out, ", answered %s", layout_number(number_of(server, "answered"), text));
    fprintf(out, ", failed %s", layout_number(number_of(server, "failed"), text));
    if (recheck > 0)
        fprintf(out, ", rechecked after %s", layout_seconds(recheck, text));
    fputc('\n', out);
}

static void put_name_servers(FILE *out, const json_t *servers)
{
    const json_t *server;
    size_t i;

    if (json_array_size(servers) == 0) {
        put_label(out, "Name servers");
        fputs("none\n", out);
    }
    json_array_foreach(servers, i, server)
    {
        put_label(out, i == 0 ? "Name servers" : "");
        put_safe(out, text_of(json_object_get(server, "address")));
        put_states(out, server);
        fputc('\n', out);
        put_figures(out, server);
    }
}

static void put_work(FILE *out, const json_t *lookups, const json_t *threads)
{
    put_label(out, "Lookups");
    fprintf(out, "%" PRIu64 " in flight, for %" PRIu64 " questions\n",
            number_of(lookups, "in-flight"), number_of(lookups, "questions"));
    put_label(out, "Threads");
    fprintf(out, "%" PRIu64 ", of these %" PRIu64 " busy and %" PRIu64 " hung\n",
            number_of(threads, "all"), number_of(threads, "busy"),
            number_of(threads, "hung"));
}

static void put_cache(FILE *out, const json_t *cache)
{
    uint64_t hits = number_of(cache, "hits"), misses = number_of(cache, "misses");
    char answers[LAYOUT_TEXT], octets[LAYOUT_TEXT];

    put_label(out, "Cache");
    fprintf(out, "%s answers, of at most %s octets for each worker\n",
            layout_number(number_of(cache, "answers"), answers),
            layout_number(number_of(cache, "octets-for-each-worker"), octets));
    put_label(out, "");
    fprintf(out, "%s hits, ", layout_number(hits, answers));
    fprintf(out, "%s misses", layout_number(misses, answers));
    if (hits + misses > 0)
        fprintf(out, ": %.1f %%", 100.0 * (double)hits / (double)(hits + misses));
    fputc('\n', out);
}

static void put_process(FILE *out, const json_t *process)
{
    const json_t *pid = json_object_get(process, "pid");
    double seconds = json_number_value(json_object_get(process, "seconds"));
    char text[LAYOUT_TEXT];
    bool runs = json_is_integer(pid);

    if (runs)
        fprintf(out, "%8" JSON_INTEGER_FORMAT " %14s  ", json_integer_value(pid),
                layout_seconds(seconds, text));
    else
        fprintf(out, "%8s %14s  ", "-", "-");
    put_safe(out, text_of(json_object_get(process, "role")));
    fprintf(out, " %" PRIu64 "%s%s\n", number_of(process, "number"),
            runs ? "" : ", being replaced",
            json_is_true(json_object_get(process, "retiring")) ? ", retiring" : "");
}

bool layout_print_status(FILE *out, const char *json)
{
    json_t *status = json_loads(json, 0, NULL);
    const json_t *processes = json_object_get(status, "processes"), *process;
    size_t i;

    if (!json_is_array(processes)) {
        json_decref(status);
        return false;
    }
    put_head(out, status);
    put_addresses(out, json_object_get(status, "listens"));
    put_web(out, json_object_get(status, "web"));
    put_missing(out, json_object_get(status, "missing"));
    put_name_servers(out, json_object_get(status, "name-servers"));
    put_work(out, json_object_get(status, "lookups"), json_object_get(status, "threads"));
    put_cache(out, json_object_get(status, "cache"));
    put_label(out, "TCP");
    fprintf(out, "%" PRIu64 " connections\n",
            number_of(json_object_get(status, "tcp"), "connections"));
    fprintf(out, "\n%8s %14s  PROCESS\n", "PID", "AGE");
    json_array_foreach(processes, i, process) put_process(out, process);
    json_decref(status);
    return true;
}

/* Counters. */

/* The row of a counter; NULL if this program knows none of this name. */
static const struct counter_row *row_of(const char *name)
{
    for (int i = 0; i < COUNTERS_NUMBER; i++)
        if (strcmp(counter_rows[i].name, name) == 0)
            return &counter_rows[i];
    return NULL;
}

bool layout_print_stats(FILE *out, const char *json)
{
    json_t *counters = json_loads(json, 0, NULL), *value;
    const char *name;

    if (!json_is_object(counters)) {
        json_decref(counters);
        return false;
    }
    fprintf(out, "%-18s %15s  MEANING (*: at the moment)\n", "COUNTER", "NUMBER");
    json_object_foreach(counters, name, value)
    {
        const struct counter_row *row = row_of(name);
        char text[LAYOUT_TEXT];
        int width = 18 - (int)strlen(name);

        put_safe(out, name);
        fprintf(out, "%*s %15s%c %s\n", width > 0 ? width : 0, "",
                layout_number(number_of(counters, name), text),
                row && row->kind == COUNTER_GAUGE ? '*' : ' ', row ? row->help : "");
    }
    json_decref(counters);
    return true;
}
