/*
 * A reload. A dry run comes first; if that says that the program could do its work, the
 * program is executed with what is handed over. If anything is wrong, everything stays as
 * it was.
 */
#pragma once

#include <limits.h>

#include "daemon/dry_run.h"
#include "daemon/handover.h"

/* What the owner of a reload does. */
struct reload_owner {
    /* Fills in what is to be handed over at this moment. NULL, or why that is impossible.
     */
    const char *(*hand_over)(void *context, struct handover *);
    /* True while clients of the control socket are being answered, which would lose their
     * connections. */
    bool (*is_busy)(void *context);
    void *context;
};

struct reload {
    struct loop *loop;
    char program[PATH_MAX]; /* what is executed */
    char *const *argv;
    struct reload_owner owner;
    struct dry_run *dry_run; /* NULL: no reload is under way */
    struct timer wait;       /* while the owner is busy, */
    int64_t wait_end;        /* until this clock_ms() at most */
    bool again;              /* once more after this one, for what was edited meanwhile */
    int client;
};

/* `argv` is borrowed: the program's own, as it was given. */
void reload_init(struct reload *, struct loop *, char *const *argv,
                 const struct reload_owner *);

/*
 * Begins a reload. `client`, if it is not -1, is a connection of daemon/control. It is
 * told what is wrong, or handed over to be told of the success.
 */
void reload_begin(struct reload *, int client);
void reload_cancel(struct reload *);
