#include "base/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/counters.h"

#define METRIC_ENUM(id, name, type, help) METRIC_##id,
enum metric { METRIC_ROWS(METRIC_ENUM) METRICS };
#undef METRIC_ENUM

enum metric_type { METRIC_TYPE_COUNTER, METRIC_TYPE_GAUGE, METRIC_TYPE_HISTOGRAM };
static const char *const type_words[] = {"counter", "gauge", "histogram"};

#define METRIC_ROW(id, name, type, help) {name, help, METRIC_TYPE_##type},
static const struct metric_row {
    const char *name, *help;
    enum metric_type type;
} rows[METRICS] = {METRIC_ROWS(METRIC_ROW)};

/* Which counters a metric shows, in the order of the metrics. */
static const struct sample {
    enum metric metric;
    enum counter counter;
    const char *labels;
} samples[] = {
    {METRIC_DROPPED, COUNT_DROPPED_MALFORMED, "{reason=\"malformed\"}"},
    {METRIC_DROPPED, COUNT_DROPPED_RATE, "{reason=\"rate\"}"},
    {METRIC_WAITING, COUNT_WAITING, ""},
    {METRIC_CACHE_HITS, COUNT_CACHE_HITS, ""},
    {METRIC_CACHE_MISSES, COUNT_CACHE_MISSES, ""},
    {METRIC_CACHE_FAILURES, COUNT_CACHE_FAILURES, ""},
    {METRIC_CACHE_STALE, COUNT_CACHE_STALE, ""},
    {METRIC_CACHE_PREFETCHES, COUNT_CACHE_PREFETCHES, ""},
    {METRIC_CACHE_EVICTIONS, COUNT_CACHE_EVICTIONS, ""},
    {METRIC_CACHE_ENTRIES, COUNT_CACHE_ENTRIES, ""},
    {METRIC_LOOKUPS_BEGUN, COUNT_LOOKUPS, ""},
    {METRIC_LOOKUPS_IN_FLIGHT, COUNT_LOOKUPS_IN_FLIGHT, ""},
    {METRIC_AT_NAME_SERVERS, COUNT_AT_NAME_SERVERS, ""},
    {METRIC_STRAY_REPLIES, COUNT_STRAY_REPLIES, ""},
    {METRIC_NAME_SERVER_RETRIES, COUNT_STRAY_RETRIES, "{reason=\"stray\"}"},
    {METRIC_NAME_SERVER_RETRIES, COUNT_CASE_RETRIES, "{reason=\"case\"}"},
    {METRIC_KEEPING_CASE, COUNT_KEEPING_CASE, ""},
    {METRIC_THREADS, COUNT_THREADS, ""},
    {METRIC_THREADS_BUSY, COUNT_THREADS_BUSY, ""},
    {METRIC_THREADS_HUNG, COUNT_THREADS_HUNG, ""},
    {METRIC_TCP_ACCEPTED, COUNT_TCP_ACCEPTED, ""},
    {METRIC_TCP_REFUSED, COUNT_TCP_REFUSED, ""},
    {METRIC_TCP_OPEN, COUNT_TCP_OPEN, ""},
    {METRIC_RESTARTS, COUNT_RESTARTS_SERVE, "{process=\"serve\"}"},
    {METRIC_RESTARTS, COUNT_RESTARTS_LOOKUP, "{process=\"lookup\"}"},
    {METRIC_RESTARTS, COUNT_RESTARTS_WEB, "{process=\"web\"}"},
    {METRIC_STARTING, COUNT_STARTING_SERVE, "{process=\"serve\"}"},
    {METRIC_STARTING, COUNT_STARTING_LOOKUP, "{process=\"lookup\"}"},
    {METRIC_RESTARTS, COUNT_RESTARTS_DNSTAP, "{process=\"dnstap\"}"},
    {METRIC_UNFILTERED, COUNT_UNFILTERED, ""},
    {METRIC_RELOADS, COUNT_RELOADS, ""},
    {METRIC_HOST_CHANGES, COUNT_HOST_CHANGES, ""},
    {METRIC_TAKEN_BACK, COUNT_TAKEN_BACK, ""},
    {METRIC_LOG_LOST, COUNT_LOG_LOST, ""},
    {METRIC_LOG_LEFT_OUT, COUNT_LOG_LEFT_OUT, ""},
    {METRIC_DNSTAP_FRAMES, COUNT_DNSTAP_FRAMES, ""},
    {METRIC_DNSTAP_LOST, COUNT_DNSTAP_LOST, ""},
    {METRIC_DNSTAP_WAITING, COUNT_DNSTAP_WAITING, ""},
};

