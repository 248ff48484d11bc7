#include "daemon/report_json.h"

#include <jansson.h>
#include <string.h>

#include "base/worst_rows.h"

enum {
    TEXT_MAX = 256,
    SHOWN_MS = 600000,    /* older rows are not shown */
    HUNG_FRESH_MS = 3000, /* a worker that has not written for so long has left, or
                           * hangs itself */
};

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

static json_t *number(enum counter counter)
{
    return json_integer((json_int_t)counters_sum(counter));
}

static json_t *seconds(int64_t ms)
{
    return json_real((double)ms / 1000);
}

/* The text may come from a process that was taken over, or have any octets as a path
 * does, but JSON has UTF-8 alone. */
static json_t *safe_text(const char *text, size_t len)
{
    char safe[TEXT_MAX];
    size_t i;

    for (i = 0; i < len && i < sizeof safe; i++)
        safe[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    return json_stringn(safe, i);
}

static json_t *address(const struct report_address *address)
{
    return json_pack("{s:s, s:b, s:b}", "address", address->text, "missing",
                     address->is_missing, "taken-back", address->is_taken_back);
}

static json_t *addresses(const struct report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->address_count; i++)
        array = append(array, address(&report->addresses[i]));
    return array;
}

static json_t *missing(const struct report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->missing_count; i++)
        array = append(
            array,
            json_pack("{s:s, s:o}", "facility", report->missing[i].name, "text",
                      safe_text(report->missing[i].text, strlen(report->missing[i].text))));
    return array;
}

static json_t *process(const struct report_process *process)
{
    bool runs = process->pid != 0;

    return json_pack(
        "{s:s, s:i, s:o, s:o, s:b}", "role", process->role, "number", (int)process->number,
        "pid", runs ? json_integer(process->pid) : json_null(), "seconds",
        runs ? seconds(process->ms) : json_null(), "retiring", process->is_retiring);
}

static json_t *processes(const struct report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->process_count; i++)
        array = append(array, process(&report->processes[i]));
    return array;
}

static json_t *states(const struct name_server_row *row)
{
    json_t *array = json_array();

    for (int i = 0; i < NAME_SERVER_STATES_NUMBER; i++)
        if (row->states & 1u << i)
            array = append(array, json_string(name_server_words[i]));
    return array;
}

static json_t *name_server(const struct name_server_row *row, int64_t now)
{
    return json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:o}", "address", row->address,
                     "states", states(row), "round-trip-seconds",
                     row->rtt_us > 0 ? json_real((double)row->rtt_us / 1e6) : json_null(),
                     "asked", (json_int_t)row->asked, "answered", (json_int_t)row->answered,
                     "failed", (json_int_t)row->failed, "recheck-seconds",
                     row->recheck_at > now ? seconds(row->recheck_at - now) : json_null());
}

static json_t *name_servers(const struct report *report)
{
    json_t *array = json_array();

    for (size_t i = 0; i < report->server_count; i++)
        array = append(array, name_server(&report->servers[i], report->now));
    return array;
}

static json_t *status(const struct report *report)
{
    return json_pack(
        "{s:s, s:i, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o}, s:{s:o, s:o, s:o},"
        " s:{s:o, s:I, s:o, s:o}, s:{s:o}}",
        "version", HOSTDNS_VERSION, "pid", (int)report->pid, "seconds", seconds(report->ms),
        "generation", (int)report->generation, "listens", addresses(report), "web",
        *report->web ? json_string(report->web) : json_null(), "missing", missing(report),
        "processes", processes(report), "name-servers", name_servers(report), /**/
        "lookups", "in-flight", number(COUNT_LOOKUPS_IN_FLIGHT), "questions",
        number(COUNT_WAITING), /**/
        "threads", "all", number(COUNT_THREADS), "busy", number(COUNT_THREADS_BUSY), "hung",
        number(COUNT_THREADS_HUNG), /**/
        "cache", "answers", number(COUNT_CACHE_ENTRIES), "octets-for-each-worker",
        (json_int_t)report->cache_bytes, "hits", number(COUNT_CACHE_HITS), "misses",
        number(COUNT_CACHE_MISSES), /**/
        "tcp", "connections", number(COUNT_TCP_OPEN));
}

static json_t *counters(void)
{
    json_t *object = json_object();

    for (int i = 0; i < COUNTERS_NUMBER; i++)
        if (json_object_set_new(object, counter_rows[i].name, number((enum counter)i)) !=
            0) {
            json_decref(object);
            return NULL;
        }
    return object;
}

static json_t *row(const struct worst_row *row, int64_t now)
{
    return json_pack("{s:s, s:s*, s:o, s:o}", "name", row->name, "reason",
                     *row->reason ? row->reason : NULL, "seconds", seconds(row->ms), "ago",
                     seconds(now - row->at));
}

static json_t *rows(enum worst_list list, int64_t since, int64_t now)
{
    struct worst_row found[WORST_ROWS_MAX];
    size_t count = worst_rows_read(list, since, found);
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        array = append(array, row(&found[i], now));
    return array;
}

static bool print(FILE *out, json_t *object)
{
    bool done =
        object && json_dumpf(object, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0;

    json_decref(object);
    fputc('\n', out);
    return done;
}

bool report_json_status(FILE *out, const struct report *report)
{
    return print(out, status(report));
}

bool report_json_counters(FILE *out)
{
    return print(out, counters());
}

bool report_json_top(FILE *out, const struct report *report, int64_t now, uint64_t hung,
                     unsigned silent)
{
    return print(out,
                 json_pack("{s:o, s:o, s:o, s:I, s:i, s:o, s:o, s:o}", "clock",
                           seconds(now), "status", status(report), "counters", counters(),
                           "hung-lookups", (json_int_t)hung, "silent-workers", (int)silent,
                           "hung", rows(WORST_HUNG, now - HUNG_FRESH_MS, now), "slowest",
                           rows(WORST_SLOW, now - SHOWN_MS, now), "failures",
                           rows(WORST_FAILED, now - SHOWN_MS, now)));
}
