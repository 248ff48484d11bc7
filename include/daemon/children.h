/*
 * All child processes: those of this generation, and those of earlier ones, which retire
 * after a reload. Retiring children stop listening, give the answers that they owe, and
 * leave; they are not replaced.
 */
#pragma once

#include "daemon/child.h"
#include "daemon/handover.h"

struct children {
    struct list all; /* the current ones first */
    /* serve processes, then lookup, then the others */
    struct child current[WORKERS_MAX + ROLES - 1];
    size_t workers; /* serve processes among them */
    size_t count;   /* of the current ones */
    unsigned generation;
    bool is_leaving; /* all have been dismissed, or will be when the others are gone */
};

/* Makes `workers` serve processes, a lookup process and perhaps a web process, which are
 * not started yet. */
void children_init(struct children *, const struct child_owner *, unsigned workers,
                   bool has_web, unsigned generation);
/* Adds one process of another role. */
void children_add(struct children *, enum role);
/* Adds the children that were handed over. 0, or -1 when memory is short. */
int children_adopt(struct children *, const struct handover *);
/* Gives each current one a slot (base/counters) and starts it. Those that were handed over
 * must have been adopted, since they keep theirs. */
void children_start(struct children *);
/* The slot of the current lookup process, once it has been started. */
unsigned children_lookup_slot(const struct children *);
/* Forgets all without telling them. */
void children_free(struct children *);

/* True if each current child that is needed (role_is_needed) has said that it can work. */
bool children_are_ready(const struct children *);
/* Whether any child runs, and whether any of them is retiring. */
bool children_any(const struct children *);
bool children_any_retiring(const struct children *);
/* False if a current child that is needed no longer answers; pings all again (child_lives).
 * Another one that does not answer is killed. */
bool children_live(struct children *);

/* Sends a control message to all. */
void children_tell(const struct children *, enum control_message, const void *data,
                   size_t len);
/* Counts the current processes that cannot do their work yet, or not again. */
void children_count_starting(const struct children *);
/* Tells all but the lookup processes of earlier generations to retire. */
void children_tell_to_retire(const struct children *);
/* Passes a descriptor to the next serve process of this generation: `number` goes up
 * with each descriptor. */
void children_pass(const struct children *, unsigned number, enum control_message,
                   const void *data, size_t len, int descriptor);
/* Dnstap is dismissed when the others have ended, since it has their last messages. */
void children_dismiss(struct children *);
void children_kill(const struct children *);

/*
 * Reaps the children that have ended. Serve processes are told if it was their lookup
 * process. The owner is told of each child of this generation. A retiring one is
 * forgotten, and its lookup process is dismissed when no serve process of its generation
 * is left.
 */
void children_reap(struct children *);

/* Adds the processes, and what the current lookup process knows of name servers. */
void children_report(const struct children *, struct report *);

/* Adds the children for the next reload. False if there is no room for all. */
bool children_hand_over(const struct children *, struct handover *);
