/*
 * What the supervisor tells a serve process, and the end of the process: at once if the
 * supervisor is gone, or, once it is to retire, when it owes no answer.
 */
#pragma once

#include "net/loop.h"
#include "net/tcp.h"
#include "serve/datagrams.h"

/* What it acts on is borrowed, and set by whoever opens it. */
struct serve_control {
    int supervisor;
    struct loop *loop;
    struct flights *flights;
    struct datagrams *datagrams;
    struct tcp *tcp;
    struct timer retirement; /* set while it is retired */
    int64_t retires_by; /* clock_ms(): when it ends, whatever it owes; 0: not yet told */
};

/* Obeys from now on. False if memory is short; serve_control_close() is right in any case,
 * and comes before the loop is freed. */
bool serve_control_open(struct serve_control *);
void serve_control_close(struct serve_control *);
