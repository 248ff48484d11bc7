/*
 * One child process, its channel to the supervisor, and when it is started again. It
 * leaves when the channel closes.
 */
#pragma once

#include <sys/types.h>

#include "base/list.h"
#include "channel/channel.h"
#include "daemon/report.h"
#include "net/listen.h"
#include "net/loop.h"

enum role { ROLE_SERVE, ROLE_LOOKUP, ROLE_WEB, ROLE_DNSTAP, ROLES };

/* "serve", "lookup", "web", "dnstap" */
const char *role_name(enum role);
/* False if questions are answered without it. */
bool role_is_needed(enum role);
/* False if it names none. */
bool role_parse(enum role *, const char *name);

struct child;

/* What the owner of children does; all are called from the loop. */
struct child_owner {
    struct loop *loop;
    /* Runs in the new process, and does not return. */
    void (*be)(struct child *, int control);
    /* A control message has come, perhaps with data. */
    void (*spoke)(struct child *, enum control_message, const uint8_t *data, size_t len);
    /* It has ended, and was not retiring. */
    void (*ended)(struct child *, pid_t, int status);
};

struct child {
    struct list link; /* among all children */
    const struct child_owner *owner;
    enum role role;
    unsigned number;     /* of those with the same role */
    unsigned generation; /* the same for all that a reload has started together */
    unsigned slot;       /* in which it counts (base/counters); 0: none yet */
    pid_t pid;           /* 0: not running */
    int control;         /* our end of its channel; -1: closed */
    struct watch *watch; /* of `control` */
    bool ready;          /* it has said that it can do its work */
    bool has_worked;     /* it, or the one whose place it has taken, was ready once */
    bool is_asked;       /* it has not answered the last ping */
    int64_t started;     /* clock_ms() */
    unsigned failures;   /* deaths in a row soon after the start */
    struct timer restart;
};

void child_init(struct child *, const struct child_owner *, enum role, unsigned number,
                unsigned generation);

/* Starts it; if that fails tries again later. */
void child_start(struct child *);
/* Starts it again after a death, with a delay if it died soon after its start. */
void child_start_again(struct child *);
/* Makes a child of a running process and our end of its channel. The end is -1 if the
 * child has been dismissed and has only to be reaped. 0, or -1. */
int child_adopt(struct child *, pid_t pid, int control);

/* Closes its channel, so that it leaves. Nothing will start it again. */
void child_dismiss(struct child *);

void child_kill(const struct child *);

/* Returns its process id and sets `status` as waitpid() does if it has ended; else 0. */
pid_t child_reap(struct child *, int *status);

/* Logs how it ended, and `then`. */
void child_log_death(const struct child *, pid_t pid, int status, const char *then);

/* False if it has not answered the last ping; sends another one. A child that is being
 * started is not asked, since starting it is the supervisor's business. */
bool child_lives(struct child *);

/* Nothing happens if its channel is closed. A child that cannot be told is killed: the next
 * one knows of nothing that is outdated. */
void child_tell(const struct child *, enum control_message, const void *data, size_t len);

/*
 * Sends a control message with a copy of the descriptor, which stays the caller's. A
 * child that cannot take it, such as one that reads nothing any more, is killed; the next
 * one has the descriptor from its start.
 */
void child_pass(const struct child *, enum control_message, const void *data, size_t len,
                int descriptor);

/* Adds the process to the report. */
void child_report(const struct child *, struct report *, bool is_retiring);
