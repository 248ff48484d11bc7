#include "daemon/report.h"

#include <inttypes.h>

static uint64_t number(enum counter counter)
{
    return counters_sum(counter);
}

void report_add_address(struct report *report, const struct report_address *address)
{
    if (report->address_count < ADDRESSES_MAX)
        report->addresses[report->address_count++] = *address;
}

void report_add_process(struct report *report, const struct report_process *process)
{
    if (report->process_count < REPORT_PROCESSES)
        report->processes[report->process_count++] = *process;
}

void report_add_missing(struct report *report, const char *name, const char *text)
{
    if (report->missing_count < REPORT_MISSING)
        report->missing[report->missing_count++] = (struct report_missing){name, text};
}

static void print_process(FILE *out, const struct report_process *process)
{
    fprintf(out, "process: %s %u", process->role, process->number);
    if (process->pid == 0)
        fputs(", is being replaced\n", out);
    else
        fprintf(out, ", pid %d, for %" PRId64 ".%03" PRId64 " s%s\n", (int)process->pid,
                process->ms / 1000, process->ms % 1000,
                process->is_retiring ? ", retiring" : "");
}

static void print_address(FILE *out, const struct report_address *address)
{
    fprintf(out, "listens: %s%s%s\n", address->text,
            address->is_missing ? ", which the host does not have now" : "",
            address->is_taken_back ? ", taken back from another user's socket" : "");
}

static void print_processes(FILE *out, const struct report *report)
{
    fprintf(out, "hostdnsd %s, pid %d, for %.3f s, generation %u\n", HOSTDNS_VERSION,
            (int)report->pid, (double)report->ms / 1000, report->generation);
    for (size_t i = 0; i < report->address_count; i++)
        print_address(out, &report->addresses[i]);
    if (*report->web)
        fprintf(out, "web: http://%s/\n", report->web);
    for (size_t i = 0; i < report->missing_count; i++)
        fprintf(out, "missing: %s, %s\n", report->missing[i].name, report->missing[i].text);
    for (size_t i = 0; i < report->process_count; i++)
        print_process(out, &report->processes[i]);
}

/* The lookup process may not have written anything of them yet. */
static void print_server(FILE *out, const struct name_server_row *row, int64_t now)
{
    fprintf(out, "name server: %s", row->address);
    for (int i = 0; i < NAME_SERVER_STATES_NUMBER; i++)
        if (row->states & 1u << i)
            fprintf(out, ", %s", name_server_words[i]);
    if (row->rtt_us > 0)
        fprintf(out, ", in %.3f ms", (double)row->rtt_us / 1000);
    fprintf(out, ", asked %" PRIu64 ", answered %" PRIu64 ", failed %" PRIu64, row->asked,
            row->answered, row->failed);
    if (row->recheck_at > now)
        fprintf(out, ", rechecked after %" PRId64 " s", (row->recheck_at - now) / 1000);
    fputc('\n', out);
}

static void print_servers(FILE *out, const struct report *report)
{
    for (size_t i = 0; i < report->server_count; i++)
        print_server(out, &report->servers[i], report->now);
    if (report->server_count == 0)
        fputs("name server: none\n", out);
}

static void print_work(FILE *out, const struct report *report)
{
    fprintf(out, "lookups: %" PRIu64 " in flight, for %" PRIu64 " questions\n",
            number(COUNT_LOOKUPS_IN_FLIGHT), number(COUNT_WAITING));
    fprintf(out, "threads: %" PRIu64 ", of these %" PRIu64 " busy and %" PRIu64 " hung\n",
            number(COUNT_THREADS), number(COUNT_THREADS_BUSY), number(COUNT_THREADS_HUNG));
    fprintf(out,
            "cache: %" PRIu64 " answers, of at most %zu octets for each worker; %" PRIu64
            " hits, %" PRIu64 " misses\n",
            number(COUNT_CACHE_ENTRIES), report->cache_bytes, number(COUNT_CACHE_HITS),
            number(COUNT_CACHE_MISSES));
    fprintf(out, "tcp: %" PRIu64 " connections\n", number(COUNT_TCP_OPEN));
}

void report_status(FILE *out, const struct report *report)
{
    print_processes(out, report);
    print_servers(out, report);
    print_work(out, report);
}

void report_counters(FILE *out)
{
    for (int i = 0; i < COUNTERS_NUMBER; i++)
        fprintf(out, "%-18s %" PRIu64 "\n", counter_rows[i].name, number((enum counter)i));
}
