/*
 * A reload: a trial first; if the program says that it could do its work, it is executed
 * with what is handed over. If anything is wrong everything stays as it was.
 */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include <limits.h>

#include "daemon/handover.h"
#include "daemon/trial.h"

/* Fills in what is to be handed over at this moment. False if it is too much. */
typedef bool reload_hand_over(void *context, struct handover *);

struct reload {
    struct loop *loop;
    char program[PATH_MAX]; /* what is executed */
    char *const *argv;
    reload_hand_over *hand_over;
    void *context;
    struct trial *trial; /* NULL: no reload is under way */
    bool again;          /* once more after this one, for what was edited meanwhile */
    int asker;
};

/* `argv` is borrowed: the program's own, as it was given. */
void reload_init(struct reload *, struct loop *, char *const *argv, reload_hand_over *,
                 void *context);

/*
 * Begins one. `asker`, if it is not -1, is a connection of daemon/control: it is told what
 * is wrong, or handed over to be told of the success.
 */
void reload_begin(struct reload *, int asker);
void reload_cancel(struct reload *);

#endif
