/*
 * The figures of this moment, as the page shows them and /figures lists them. All come from
 * the counters and what lies beside them, so no process is asked.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/name_servers.h"
#include "base/worst_rows.h"
#include "web/config.h"

enum { SUMMARY_SOURCES = 2, SUMMARY_RCODES = 7 };

struct summary_source {
    const char *name;
    uint64_t count;  /* lookups done */
    uint64_t failed; /* of these */
};

struct summary_rcode {
    const char *name;
    uint64_t count; /* answers */
};

struct summary {
    int64_t now;        /* clock_ms() */
    int64_t unix_ms;    /* the same moment, since 1970 */
    int64_t uptime_ms;  /* of the server */
    uint64_t questions; /* answered */
    uint64_t cached;    /* of these, from the cache */
    uint64_t failed;    /* of these, with neither NOERROR nor NXDOMAIN */
    uint64_t shown;     /* of these, in the ring of base/recent now or earlier */
    struct summary_source sources[SUMMARY_SOURCES];
    struct summary_rcode rcodes[SUMMARY_RCODES];
    uint64_t waiting;    /* questions that wait for lookups */
    uint64_t hung;       /* threads that hang in NSS modules */
    uint64_t restarts;   /* processes that died */
    uint64_t lost_lines; /* of the log */
    struct worst_row slowest[WORST_ROWS_MAX], failing[WORST_ROWS_MAX];
    size_t slowest_count, failing_count;
    struct name_server_row servers[NAME_SERVERS_ROWS];
    size_t server_count;
};

void summary_read(struct summary *, const struct web_config *);