/* The results of lookups, in the order of their counters. */
static const char *const results[COUNTERS_RESULTS] = {
    "source=\"dns\",outcome=\"records\"",  "source=\"dns\",outcome=\"nodata\"",
    "source=\"dns\",outcome=\"nxdomain\"", "source=\"dns\",outcome=\"failed\"",
    "source=\"host\",outcome=\"records\"", "source=\"host\",outcome=\"nodata\"",
    "source=\"host\",outcome=\"nxdomain\""};

static const char *const transports[COUNTERS_TRANSPORTS] = {"udp", "tcp"};
static const char *const types[COUNTERS_TYPES] = {
    "other", "A", "NS", "CNAME", "SOA", "PTR", "MX", "TXT", "AAAA", "SRV", "HTTPS", "ANY"};
static const char *const rcodes[COUNTERS_OUTCOMES] = {
    "NOERROR", "NODATA", "NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR", "other"};

struct exposition {
    char *octets; /* of METRICS_TEXT */
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct exposition *text,
                                                      const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text->octets + text->len, METRICS_TEXT - text->len, format, args);
    va_end(args);
    if (len > 0 && (size_t)len < METRICS_TEXT - text->len)
        text->len += (size_t)len;
}

static void put_head(struct exposition *text, const struct metric_row *row)
{
    put(text, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
        type_words[row->type]);
}

static void put_questions(struct exposition *text, const char *name)
{
    for (unsigned i = 0; i < COUNTERS_QUESTION_CELLS; i++) {
        unsigned rcode = i % COUNTERS_OUTCOMES, rest = i / COUNTERS_OUTCOMES;
        unsigned type = rest % COUNTERS_TYPES, transport = rest / COUNTERS_TYPES;

        put(text, "%s{transport=\"%s\",type=\"%s\",rcode=\"%s\"} %" PRIu64 "\n", name,
            transports[transport], types[type], rcodes[rcode],
            counters_questions(COUNT_QUESTIONS_UDP + transport, COUNT_TYPE_OTHER + type,
                               COUNT_ANSWER_RECORDS + rcode));
    }
}

static void put_lookups(struct exposition *text, const char *name)
{
    for (unsigned i = 0; i < COUNTERS_RESULTS; i++)
        put(text, "%s{%s} %" PRIu64 "\n", name, results[i],
            counters_sum(COUNT_DNS_RECORDS + i));
}

/* A bucket has all lookups that took no longer, those of the buckets before it included. */
static void put_histogram(struct exposition *text, const char *name, unsigned result)
{
    enum counter row = COUNT_DNS_RECORDS + result;
    const char *labels = results[result];
    uint64_t sum = 0, us = counters_lookups(row, COUNT_LOOKUP_TIME);
    double bound = COUNTERS_LEAST_TIME / 1e6;

    for (enum counter i = COUNT_LOOKUP_US_125; i < COUNT_LOOKUP_MS_MORE; i++, bound *= 2) {
        sum += counters_lookups(row, i);
        put(text, "%s_bucket{%s,le=\"%g\"} %" PRIu64 "\n", name, labels, bound, sum);
    }
    sum += counters_lookups(row, COUNT_LOOKUP_MS_MORE);
    put(text, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", name, labels, sum);
    put(text, "%s_sum{%s} %" PRIu64 ".%06" PRIu64 "\n", name, labels, us / 1000000,
        us % 1000000);
    put(text, "%s_count{%s} %" PRIu64 "\n", name, labels, sum);
}

static void put_samples(struct exposition *text, enum metric metric)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (samples[i].metric == metric)
            put(text, "%s%s %" PRIu64 "\n", rows[metric].name, samples[i].labels,
                counters_sum(samples[i].counter));
}

size_t metrics_write(char octets[static METRICS_TEXT])
{
    struct exposition text = {0};

    text.octets = octets;
    for (enum metric metric = 0; metric < METRICS; metric++) {
        put_head(&text, &rows[metric]);
        if (metric == METRIC_BUILD)
            put(&text, "%s{version=\"%s\"} 1\n", rows[metric].name, HOSTDNS_VERSION);
        else if (metric == METRIC_QUESTIONS)
            put_questions(&text, rows[metric].name);
        else if (metric == METRIC_LOOKUPS)
            put_lookups(&text, rows[metric].name);
        else if (metric == METRIC_LOOKUP_DURATION)
            for (unsigned i = 0; i < COUNTERS_RESULTS; i++)
                put_histogram(&text, rows[metric].name, i);
        else
            put_samples(&text, metric);
    }
    return text.len;
}
