#include "web/summary.h"

#include "base/clock.h"
#include "base/counters.h"
#include "base/recent.h"

enum { SHOWN_MS = 600000 }; /* slow and failing names that are older are not shown */

static void read_sources(struct summary *summary)
{
    uint64_t failed = counters_sum(COUNT_DNS_FAILED);

    summary->sources[0] = (struct summary_source){
        "DNS",
        counters_sum(COUNT_DNS_RECORDS) + counters_sum(COUNT_DNS_NODATA) +
            counters_sum(COUNT_DNS_NXDOMAIN) + failed,
        failed};
    summary->sources[1] = (struct summary_source){"other sources",
                                                  counters_sum(COUNT_HOST_RECORDS) +
                                                      counters_sum(COUNT_HOST_NODATA) +
                                                      counters_sum(COUNT_HOST_NXDOMAIN),
                                                  0};
}

static void read_rcodes(struct summary *summary)
{
    static const char *const names[SUMMARY_RCODES] = {
        "NOERROR", "NODATA", "NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR", "other"};

    _Static_assert((int)COUNTERS_OUTCOMES == (int)SUMMARY_RCODES, "each has a name");
    for (unsigned i = 0; i < SUMMARY_RCODES; i++)
        summary->rcodes[i] =
            (struct summary_rcode){names[i], counters_sum(COUNT_ANSWER_RECORDS + i)};
}

/* One may be read shortly before another; the ring's number, which a hostile process may
 * set, is at most that of all. */
static void read_totals(struct summary *summary)
{
    uint64_t shown = recent_newest();

    summary->questions =
        counters_sum(COUNT_QUESTIONS_UDP) + counters_sum(COUNT_QUESTIONS_TCP);
    summary->cached = counters_sum(COUNT_CACHE_HITS);
    summary->failed = counters_sum(COUNT_ANSWER_SERVFAIL) +
                      counters_sum(COUNT_ANSWER_REFUSED) +
                      counters_sum(COUNT_ANSWER_FORMERR) + counters_sum(COUNT_ANSWER_OTHER);
    summary->shown = shown < summary->questions ? shown : summary->questions;
}

void summary_read(struct summary *summary, const struct web_config *config)
{
    int64_t now = clock_ms();

    *summary = (struct summary){.now = now,
                                .unix_ms = clock_unix_ms(),
                                .uptime_ms = now - config->started,
                                .waiting = counters_sum(COUNT_WAITING),
                                .hung = counters_sum(COUNT_THREADS_HUNG),
                                .restarts = counters_sum(COUNT_RESTARTS_SERVE) +
                                            counters_sum(COUNT_RESTARTS_LOOKUP) +
                                            counters_sum(COUNT_RESTARTS_WEB),
                                .lost_lines = counters_sum(COUNT_LOG_LOST)};
    read_totals(summary);
    read_sources(summary);
    read_rcodes(summary);
    summary->slowest_count = worst_rows_read(WORST_SLOW, now - SHOWN_MS, summary->slowest);
    summary->failing_count =
        worst_rows_read(WORST_FAILED, now - SHOWN_MS, summary->failing);
    summary->server_count =
        name_servers_read(counters_name_servers_of(config->lookup_slot), summary->servers);
}
