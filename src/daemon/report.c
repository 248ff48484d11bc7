#include "daemon/report.h"

#include <inttypes.h>
#include <jansson.h>

#include "base/counters.h"

static uint64_t number(enum counter counter)
{
    return counters_sum(counter);
}

void report_process(FILE *out, const struct report_process *process)
{
    fprintf(out, "process: %s %u", process->role, process->number);
    if (process->pid == 0)
        fputs(", is being replaced\n", out);
    else
        fprintf(out, ", pid %d, for %" PRId64 ".%03" PRId64 " s%s\n", (int)process->pid,
                process->ms / 1000, process->ms % 1000,
                process->is_retiring ? ", retiring" : "");
}

void report_state(FILE *out, size_t cache_bytes)
{
    fprintf(out, "lookups: %" PRIu64 " in flight, for %" PRIu64 " questions\n",
            number(COUNT_LOOKUPS_IN_FLIGHT), number(COUNT_WAITING));
    fprintf(out, "threads: %" PRIu64 ", of these %" PRIu64 " busy and %" PRIu64 " hung\n",
            number(COUNT_THREADS), number(COUNT_THREADS_BUSY), number(COUNT_THREADS_HUNG));
    fprintf(out,
            "cache: %" PRIu64 " answers, of at most %zu octets for each worker; %" PRIu64
            " hits, %" PRIu64 " misses\n",
            number(COUNT_CACHE_ENTRIES), cache_bytes, number(COUNT_CACHE_HITS),
            number(COUNT_CACHE_MISSES));
    fprintf(out, "tcp: %" PRIu64 " connections\n", number(COUNT_TCP_OPEN));
}

static bool print_json(FILE *out)
{
    json_t *object = json_object();
    bool done = object != NULL;

    for (int i = 0; done && i < COUNTERS_NUMBER; i++)
        done = json_object_set_new(object, counter_rows[i].name,
                                   json_integer((json_int_t)number((enum counter)i))) == 0;
    done = done && json_dumpf(object, out, JSON_INDENT(2)) == 0;
    json_decref(object);
    fputc('\n', out);
    return done;
}

bool report_counters(FILE *out, bool json)
{
    if (json)
        return print_json(out);
    for (int i = 0; i < COUNTERS_NUMBER; i++)
        fprintf(out, "%-18s %" PRIu64 "\n", counter_rows[i].name, number((enum counter)i));
    return true;
}
