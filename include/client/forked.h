/*
 * Does work in a process of its own, since modules of libc's name service may hang, crash,
 * print or end their process: the client lives on and says what has happened.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum forked_end {
    FORKED_RUNS,
    FORKED_DONE,   /* the work has ended, and its report is there */
    FORKED_SILENT, /* it took too long and was ended */
    FORKED_KILLED, /* by a signal: `detail` */
    FORKED_LEFT,   /* the process ended itself without a report; `detail`: exit status */
    FORKED_UNABLE, /* there could be no process; `detail`: errno */
    FORKED_INTERRUPTED /* Ctrl+C */
};

enum {
    FORKED_REPORT_MAX = 1 << 18, /* octets of a report; the rest is lost */
    FORKED_PRINTED_MAX = 256,    /* of what is printed */
};

struct forked {
    /* Set by the caller: what to do in the child, which calls forked_tell to write the
     * report, and how long it may take. */
    void (*work)(const void *context, int report);
    const void *context;
    int64_t patience_ms;
    const char *who; /* the name of what is asked, for people; borrowed */

    enum forked_end end;
    int detail;
    uint8_t *report; /* any octets; forked_free gives it back */
    size_t size;
    char printed[FORKED_PRINTED_MAX]; /* any octets, on standard output or error */
    size_t printed_size;

    /* while it runs */
    pid_t pid;
    int process, report_from, printed_from; /* descriptors; -1: none */
    int64_t deadline;
};

/* Starts `all[at]`, whose child keeps no descriptor of those in front, all of which were
 * started. Then it is FORKED_RUNS, or FORKED_UNABLE. */
void forked_start(struct forked *all, size_t at);

/* Takes what it has reported and printed by now. Never waits. */
void forked_listen(struct forked *);

/* Notes how it has ended by itself (FORKED_RUNS), or ends it for this reason. All that is
 * in its process group ends with it. */
void forked_finish(struct forked *, enum forked_end);

void forked_free(struct forked *);

/* Writes octets of the report, in the child. */
void forked_tell(int report, const void *octets, size_t size);
