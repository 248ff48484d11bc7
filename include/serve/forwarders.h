/*
 * Knows the forwarders of this host that send us questions which we would send back.
 *
 * A process that sends us a loop check of ours (upstream/loopcheck) is such a forwarder,
 * and shows which user and control group it runs as. The questions of that user and group
 * are marked with a number from then on, so lookup need not find out by another check that
 * a name comes back. Only lookup knows which name server has the number, and whether the
 * mark is to be believed at the moment.
 *
 * The mark is part of the question, so an answer that is on its way to a forwarder, or is
 * kept for it, is never given to anybody else.
 *
 * The user of a service is the service's alone. Several services may run as nobody, which
 * forwarders without a user of their own change to; control groups tell these apart. Any
 * program may run as root, or as a person: questions of these are marked too, for lookup to
 * see whether the control group has no other process (lookup/forwarder_mark).
 *
 * All serve processes share this knowledge, since any of them may get the next question.
 * Each number has a 64-bit word in shared memory, which is written in one step: its upper
 * half tells user and group, its lower half when that ends, in seconds of clock_ms(). The
 * word of number 0, which no forwarder has, tells until when there is any forwarder. A
 * second word for each number tells lookup the control group.
 */
#pragma once

#include "net/sender.h"
#include "serve/query.h"

enum {
    FORWARDERS_KNOWN_S = 86400, /* that one is known after its last loop check */
    FORWARDERS_KEEPS_S =
        90, /* in which nobody else gets its number; lookup believes a mark for less */
};

struct forwarders {
    int fd; /* asks the kernel who sends (net/sender); -1: it cannot be asked */
    uid_t own;
    uint64_t own_cgroup;      /* 0: control groups tell nothing */
    uint64_t *known, *groups; /* QUESTION_FORWARDER_MAX + 1 words each, borrowed */
};

/* Call this before the process is confined. If the kernel cannot be asked, no question is
 * marked. */
void forwarders_open(struct forwarders *);
void forwarders_close(struct forwarders *);

/* Marks the question if a forwarder asks it, and says whether it has. That costs nothing
 * while no forwarder is known. The forwarders may be NULL: none is known. */
bool forwarders_mark(struct forwarders *, const struct query *, struct question *);
