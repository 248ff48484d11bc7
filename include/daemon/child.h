/*
 * One child process: its channel to the supervisor, and when to start it again. It leaves
 * when the channel closes.
 */
#ifndef DAEMON_CHILD_H
#define DAEMON_CHILD_H

#include <stdio.h>
#include <sys/types.h>

#include "base/list.h"
#include "channel/channel.h"
#include "net/listen.h"
#include "net/loop.h"

enum role { ROLE_SERVE, ROLE_LOOKUP, ROLES };

/* "serve", "lookup" */
const char *role_name(enum role);
/* False if it names none. */
bool role_parse(enum role *, const char *name);

struct child;

/* What the owner of children does; all are called from the loop. */
struct child_owner {
    struct loop *loop;
    /* In the new process; does not come back. */
    void (*be)(struct child *, int control);
    /* A word has come. */
    void (*spoke)(struct child *, enum word);
};

struct child {
    struct list link; /* the owner's */
    const struct child_owner *owner;
    enum role role;
    unsigned number;     /* of those with the same role */
    unsigned generation; /* those of one reading of the configuration have the same */
    pid_t pid;           /* 0: not running */
    int control;         /* our end of its channel; -1: closed */
    struct watch *watch; /* of `control` */
    bool ready;          /* it said so */
    bool is_asked;       /* whether it lives, and has not answered */
    int64_t started;     /* clock_ms() */
    unsigned failures;   /* deaths in a row soon after the start */
    struct timer restart;
};

void child_init(struct child *, const struct child_owner *, enum role, unsigned number,
                unsigned generation);

/* Where it counts (base/counters): each has a place of its own. */
unsigned child_slot(const struct child *);

/* Starts it; if that fails tries again later. */
void child_start(struct child *);
/* After a death: starts it, later if it has died soon after its start before. */
void child_start_again(struct child *);
/* Makes a child of a process that runs and of our end of its channel, -1 where it has been
 * dismissed and has only to be reaped. 0, or -1. */
int child_adopt(struct child *, pid_t pid, int control);

/* It sees its channel close, and leaves. Nothing will start it again. */
void child_dismiss(struct child *);

void child_kill(const struct child *);

/* If it has ended, its process id, and how in `status`; else 0. */
pid_t child_reap(struct child *, int *status);

/* Logs how it ended, and `then`. */
void child_log_death(const struct child *, pid_t pid, int status, const char *then);

/* False if it has not answered since it was last asked; asks again. One that is being
 * started is not asked: to start it is the supervisor's business. */
bool child_lives(struct child *);

/* Nothing happens if its channel is closed. */
void child_tell(const struct child *, enum word);
void child_tell_with(const struct child *, enum word, const void *data, size_t len);

/*
 * Tells a word, and passes a copy of the descriptor, which stays the caller's. A child that
 * cannot take it, as one that reads nothing any more, is killed: the next one has it from
 * its start.
 */
void child_pass(const struct child *, enum word, const void *data, size_t len,
                int descriptor);

/* A line about it, for who asks for the server's status. */
void child_report(const struct child *, FILE *, bool is_retiring);

#endif
