/*
 * Children of earlier generations: after a reload they listen no more, give the answers
 * that they owe, and leave. Nobody takes their place.
 */
#ifndef DAEMON_PREDECESSORS_H
#define DAEMON_PREDECESSORS_H

#include "daemon/child.h"
#include "daemon/handover.h"

struct predecessors {
    struct list children;
};

void predecessors_init(struct predecessors *);

/* The children that were handed over. 0, or -1 when memory is short. */
int predecessors_adopt(struct predecessors *, const struct child_owner *,
                       const struct handover *);
/* Lets go of them without a word. */
void predecessors_free(struct predecessors *);

bool predecessors_any(const struct predecessors *);

/* A word to all that serve. */
void predecessors_tell(const struct predecessors *, enum word);
void predecessors_tell_with(const struct predecessors *, enum word, const void *data,
                            size_t len);
void predecessors_dismiss(struct predecessors *);
void predecessors_kill(const struct predecessors *);

/* Takes out those that have ended. A lookup process is dismissed when nobody of its
 * generation serves any more. */
void predecessors_reap(struct predecessors *);

void predecessors_report(const struct predecessors *, FILE *);

/* For the next reload. False if there is no room for all. */
bool predecessors_hand_over(const struct predecessors *, struct handover *);

#endif
