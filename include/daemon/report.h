/*
 * What the server tells of itself: its status, and its counters. The supervisor fills in
 * what only it knows, and the counters tell the rest. daemon/report_json tells the same
 * to programs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/counters.h"
#include "net/listen.h"

enum {
    REPORT_PROCESSES = 160, /* those of this generation, and those that may retire */
    REPORT_MISSING = 16,
};

/* A process of the server. */
struct report_process {
    const char *role;
    unsigned number;
    pid_t pid;        /* 0: it is being replaced */
    int64_t ms;       /* since its start */
    bool is_retiring; /* it finishes what it began before a reload */
};

struct report_address {
    char text[ADDR_TEXT];
    bool is_missing;    /* the host does not have it at the moment */
    bool is_taken_back; /* it was taken back from another user's socket */
};

/* A facility that the server has to do without (daemon/facilities). */
struct report_missing {
    const char *name, *text;
};

struct report {
    int64_t now; /* clock_ms() */
    pid_t pid;
    int64_t ms; /* since the start, whatever reloads there were */
    unsigned generation;
    struct report_address addresses[ADDRESSES_MAX];
    size_t address_count;
    char web[ADDR_TEXT]; /* where the web process listens; "": nowhere */
    struct report_process processes[REPORT_PROCESSES];
    size_t process_count;
    struct report_missing missing[REPORT_MISSING];
    size_t missing_count;
    struct name_server_row servers[NAME_SERVERS_ROWS]; /* name servers */
    size_t server_count;
    size_t cache_bytes; /* for each worker */
};

/* Adds one, or nothing if there is no room. Texts are borrowed. */
void report_add_address(struct report *, const struct report_address *);
void report_add_process(struct report *, const struct report_process *);
void report_add_missing(struct report *, const char *name, const char *text);

/* Prints the status in lines; the counters tell of lookups, cache and threads. */
void report_status(FILE *, const struct report *);

/* Prints all counters, a line each. */
void report_counters(FILE *);
