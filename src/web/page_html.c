#include "web/page_html.h"

#include <string.h>
#include <time.h>

#include "web/health.h"
#include "web/page_files.h"
#include "web/page_lists.h"
#include "web/page_plot.h"
#include "web/page_rows.h"
#include "web/page_text.h"
#include "web/template.h"

/* The data from which the values of a page are made. */
struct moment {
    const struct summary *summary;
    const struct figures *figures;
    struct figures_point last; /* the newest */
    const char *fault;         /* of health; NULL: none */
};

typedef void put_value(FILE *, const struct moment *);

static void put_version(FILE *out, const struct moment *moment)
{
    (void)moment;
    fputs(HOSTDNS_VERSION, out);
}

static void put_time(FILE *out, const struct moment *moment)
{
    time_t seconds = (time_t)(moment->summary->unix_ms / 1000);
    struct tm tm;
    char text[sizeof "00:00:00 UTC"] = "";

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%T UTC", &tm);
    fputs(text, out);
}

static void put_uptime(FILE *out, const struct moment *moment)
{
    page_text_span(out, moment->summary->uptime_ms / 1000);
}

static void put_questions(FILE *out, const struct moment *moment)
{
    page_text_count(out, moment->summary->questions);
}

static void put_rate(FILE *out, const struct moment *moment)
{
    page_text_count(out, (uint64_t)moment->last.rate);
}

static void put_cached(FILE *out, const struct moment *moment)
{
    page_text_percent(out, moment->summary->cached, moment->summary->questions);
}

static void put_failed(FILE *out, const struct moment *moment)
{
    page_text_count(out, moment->summary->failed);
}

static void put_median(FILE *out, const struct moment *moment)
{
    page_text_duration(out, moment->last.median_ms);
}

static void put_p99(FILE *out, const struct moment *moment)
{
    page_text_duration(out, moment->last.p99_ms);
}

static void put_health(FILE *out, const struct moment *moment)
{
    const char *text = moment->fault ? moment->fault : "All processes run.";

    fwrite(text, 1, strcspn(text, "\n"), out);
}

static void put_health_class(FILE *out, const struct moment *moment)
{
    fputs(moment->fault ? "bad" : "good", out);
}

static void put_hung(FILE *out, const struct moment *moment)
{
    page_text_count(out, moment->summary->hung);
}

static void put_waiting(FILE *out, const struct moment *moment)
{
    page_text_count(out, moment->summary->waiting);
}

static void put_restarts(FILE *out, const struct moment *moment)
{
    page_text_count(out, moment->summary->restarts);
}

static void put_lost_lines(FILE *out, const struct moment *moment)
{
    page_text_count(out, moment->summary->lost_lines);
}

static void put_ago(FILE *out, unsigned seconds)
{
    if (seconds > 60 && seconds % 60 == 0)
        fprintf(out, "%u min ago", seconds / 60);
    else if (seconds > 60)
        fprintf(out, "%u.5 min ago", seconds / 60);
    else
        fprintf(out, "%u s ago", seconds);
}

static void put_span(FILE *out, const struct moment *moment)
{
    put_ago(out, page_plot_span(moment->figures));
}

static void put_half_span(FILE *out, const struct moment *moment)
{
    put_ago(out, page_plot_span(moment->figures) / 2);
}

static void put_rate_top(FILE *out, const struct moment *moment)
{
    page_text_count(out, page_plot_top(moment->figures));
}

static void put_rate_middle(FILE *out, const struct moment *moment)
{
    page_text_count(out, page_plot_top(moment->figures) / 2);
}

static void put_rate_area(FILE *out, const struct moment *moment)
{
    page_plot_rate(out, moment->figures);
}

static void put_cached_area(FILE *out, const struct moment *moment)
{
    page_plot_cached_rate(out, moment->figures);
}

static void put_median_line(FILE *out, const struct moment *moment)
{
    page_plot_median(out, moment->figures);
}

static void put_p99_line(FILE *out, const struct moment *moment)
{
    page_plot_p99(out, moment->figures);
}

static void put_rate_text(FILE *out, const struct moment *moment)
{
    fputs("Now ", out);
    put_rate(out, moment);
    fputs(" a second, ", out);
    page_text_count(out, (uint64_t)moment->last.cached_rate);
    fputs(" of them from the cache.", out);
}

static void put_times_text(FILE *out, const struct moment *moment)
{
    if (moment->last.median_ms < 0) {
        fputs("Now nothing was looked up.", out);
        return;
    }
    fputs("Now half within ", out);
    put_median(out, moment);
    fputs(", 99 % within ", out);
    put_p99(out, moment);
    fputc('.', out);
}

static void put_shown(FILE *out, const struct moment *moment)
{
    uint64_t shown = moment->summary->shown, all = moment->summary->questions;

    if (shown >= all)
        return;
    page_text_count(out, shown);
    fputs(" of ", out);
    page_text_count(out, all);
    fputs(" were shown", out);
}

static void put_rows(FILE *out, const struct moment *moment)
{
    (void)moment;
    page_rows(out);
}

static void put_name_servers(FILE *out, const struct moment *moment)
{
    page_lists_name_servers(out, moment->summary);
}

static void put_sources(FILE *out, const struct moment *moment)
{
    page_lists_sources(out, moment->summary);
}

static void put_rcodes(FILE *out, const struct moment *moment)
{
    page_lists_rcodes(out, moment->summary);
}

static void put_slowest(FILE *out, const struct moment *moment)
{
    page_lists_slowest(out, moment->summary);
}

static void put_failing(FILE *out, const struct moment *moment)
{
    page_lists_failing(out, moment->summary);
}

/* Each marker of src/web/page/page.html. */
static const struct {
    const char *name;
    put_value *put;
} values[] = {
    {"version", put_version},
    {"time", put_time},
    {"uptime", put_uptime},
    {"questions-total", put_questions},
    {"rate", put_rate},
    {"cached", put_cached},
    {"failed", put_failed},
    {"median", put_median},
    {"p99", put_p99},
    {"health", put_health},
    {"health-class", put_health_class},
    {"hung", put_hung},
    {"waiting", put_waiting},
    {"restarts", put_restarts},
    {"lost_log_lines", put_lost_lines},
    {"span", put_span},
    {"half-span", put_half_span},
    {"rate-top", put_rate_top},
    {"rate-middle", put_rate_middle},
    {"rate-area", put_rate_area},
    {"cached-area", put_cached_area},
    {"median-line", put_median_line},
    {"p99-line", put_p99_line},
    {"rate-text", put_rate_text},
    {"shown", put_shown},
    {"questions", put_rows},
    {"times-text", put_times_text},
    {"name_servers", put_name_servers},
    {"sources", put_sources},
    {"rcodes", put_rcodes},
    {"slowest", put_slowest},
    {"failing", put_failing},
};

static void put_marker(FILE *out, const char *name, const void *context)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (strcmp(values[i].name, name) == 0)
            values[i].put(out, context);
}

void page_html(FILE *out, const struct summary *summary, const struct figures *figures)
{
    struct moment moment = {summary, figures, {0, 0, -1, -1}, health_fault()};

    if (figures->count > 0)
        moment.last = *figures_at(figures, figures->count - 1);
    template_write(out, page_files_page.begin, page_files_page.end, put_marker, &moment);
}
