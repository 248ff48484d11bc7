/* What the server tells of itself: its status, and its counters. */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* A process of the server. */
struct report_process {
    const char *role;
    unsigned number;
    pid_t pid;        /* 0: it is being replaced */
    int64_t ms;       /* since its start */
    bool is_retiring; /* it finishes what it began before a reload */
};

void report_process(FILE *, const struct report_process *);

/* What the counters say of lookups, the cache, and threads, in words. */
void report_state(FILE *, size_t cache_bytes);

/* All counters, a line each, or as one JSON object. False when memory is short. */
bool report_counters(FILE *, bool json);

#endif
