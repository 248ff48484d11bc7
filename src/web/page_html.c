#include "web/page_html.h"

#include <inttypes.h>

#include "web/html.h"

static const char head[] = "<!DOCTYPE html>\n"
                           "<html lang=\"en\">\n"
                           "<head>\n"
                           "<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width\">\n"
                           "<title>hostdns</title>\n"
                           "</head>\n"
                           "<body>\n"
                           "<h1>hostdns</h1>\n";

static const char foot[] = "</body>\n</html>\n";

static void begin_table(FILE *out, const char *caption, const char *columns)
{
    fprintf(out, "<table>\n<caption>%s</caption>\n<thead><tr>%s</tr></thead>\n<tbody>\n",
            caption, columns);
}

static void end_table(FILE *out)
{
    fputs("</tbody>\n</table>\n", out);
}

static void put_number(FILE *out, const char *name, uint64_t number)
{
    fprintf(out, "<tr><th>%s</th><td>%" PRIu64 "</td></tr>\n", name, number);
}

static void put_rates(FILE *out, const struct figures *figures)
{
    const struct figures_point *last;

    if (figures->count == 0)
        return;
    last = figures_at(figures, figures->count - 1);
    fprintf(out, "<tr><th>Questions in a second</th><td>%.0f</td></tr>\n", last->rate);
    fprintf(out, "<tr><th>Of these from the cache</th><td>%.0f</td></tr>\n",
            last->cached_rate);
    if (last->median_ms >= 0)
        fprintf(out, "<tr><th>Lookups, median and p99</th><td>%.1f ms, %.1f ms</td></tr>\n",
                last->median_ms, last->p99_ms);
}

static void put_moment(FILE *out, const struct summary *summary,
                       const struct figures *figures)
{
    begin_table(out, "Now", "<th>Figure</th><th>Value</th>");
    put_rates(out, figures);
    put_number(out, "Questions that wait", summary->waiting);
    put_number(out, "Threads that hang", summary->hung);
    put_number(out, "Processes that died", summary->restarts);
    put_number(out, "Lines of the log that were lost", summary->lost_lines);
    end_table(out);
}

static void put_sources(FILE *out, const struct summary *summary)
{
    begin_table(out, "Sources", "<th>Source</th><th>Lookups</th><th>Failed</th>");
    for (size_t i = 0; i < SUMMARY_SOURCES; i++)
        fprintf(out, "<tr><th>%s</th><td>%" PRIu64 "</td><td>%" PRIu64 "</td></tr>\n",
                summary->sources[i].name, summary->sources[i].count,
                summary->sources[i].failed);
    end_table(out);
}

static void put_rcodes(FILE *out, const struct summary *summary)
{
    begin_table(out, "Answers", "<th>Response code</th><th>Answers</th>");
    for (size_t i = 0; i < SUMMARY_RCODES; i++)
        put_number(out, summary->rcodes[i].name, summary->rcodes[i].count);
    end_table(out);
}

static void put_states(FILE *out, const struct name_server_row *server)
{
    const char *between = "";

    for (int i = 0; i < NAME_SERVER_STATES_NUMBER; i++)
        if (server->states & 1u << i) {
            fprintf(out, "%s%s", between, name_server_words[i]);
            between = ", ";
        }
}

static void put_server(FILE *out, const struct name_server_row *server)
{
    fputs("<tr><th>", out);
    html_put(out, server->address);
    fputs("</th><td>", out);
    put_states(out, server);
    fprintf(out,
            "</td><td>%.1f ms</td><td>%" PRIu64 "</td><td>%" PRIu64 "</td><td>%" PRIu64
            "</td></tr>\n",
            (double)server->rtt_us / 1000, server->asked, server->answered, server->failed);
}

static void put_servers(FILE *out, const struct summary *summary)
{
    begin_table(out, "Name servers",
                "<th>Address</th><th>State</th><th>Round trip</th><th>Asked</th>"
                "<th>Answered</th><th>Failed</th>");
    for (size_t i = 0; i < summary->server_count; i++)
        put_server(out, &summary->servers[i]);
    end_table(out);
}

static void put_names(FILE *out, const char *caption, const struct worst_row *rows,
                      size_t count)
{
    begin_table(out, caption, "<th>Name and type</th><th>Time</th><th>Reason</th>");
    for (size_t i = 0; i < count; i++) {
        fputs("<tr><th>", out);
        html_put(out, rows[i].name);
        fprintf(out, "</th><td>%" PRId64 " ms</td><td>", rows[i].ms);
        html_put(out, rows[i].reason);
        fputs("</td></tr>\n", out);
    }
    end_table(out);
}

void page_html(FILE *out, const struct summary *summary, const struct figures *figures)
{
    fputs(head, out);
    fprintf(out, "<p>Version %s, running for %" PRId64 " s.</p>\n", HOSTDNS_VERSION,
            summary->uptime_ms / 1000);
    put_moment(out, summary, figures);
    put_sources(out, summary);
    put_rcodes(out, summary);
    put_servers(out, summary);
    put_names(out, "Slowest names", summary->slowest, summary->slowest_count);
    put_names(out, "Names that failed", summary->failing, summary->failing_count);
    fputs(foot, out);
}
