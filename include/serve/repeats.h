/*
 * Bounds the lines of the query log about one question of one client, because a client that
 * asks without end would fill a disk. How many lines were left out is told at the end.
 */
#pragma once

#include "dns/question.h"
#include "net/addr.h"

enum {
    REPEATS_LINES = 10, /* that are written in one period */
    REPEATS_MS = 10000, /* a period, from its first line on */
    REPEATS_SETS = 128,
    REPEATS_PLACES = 8, /* of a set: its oldest question gives way to a new one */
};

/* Lines that differ in nothing but times, port and origin of the answer. */
struct repeat {
    struct addr client;
    bool over_tcp;
    uint16_t rcode;
    struct question question; /* folded; without a name: it could not be read */
    int64_t began;            /* clock_ms() */
    uint64_t count;           /* lines in this period; 0: the place is free */
};

/* Zeroed at first. */
struct repeats {
    struct repeat places[REPEATS_SETS][REPEATS_PLACES];
};

/* Is told when a period has ended in which lines were left out. */
typedef void repeats_told(const struct repeat *, uint64_t left_out);

/* True if a line may be written at the time `now`; began and count are not looked at. */
bool repeats_allow(struct repeats *, const struct repeat *line, int64_t now,
                   repeats_told *tell);

/* Ends the periods that began at `latest` or before. True if lines were left out in others.
 */
bool repeats_end(struct repeats *, int64_t latest, repeats_told *tell);
