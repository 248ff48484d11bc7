#include "daemon/facilities.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/counters.h"
#include "base/log.h"

#define FACILITIES_NAME(name, text) text,
static const char *const names[] = {FACILITIES(FACILITIES_NAME)};

enum { TEXT_SIZE = 256 };

/* A child starts with what its parent knew, so nothing is logged twice. */
static struct {
    bool is_missing;
    char text[TEXT_SIZE];
} facilities[FACILITIES_NUMBER];

void facility_lost(enum facility facility, const char *format, ...)
{
    bool is_new = !facilities[facility].is_missing;
    int saved = errno;
    va_list args;

    va_start(args, format);
    vsnprintf(facilities[facility].text, TEXT_SIZE, format, args);
    va_end(args);
    facilities[facility].is_missing = true;
    if (is_new)
        log_warning("%s", facilities[facility].text);
    errno = saved;
}

void facility_found(enum facility facility)
{
    facilities[facility].is_missing = false;
}

/* No log line tells of lost lines, since it would be lost as well. */
static void report_log(struct report *report)
{
    static char text[64];
    unsigned lost = log_lost();

    if (lost == 0)
        return;
    snprintf(text, sizeof text, "nobody reads it; lines lost so far: %u", lost);
    report_add_missing(report, names[FACILITY_LOG], text);
}

/* A child says why in the log, and counts itself. */
static void report_children(struct report *report)
{
    if (counters_sum(COUNT_UNFILTERED) > 0 && !facilities[FACILITY_FILTER].is_missing)
        report_add_missing(report, names[FACILITY_FILTER],
                           "children run without a filter of system calls; see the log");
    if (counters_sum(COUNT_DNSTAP_WAITING) > 0)
        report_add_missing(report, names[FACILITY_DNSTAP],
                           "nobody takes its messages; see the log");
}

void facilities_report(struct report *report)
{
    for (int i = 0; i < FACILITIES_NUMBER; i++)
        if (facilities[i].is_missing)
            report_add_missing(report, names[i], facilities[i].text);
    report_children(report);
    report_log(report);
}
